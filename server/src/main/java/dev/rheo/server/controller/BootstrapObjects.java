package dev.rheo.server.controller;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.server.verb.write.LoopbackClient;
import dev.rheo.server.verb.write.ObjectPath;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Objects that clients expect in every cluster besides the namespaces: the PriorityClasses of the
 * system, and the ConfigMap that tells extension API servers whom to trust.
 */
public final class BootstrapObjects {
  private static final System.Logger LOG = System.getLogger(BootstrapObjects.class.getName());

  private static final Map<String, Priority> PRIORITIES =
      Map.of(
          "system-node-critical",
          new Priority(
              2_000_001_000,
              "Used for system critical pods that must not be moved from their current node."),
          "system-cluster-critical",
          new Priority(
              2_000_000_000,
              "Used for system critical pods that must run in the cluster, but can be moved to"
                  + " another node if necessary."));

  private static final String TRUST = "extension-apiserver-authentication";

  /** Since when tokens in Secrets are tracked, which kube-controller-manager asks for. */
  private static final String TRACKING = "kube-apiserver-legacy-service-account-token-tracking";

  private record Priority(int value, String description) {}

  private final ServerObjects objects;
  private final Predicate<ObjectNode> trust;
  private final InstantSource clock;

  /**
   * @param trust adds to a ConfigMap what extension API servers are told, and returns whether that
   *     has changed it; throws {@link IllegalArgumentException} if the map has something else
   */
  public BootstrapObjects(
      LoopbackClient client,
      Supplier<ResourceRegistry> served,
      Predicate<ObjectNode> trust,
      InstantSource clock) {
    this.objects = new ServerObjects(client, served);
    this.clock = clock;
    this.trust = trust;
  }

  /** Makes what is missing. */
  public void run() {
    ResourceType classes = objects.type("scheduling.k8s.io", "priorityclasses");
    PRIORITIES.forEach(
        (name, priority) ->
            objects.ensure(
                ObjectPath.of(classes, "", name),
                () ->
                    ServerObjects.named(classes, name)
                        .put("value", priority.value())
                        .put("description", priority.description()),
                _ -> false));
    ResourceType maps = objects.type("", "configmaps");
    publishTrust();
    objects.ensure(
        ObjectPath.of(maps, "kube-system", TRACKING),
        () -> {
          ObjectNode map = ServerObjects.named(maps, TRACKING);
          map.putObject("data")
              .put("since", LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC).toString());
          return map;
        },
        _ -> false);
  }

  /** Tells extension API servers whom to trust, beside what other servers have told them. */
  public void publishTrust() {
    ResourceType maps = objects.type("", "configmaps");
    objects.ensure(
        ObjectPath.of(maps, "kube-system", TRUST),
        () -> {
          ObjectNode map = ServerObjects.named(maps, TRUST);
          add(map);
          return map;
        },
        this::add);
  }

  private boolean add(ObjectNode map) {
    try {
      return trust.test(map);
    } catch (IllegalArgumentException e) {
      LOG.log(Level.WARNING, "the ConfigMap {0} is left as it is: {1}", TRUST, e.getMessage());
      return false;
    }
  }
}
