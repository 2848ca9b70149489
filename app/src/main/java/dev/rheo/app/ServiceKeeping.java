package dev.rheo.app;

import dev.rheo.resource.type.ServedTypes;
import dev.rheo.server.allocation.AddressRange;
import dev.rheo.server.allocation.IpAddress;
import dev.rheo.server.allocation.ServiceNetwork;
import dev.rheo.server.controller.DefaultServiceCidr;
import dev.rheo.server.controller.KubernetesService;
import dev.rheo.server.controller.RunningServers;
import dev.rheo.server.storage.ServerLeases;
import dev.rheo.server.verb.read.StoreFailures;
import dev.rheo.server.verb.write.AllocationRepair;
import dev.rheo.server.verb.write.LoopbackClient;
import dev.rheo.store.RevisionStore;
import dev.rheo.store.StoreException;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Keeps what Services need besides their own writes. */
final class ServiceKeeping {
  private static final System.Logger LOG = System.getLogger(ServiceKeeping.class.getName());

  /** As upstream. */
  private static final Duration KEEP_PERIOD = Duration.ofSeconds(10);

  /** As upstream. */
  private static final Duration REPAIR_PERIOD = Duration.ofMinutes(3);

  /** Approximate upper bound on the end of a task that runs. */
  private static final Duration CLOSING = Duration.ofSeconds(5);

  private final OpenedParts opened;
  private final ServerConfig config;
  private final RevisionStore store;
  private final InetSocketAddress address;

  /**
   * @param store that other servers may use, too, if it is etcd
   * @param address at which the server listens
   */
  ServiceKeeping(
      OpenedParts opened, ServerConfig config, RevisionStore store, InetSocketAddress address) {
    this.opened = opened;
    this.config = config;
    this.store = store;
    this.address = address;
  }

  /** Does what is due at once, and again from time to time. */
  void start(LoopbackClient client, AllocationRepair repair, ServedTypes served, Clock clock) {
    ServiceNetwork services = config.network().services();
    InetAddress advertised = config.network().advertised(address.getAddress());
    DefaultServiceCidr cidr =
        new DefaultServiceCidr(
            client, served, services.ranges().stream().map(AddressRange::toString).toList(), clock);
    KubernetesService kubernetes =
        new KubernetesService(
            client,
            served,
            services.ranges().getFirst().first().toString(),
            address.getPort(),
            advertised == null ? null : IpAddress.of(advertised).toString(),
            config.store() == StoreKind.ETCD
                ? sharing(new ServerLeases(store))
                : RunningServers.ALONE);
    opened.add("service kubernetes", kubernetes);
    ScheduledExecutorService scheduler =
        Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().name("services").factory());
    opened.add("services", () -> end(scheduler));
    Runnable keep = Guarded.of("the ServiceCIDR kubernetes", cidr::run);
    Runnable publish = Guarded.of("the Service kubernetes", kubernetes::run);
    keep.run();
    publish.run();
    schedule(scheduler, keep, KEEP_PERIOD);
    schedule(scheduler, publish, KEEP_PERIOD);
    schedule(scheduler, Guarded.of("what Services hold", repair::run), REPAIR_PERIOD);
  }

  private static RunningServers sharing(ServerLeases leases) {
    return (own, runs) -> {
      try {
        if (own != null && runs) {
          leases.renew(own);
        } else if (own != null) {
          leases.leave(own);
        }
        return leases.alive();
      } catch (StoreException e) {
        throw StoreFailures.of(e);
      }
    };
  }

  /** Without an interrupt, which would close a file that the task reads from. */
  private static void end(ScheduledExecutorService scheduler) throws InterruptedException {
    scheduler.shutdown();
    if (!scheduler.awaitTermination(CLOSING.toMillis(), TimeUnit.MILLISECONDS)) {
      LOG.log(Level.WARNING, "work for Services did not end");
    }
  }

  private static void schedule(ScheduledExecutorService scheduler, Runnable task, Duration period) {
    var unused =
        scheduler.scheduleWithFixedDelay(
            task, period.toMillis(), period.toMillis(), TimeUnit.MILLISECONDS);
  }
}
