package dev.rheo.server.verb.write;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.ApiException;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.resource.type.WriteContext;
import dev.rheo.server.allocation.AddressRange;
import dev.rheo.server.allocation.Holdings;
import dev.rheo.server.allocation.IpAddress;
import dev.rheo.server.allocation.PortRecord;
import dev.rheo.server.allocation.ServiceAllocator;
import dev.rheo.server.verb.read.StoreFailures;
import dev.rheo.server.verb.read.StoreReads;
import dev.rheo.store.RevisionConflictException;
import dev.rheo.store.RevisionStore;
import dev.rheo.store.RevisionStore.KeyValue;
import dev.rheo.store.RevisionStore.Op;
import dev.rheo.store.StoreException;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Makes what is recorded agree with what Services say: every cluster IP has its IPAddress object,
 * every node port its record, and there are no others. Writes keep it so by themselves; it can
 * differ if somebody deleted or changed an IPAddress, after a write by another server, or in a
 * store of a release that recorded nothing.
 *
 * <p>Each repair is a commit on condition that the Service is unchanged, so that it never takes
 * away what a write has just taken. One that meets such a write is left to the next round.
 */
public final class AllocationRepair {
  private static final System.Logger LOG = System.getLogger(AllocationRepair.class.getName());

  private final ServiceAllocator allocator;
  private final Allocations allocations;
  private final RevisionStore store;
  private final StoreReads reads;
  private final Changes changes;
  private final InstantSource clock;
  private final ResourceType services;
  private final ResourceType ipAddresses;

  AllocationRepair(
      ServiceAllocator allocator,
      Allocations allocations,
      RevisionStore store,
      ResourceRegistry registry,
      Changes changes,
      InstantSource clock) {
    this.allocator = allocator;
    this.allocations = allocations;
    this.store = store;
    this.reads = new StoreReads(store);
    this.changes = changes;
    this.clock = clock;
    this.services = registry.get("", "v1", "services");
    this.ipAddresses = registry.get("networking.k8s.io", "v1", "ipaddresses");
  }

  /**
   * One round over all Services, IPAddresses and records.
   *
   * @throws ApiException if the store cannot be read or written
   */
  public void run() {
    List<AddressRange> ranges = allocator.ranges().all();
    reads.each(
        services.storage().keyPrefix(),
        value -> {
          service(value, ranges);
          return true;
        });
    reads.each(
        ipAddresses.storage().keyPrefix(),
        value -> {
          ipAddress(value);
          return true;
        });
    reads.each(
        PortRecord.PREFIX,
        value -> {
          port(value);
          return true;
        });
    // After the chosen ones are recorded, so that none of these is given.
    reads.each(
        services.storage().keyPrefix(),
        value -> {
          giveAddress(value);
          return true;
        });
  }

  private void service(KeyValue stored, List<AddressRange> ranges) {
    ObjectNode service = decode(stored);
    ObjectPath path = path(service);
    Holdings held = Holdings.of(service);
    Set<IpAddress> addresses = new TreeSet<>();
    for (IpAddress address : held.addresses()) {
      if (ranges.stream().noneMatch(range -> range.contains(address))) {
        warn(path, "the cluster IP " + address + " is in no ServiceCIDR; please recreate it");
      } else if (isMissing(path, address, stored)) {
        addresses.add(address);
      }
    }
    Set<Integer> ports = new TreeSet<>();
    for (int port : held.ports()) {
      KeyValue record = reads.get(PortRecord.key(port));
      if (!allocator.isNodePort(port)) {
        warn(path, "port " + port + " is not in the range of node ports; please recreate it");
      } else if (record == null) {
        ports.add(port);
      } else if (!isHolder(path, PortRecord.parse(record.value()), port)) {
        warn(path, "port " + port + " was assigned to multiple Services; please recreate it");
      }
    }
    Holdings missing = new Holdings(addresses, ports);
    if (!missing.isEmpty()) {
      LOG.log(Level.INFO, "{0}: {1} is not recorded; repairing", path.key(), missing);
      List<Op> operations = new ArrayList<>();
      operations.add(new Op.Check(stored.key(), stored.modRevision()));
      allocations.take(path, missing, operations);
      commit(operations);
    }
  }

  private ObjectPath path(ObjectNode service) {
    return ObjectPath.of(
        services, Trees.text(service, "metadata", "namespace"), Trees.name(service));
  }

  private static boolean needsAddress(ObjectNode service) {
    ObjectNode spec = Trees.object(service, "spec");
    return !Trees.text(spec, "type").equals("ExternalName")
        && Trees.isEmpty(spec, "clusterIPs")
        && Trees.text(spec, "clusterIP").isEmpty();
  }

