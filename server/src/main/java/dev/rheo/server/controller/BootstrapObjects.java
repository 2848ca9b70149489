package dev.rheo.server.controller;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.server.verb.write.LoopbackClient;
import dev.rheo.server.verb.write.ObjectPath;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Objects that clients expect in every cluster besides the namespaces: the PriorityClasses of the
 * system, and the ConfigMap that tells extension API servers whom to trust.
 */
public final class BootstrapObjects {
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
  private static final String CLIENT_CA = "client-ca-file";

  /** Since when tokens in Secrets are tracked, which kube-controller-manager asks for. */
  private static final String TRACKING = "kube-apiserver-legacy-service-account-token-tracking";

  private record Priority(int value, String description) {}

  private final ServerObjects objects;
  private final String clientAuthority;
  private final InstantSource clock;

  /**
   * @param clientAuthority the authority of client certificates, as PEM
   */
  public BootstrapObjects(
      LoopbackClient client,
      Supplier<ResourceRegistry> served,
      byte[] clientAuthority,
      InstantSource clock) {
    this.objects = new ServerObjects(client, served);
    this.clock = clock;
    this.clientAuthority = new String(clientAuthority, StandardCharsets.US_ASCII);
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
    objects.ensure(
        ObjectPath.of(maps, "kube-system", TRUST),
        () -> {
          ObjectNode map = ServerObjects.named(maps, TRUST);
          map.putObject("data").put(CLIENT_CA, clientAuthority);
          return map;
        },
        this::trust);
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

  /** Adds the authority to those that other servers have added. */
  private boolean trust(ObjectNode map) {
    String trusted = Trees.text(map, "data", CLIENT_CA);
    if (trusted.contains(clientAuthority.strip())) {
      return false;
    }
    Trees.need(map, "data").put(CLIENT_CA, trusted + clientAuthority);
    return true;
  }
}
