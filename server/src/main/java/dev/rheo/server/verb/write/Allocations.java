package dev.rheo.server.verb.write;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.options.DeleteOptions;
import dev.rheo.codec.json.Canonicalizer;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.resource.type.WriteContext;
import dev.rheo.server.allocation.Holdings;
import dev.rheo.server.allocation.IpAddress;
import dev.rheo.server.allocation.PortRecord;
import dev.rheo.server.allocation.ServiceAllocator;
import dev.rheo.server.verb.read.StoreReads;
import dev.rheo.store.RevisionStore;
import dev.rheo.store.RevisionStore.KeyValue;
import dev.rheo.store.RevisionStore.Op;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes what a Service takes and gives back part of the commit that writes it: IPAddress objects
 * for its cluster IPs, records of its node ports. For all other objects it does nothing.
 */
final class Allocations {
  static final String MANAGED_BY = "ipaddress.kubernetes.io/managed-by";
  static final String FAMILY = "ipaddress.kubernetes.io/ip-family";
  static final String MANAGER = "ipallocator.k8s.io";

  private static final String SERVICES = "services";

  private final ServiceAllocator allocator;
  private final StoreReads reads;
  private final Ownership ownership;
  private final Supplier<String> uids;
  private final InstantSource clock;
  private final ResourceType ipAddresses;
  private final ResourceType endpoints;

  /**
   * @param uids makes a uid for each new object
   */
  Allocations(
      ServiceAllocator allocator,
      RevisionStore store,
      ResourceRegistry registry,
      Ownership ownership,
      Supplier<String> uids,
      InstantSource clock) {
    this.allocator = allocator;
    this.reads = new StoreReads(store);
    this.ownership = ownership;
    this.uids = uids;
    this.clock = clock;
    this.ipAddresses = registry.get("networking.k8s.io", "v1", "ipaddresses");
    this.endpoints = registry.get("", "v1", "endpoints");
  }

  static boolean isService(ObjectPath path) {
    return path.type().storage().name().equals(SERVICES);
  }

  /** Gives a new Service what it lacks. Before its preparation, as upstream. */
  void complete(ObjectPath path, ObjectNode object, boolean dryRun) {
    if (isService(path)) {
      allocator.create(object, path.name(), dryRun);
    }
  }

  /** Gives a Service that replaces another what it lacks. Before its preparation, as upstream. */
  void complete(ObjectPath path, ObjectNode object, ObjectNode old, boolean dryRun) {
    if (isService(path) && path.subresource().isEmpty()) {
      allocator.update(object, old, path.name(), dryRun);
    }
  }

  /**
   * What the commit of a write has to do besides.
   *
   * @param old null for a create
   * @param object as it is stored
   */
  List<Op> of(ObjectPath path, @Nullable ObjectNode old, ObjectNode object) {
    if (!isService(path)) {
      return List.of();
    }
    Holdings before = old == null ? Holdings.NONE : Holdings.of(old);
    Holdings after = Holdings.of(object);
    List<Op> operations = new ArrayList<>();
    Holdings taken = after.without(before);
    Holdings givenBack = before.without(after);
    take(path, taken, operations);
    giveBack(path, givenBack, operations);
    recordPorts(taken, givenBack, operations);
    return operations;
  }

  private void recordPorts(Holdings taken, Holdings givenBack, List<Op> operations) {
    Op record = allocator.record(taken.ports(), givenBack.ports());
    if (record != null) {
      operations.add(record);
    }
  }

