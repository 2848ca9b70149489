package dev.rheo.server.controller.garbage;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.ApiException;
import dev.rheo.cache.Entry;
import dev.rheo.cache.EntryCursor;
import dev.rheo.cache.NotCachedException;
import dev.rheo.cache.Scope;
import dev.rheo.cache.WatchCache;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.server.controller.garbage.Facts.Owner;
import dev.rheo.server.verb.write.LoopbackClient;
import dev.rheo.server.verb.write.ObjectPath;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Tells users by an Event when an object names an owner in another namespace. */
final class OwnerEvents {
  private static final System.Logger LOG = System.getLogger(OwnerEvents.class.getName());
  private static final String COMPONENT = "garbage-collector-controller";

  /** So that the name of the Event, with a suffix, is not too long. */
  private static final int MAX_NAME = 230;

  private final LoopbackClient client;
  private final WatchCache cache;
  private final Supplier<ResourceRegistry> served;
  private final InstantSource clock;

  OwnerEvents(
      LoopbackClient client,
      WatchCache cache,
      Supplier<ResourceRegistry> served,
      InstantSource clock) {
    this.client = client;
    this.cache = cache;
    this.served = served;
    this.clock = clock;
  }

  /** Makes an Event if the owner, which is not where it should be, is in another namespace. */
  void reportOtherNamespace(ObjectPath path, Facts object, Owner owner, ResourceType ownerType)
      throws IOException {
    ResourceType type = served.get().find("", "v1", "events");
    if (type == null || !ownerType.namespaced() || !isElsewhere(owner, ownerType)) {
      return;
    }
    String namespace = path.namespace().isEmpty() ? "default" : path.namespace();
    Instant now = clock.instant();
    String name =
        path.name().length() > MAX_NAME ? path.name().substring(0, MAX_NAME) : path.name();
    ObjectNode event = JsonNodeFactory.instance.objectNode();
    event.put("kind", "Event").put("apiVersion", "v1");
    event
        .putObject("metadata")
        .put(
            "name",
            name + "." + Long.toHexString(now.getEpochSecond() * 1_000_000_000L + now.getNano()))
        .put("namespace", namespace);
    event
        .putObject("involvedObject")
        .put("kind", path.type().kind())
        .put("namespace", path.namespace())
        .put("name", path.name())
        .put("uid", object.uid())
        .put("apiVersion", path.type().apiVersion());
    String time = now.truncatedTo(ChronoUnit.SECONDS).toString();
    event
        .put("reason", "OwnerRefInvalidNamespace")
        .put(
            "message",
            "ownerRef %s does not exist in namespace \"%s\""
                .formatted(owner.describe(path.namespace()), path.namespace()))
        .put("type", "Warning")
        .put("firstTimestamp", time)
        .put("lastTimestamp", time)
        .put("count", 1)
        .put("reportingComponent", COMPONENT);
    event.putObject("source").put("component", COMPONENT);
    try {
      client.create(ObjectPath.of(type, namespace, ""), event);
    } catch (ApiException e) {
      LOG.log(Level.DEBUG, "no Event on {0}: {1}", path.name(), e.getMessage());
    }
  }

  private boolean isElsewhere(Owner owner, ResourceType type) throws IOException {
    ObjectFacts facts = new ObjectFacts(cache);
    try {
      EntryCursor named =
          cache
              .resource(type.storage().name())
              .snapshot()
              .entries(new Scope(null, owner.name(), null, null), null);
      for (@Nullable Entry entry = named.next(); entry != null; entry = named.next()) {
        if (entry.name().equals(owner.name()) && facts.of(entry).uid().equals(owner.uid())) {
          return true;
        }
      }
    } catch (NotCachedException e) {
      // The type goes.
    }
    return false;
  }
}
