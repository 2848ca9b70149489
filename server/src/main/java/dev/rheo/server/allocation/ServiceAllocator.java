package dev.rheo.server.allocation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.ApiException;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.resource.type.StoredResource;
import dev.rheo.server.verb.read.StoreReads;
import dev.rheo.store.RevisionStore;
import dev.rheo.store.RevisionStore.Op;
import java.util.Objects;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Decides which cluster IPs and node ports a version of a Service has, as kube-apiserver does: the
 * client's choice, what the Service had, or a random one that is free. It reserves nothing. The
 * commit that stores the version creates an IPAddress object for each address and a record for each
 * port, on condition that there is none, so that a crash leaks nothing and several servers on one
 * store give nothing twice; a write whose commit is refused decides again.
 *
 * <p>Thread-safe if the random generator is.
 */
public final class ServiceAllocator {
  private final StoreReads reads;
  private final StoredResource addresses;
  private final AddressRanges ranges;
  private final ServiceNetwork network;
  private final IpFamilies families;
  private final RandomGenerator random;

  /**
   * @param registry has the resources of IPAddresses and ServiceCIDRs
   */
  public ServiceAllocator(
      RevisionStore store,
      ResourceRegistry registry,
      ServiceNetwork network,
      RandomGenerator random) {
    this.reads = new StoreReads(store);
    this.addresses = Objects.requireNonNull(registry.stored("ipaddresses.networking.k8s.io"));
    this.ranges =
        new AddressRanges(
            reads,
            Objects.requireNonNull(registry.stored("servicecidrs.networking.k8s.io")),
            network);
    this.network = network;
    this.families = new IpFamilies(network.families());
    this.random = random;
  }

  /**
   * Completes a Service that is created.
   *
   * @param service defaulted; changed
   * @throws ApiException with the Status of the refusal
   */
  public void create(ObjectNode service, String name, boolean dryRun) {
    ServiceSpec spec = ServiceSpec.of(service);
    OmittedValues.complete(spec);
    families.complete(spec, null, name);
    ClusterIps.create(spec, addressPool(dryRun), name);
    NodePorts.create(spec, portPool(dryRun), name);
  }

  /**
   * Completes a Service that replaces another.
   *
   * @param service defaulted; changed
   * @param before the stored Service; not changed
   * @throws ApiException with the Status of the refusal
   */
  public void update(ObjectNode service, ObjectNode before, String name, boolean dryRun) {
    ServiceSpec spec = ServiceSpec.of(service);
    ServiceSpec old = ServiceSpec.copyOf(before);
    OmittedValues.complete(spec, old);
    families.complete(spec, old, name);
    ClusterIps.update(spec, old, addressPool(dryRun), name);
    NodePorts.update(spec, old, portPool(dryRun), name);
  }

  /** The key of the IPAddress object of an address. */
  public String addressKey(IpAddress address) {
    return addresses.key(null, address.toString());
  }

  /** The ranges of cluster IPs. */
  public AddressRanges ranges() {
    return ranges;
  }

  /**
   * What the commit of a write has to do besides, so that kube-apiservers on the same store know of
   * the node ports; null for nothing.
   */
  public @Nullable Op record(Set<Integer> taken, Set<Integer> givenBack) {
    if (taken.isEmpty() && givenBack.isEmpty()) {
      return null;
    }
    PortBitmap theirs = PortBitmap.read(reads);
    return theirs == null ? null : theirs.change(taken, givenBack);
  }

  /** Whether a port is one of the node ports. */
  public boolean isNodePort(int port) {
    return network.nodePorts().contains(port);
  }

  /** The configuration. */
  public ServiceNetwork network() {
    return network;
  }

  private AddressPool addressPool(boolean dryRun) {
    return dryRun
        ? DryRun.addresses(ranges)
        : new StoredAddresses(reads, addresses, ranges, random);
  }

  private PortPool portPool(boolean dryRun) {
    return dryRun ? DryRun.ports(reads) : new StoredPorts(reads, network.nodePorts(), random);
  }
}