  /**
   * What the commit of a removal has to do besides. As upstream, the Endpoints of a Service go with
   * it, so that a later Service of the same name does not find them.
   */
  List<Op> ofRemoval(ObjectPath path, @Nullable Version version) {
    if (!isService(path) || version == null) {
      return List.of();
    }
    List<Op> operations = new ArrayList<>();
    Holdings held = Holdings.of(version.tree());
    giveBack(path, held, operations);
    recordPorts(Holdings.NONE, held, operations);
    ObjectPath orphaned = ObjectPath.of(endpoints, path.namespace(), path.name());
    KeyValue stored = reads.get(orphaned.key());
    if (stored != null) {
      Outcome outcome =
          Deletes.outcome(
              orphaned,
              DeleteOptions.none(),
              new Version(stored.value(), stored.modRevision(), stored.stale()),
              clock.instant());
      if (outcome instanceof Outcome.Put put) {
        operations.add(new Op.Put(orphaned.key(), form(put.object()), stored.modRevision()));
      } else if (outcome instanceof Outcome.Remove) {
        operations.add(new Op.Delete(orphaned.key(), stored.modRevision()));
      }
    }
    return operations;
  }

  private byte[] form(Outcome.Content content) {
    return switch (content) {
      case Outcome.Content.Form(byte[] bytes) -> bytes;
      case Outcome.Content.Tree(ObjectNode tree) ->
          Canonicalizer.encode(tree, endpoints.storage().objectType());
    };
  }

  /** Adds what takes something for a Service. */
  void take(ObjectPath service, Holdings what, List<Op> operations) {
    Instant now = clock.instant();
    for (IpAddress address : what.addresses()) {
      operations.add(
          new Op.Put(allocator.addressKey(address), ipAddress(service, address, now), Op.ABSENT));
    }
    byte[] record = new PortRecord(service.namespace(), service.name()).toBytes();
    for (int port : what.ports()) {
      operations.add(new Op.Put(PortRecord.key(port), record, Op.ABSENT));
    }
  }

  /** Adds what gives something back, as far as the Service has it. */
  private void giveBack(ObjectPath service, Holdings what, List<Op> operations) {
    for (IpAddress address : what.addresses()) {
      KeyValue stored = reads.get(allocator.addressKey(address));
      if (stored != null && isParent(service, stored)) {
        operations.add(new Op.Delete(stored.key(), stored.modRevision()));
      }
    }
    for (int port : what.ports()) {
      KeyValue stored = reads.get(PortRecord.key(port));
      if (stored != null
          && PortRecord.parse(stored.value())
              .equals(new PortRecord(service.namespace(), service.name()))) {
        operations.add(new Op.Delete(stored.key(), stored.modRevision()));
      }
    }
  }

  private static boolean isParent(ObjectPath service, KeyValue stored) {
    ObjectNode object = ObjectDecoder.decode(stored.value(), ObjectDecoder.MAX_DEPTH).tree();
    ObjectPath parent = parent(service.type(), object);
    return parent != null
        && parent.namespace().equals(service.namespace())
        && parent.name().equals(service.name());
  }

  /** The Service that an IPAddress belongs to, or null if it belongs to something else. */
  static @Nullable ObjectPath parent(ResourceType services, ObjectNode ipAddress) {
    ObjectNode parent = Trees.object(ipAddress, "spec", "parentRef");
    return Trees.text(parent, "group").isEmpty() && Trees.text(parent, "resource").equals(SERVICES)
        ? ObjectPath.of(services, Trees.text(parent, "namespace"), Trees.text(parent, "name"))
        : null;
  }

  private byte[] ipAddress(ObjectPath service, IpAddress address, Instant now) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    object.put("kind", ipAddresses.kind()).put("apiVersion", ipAddresses.apiVersion());
    Trees.metadata(object)
        .put("name", address.toString())
        .putObject("labels")
        .put(FAMILY, address.family().toString())
        .put(MANAGED_BY, MANAGER);
    object
        .putObject("spec")
        .putObject("parentRef")
        .put("resource", SERVICES)
        .put("namespace", service.namespace())
        .put("name", service.name());
    Meta meta = Meta.of(object);
    meta.uid(uids.get());
    meta.created(now);
    ObjectPath path = ObjectPath.of(ipAddresses, "", address.toString());
    ownership.note(path, object, null, WriteContext.at(now));
    return Canonicalizer.encode(object, ipAddresses.storage().objectType());
  }
}