  /** Whether an address has no IPAddress object; removes one that is not as it must be. */
  private boolean isMissing(ObjectPath service, IpAddress address, KeyValue holder) {
    KeyValue stored = reads.get(allocator.addressKey(address));
    if (stored == null) {
      return true;
    }
    ObjectNode object = decode(stored);
    ObjectPath parent = Allocations.parent(services, object);
    boolean own =
        parent != null
            && parent.namespace().equals(service.namespace())
            && parent.name().equals(service.name());
    if (own && hasLabels(object, address)) {
      return false;
    }
    if (!own && parent != null && holds(reads.get(parent.key()), address)) {
      warn(
          service,
          "cluster IP " + address + " was assigned to multiple Services; please recreate it");
      return false;
    }
    LOG.log(Level.INFO, "IPAddress {0} has a wrong reference or labels; repairing", address);
    return commit(
        List.of(
            new Op.Check(holder.key(), holder.modRevision()),
            new Op.Delete(stored.key(), stored.modRevision())));
  }

  private static boolean hasLabels(ObjectNode object, IpAddress address) {
    ObjectNode labels = Trees.object(object, "metadata", "labels");
    return Trees.text(labels, Allocations.FAMILY).equals(address.family().toString())
        && Trees.text(labels, Allocations.MANAGED_BY).equals(Allocations.MANAGER);
  }

  private static boolean holds(@Nullable KeyValue service, IpAddress address) {
    return service != null && Holdings.of(decode(service)).addresses().contains(address);
  }

  private boolean isHolder(ObjectPath service, PortRecord record, int port) {
    if (record.equals(new PortRecord(service.namespace(), service.name()))) {
      return true;
    }
    KeyValue other = reads.get(services.storage().key(record.namespace(), record.name()));
    // If the other does not hold it, its record is removed below, and the next round adds ours.
    return other == null || !Holdings.of(decode(other)).ports().contains(port);
  }

  private void ipAddress(KeyValue stored) {
    ObjectNode object = decode(stored);
    if (!Trees.text(object, "metadata", "labels", Allocations.MANAGED_BY)
        .equals(Allocations.MANAGER)) {
      return;
    }
    IpAddress address = IpAddress.parse(Trees.name(object));
    ObjectPath parent = Allocations.parent(services, object);
    KeyValue service = parent == null ? null : reads.get(parent.key());
    if (address == null || !holds(service, address)) {
      LOG.log(Level.INFO, "IPAddress {0} is no Service''s; cleaning up", Trees.name(object));
      commit(removal(stored, parent == null ? null : parent.key(), service));
    }
  }

  private void port(KeyValue stored) {
    PortRecord record = PortRecord.parse(stored.value());
    String key = services.storage().key(record.namespace(), record.name());
    KeyValue service = reads.get(key);
    int port = PortRecord.port(stored.key());
    if (service == null || !Holdings.of(decode(service)).ports().contains(port)) {
      LOG.log(
          Level.INFO, "the node port {0} is no Service''s; cleaning up", Integer.toString(port));
      commit(removal(stored, key, service));
    }
  }

  private static List<Op> removal(
      KeyValue stored, @Nullable String key, @Nullable KeyValue service) {
    List<Op> operations = new ArrayList<>(2);
    operations.add(new Op.Delete(stored.key(), stored.modRevision()));
    if (key != null) {
      operations.add(new Op.Check(key, service == null ? Op.ABSENT : service.modRevision()));
    }
    return operations;
  }

  /** An update gives a Service the address that an earlier release did not give it. */
  private void giveAddress(KeyValue stored) {
    ObjectNode service = decode(stored);
    if (!needsAddress(service)) {
      return;
    }
    try {
      changes.change(path(service), _ -> true, WriteContext.at(clock.instant()));
    } catch (ApiException e) {
      warn(path(service), "it gets no cluster IP: " + e.getMessage());
    }
  }

  private boolean commit(List<Op> operations) {
    try {
      store.commit(operations);
      return true;
    } catch (RevisionConflictException e) {
      return false;
    } catch (StoreException e) {
      throw StoreFailures.of(e);
    }
  }

  private static ObjectNode decode(KeyValue stored) {
    return ObjectDecoder.decode(stored.value(), ObjectDecoder.MAX_DEPTH).tree();
  }

  private static void warn(ObjectPath service, String what) {
    LOG.log(Level.WARNING, "Service {0}/{1}: {2}", service.namespace(), service.name(), what);
  }
}
