package dev.rheo.resource.defaults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.TreeCopies;
import dev.rheo.codec.tree.Trees;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Computed defaults of the core API group; constant ones are in {@code defaults.txt}. */
public final class CoreDefaults {
  private static final long CLIENT_IP_SECONDS = 10_800;
  private static final Set<String> CLUSTER_TYPES = Set.of("ClusterIP", "NodePort", "LoadBalancer");

  private CoreDefaults() {}

  static void register(BiConsumer<String, Consumer<ObjectNode>> rules) {
    rules.accept("core/v1.Container", CoreDefaults::container);
    rules.accept("core/v1.EphemeralContainer", CoreDefaults::container);
    rules.accept("core/v1.Volume", CoreDefaults::volume);
    rules.accept("core/v1.Pod", CoreDefaults::pod);
    rules.accept("core/v1.ReplicationController", CoreDefaults::replicationController);
    rules.accept("core/v1.Service", CoreDefaults::service);
    rules.accept("core/v1.Namespace", CoreDefaults::namespace);
    rules.accept("core/v1.NodeStatus", CoreDefaults::nodeStatus);
    rules.accept("core/v1.LimitRangeItem", CoreDefaults::limitRangeItem);
    rules.accept("core/v1.PodSpec", CoreDefaults::podSpec);
    rules.accept("core/v1.PodStatus", status -> firstOf(status, "podIPs", "ip", "podIP"));
    rules.accept("core/v1.NodeSpec", CoreDefaults::nodeSpec);
    rules.accept("core/v1.Secret", CoreDefaults::secret);
    rules.accept("core/v1.PersistentVolume", CoreDefaults::persistentVolume);
  }

  /** Adds the entries that the map {@code field} lacks. */
  static void addMissing(ObjectNode node, String field, @Nullable ObjectNode entries) {
    if (entries == null || entries.isEmpty()) {
      return;
    }
    ObjectNode map = Trees.need(node, field);
    for (Map.Entry<String, JsonNode> entry : entries.properties()) {
      if (!map.has(entry.getKey())) {
        map.set(entry.getKey(), TreeCopies.of(entry.getValue()));
      }
    }
  }

  private static void container(ObjectNode container) {
    pullPolicy(container, "imagePullPolicy", "image");
  }

  private static void pullPolicy(ObjectNode node, String policy, String image) {
    if (Trees.text(node, policy).isEmpty()) {
      node.put(policy, Images.pullPolicy(Trees.text(node, image)));
    }
  }

  private static void volume(ObjectNode volume) {
    boolean hasSource = false;
    for (Map.Entry<String, JsonNode> field : volume.properties()) {
      hasSource |= !field.getKey().equals("name") && !field.getValue().isNull();
    }
    if (!hasSource) {
      volume.putObject("emptyDir");
    }
    if (volume.get("image") instanceof ObjectNode image) {
      pullPolicy(image, "pullPolicy", "reference");
    }
  }

  private static void pod(ObjectNode pod) {
    ObjectNode spec = Trees.need(pod, "spec");
    boolean hostNetwork = Trees.flag(spec, "hostNetwork");
    for (String containers : new String[] {"containers", "initContainers"}) {
      for (ObjectNode container : Trees.objects(spec, containers)) {
        ObjectNode resources = Trees.object(container, "resources");
        if (resources != null) {
          addMissing(resources, "requests", Trees.object(resources, "limits"));
        }
        if (hostNetwork) {
          Trees.eachObject(container, "ports", CoreDefaults::hostPort);
        }
      }
    }
    PodResources.defaultPodLevel(spec);
    if (!Trees.has(spec, "enableServiceLinks")) {
      spec.put("enableServiceLinks", true);
    }
  }

  private static void hostPort(ObjectNode port) {
    if (Trees.number(port, "hostPort") == 0 && Trees.has(port, "containerPort")) {
      port.set("hostPort", port.get("containerPort"));
    }
  }

  /** Keeps the deprecated {@code serviceAccount} equal to {@code serviceAccountName}. */
  private static void podSpec(ObjectNode spec) {
    String name = Trees.text(spec, "serviceAccountName");
    if (name.isEmpty()) {
      name = Trees.text(spec, "serviceAccount");
    }
    if (!name.isEmpty()) {
      spec.put("serviceAccountName", name);
      spec.put("serviceAccount", name);
    }
  }

  /** Keeps the single address that old clients use equal to the first of the list. */
  private static void firstOf(ObjectNode node, String list, String key, String single) {
    String alone = Trees.text(node, single);
    List<ObjectNode> all = Trees.objects(node, list);
    if (all.isEmpty() && !alone.isEmpty()) {
      node.putArray(list).addObject().put(key, alone);
    } else if (!all.isEmpty()) {
      String first = Trees.text(all.getFirst(), key);
      if (!alone.isEmpty() && !alone.equals(first)) {
        node.putArray(list).addObject().put(key, alone);
      } else {
        node.put(single, first);
      }
    }
  }

  private static void nodeSpec(ObjectNode spec) {
    String alone = Trees.text(spec, "podCIDR");
    List<String> all = Trees.strings(spec, "podCIDRs");
    if (!alone.isEmpty() && (all.isEmpty() || !all.getFirst().equals(alone))) {
      spec.putArray("podCIDRs").add(alone);
    } else if (!all.isEmpty()) {
      spec.put("podCIDR", all.getFirst());
    }
  }

  /** The spec of a volume that stands within its attachment does not have these defaults. */
  private static void persistentVolume(ObjectNode volume) {
    ObjectNode spec = Trees.need(volume, "spec");
    Trees.putText(spec, "persistentVolumeReclaimPolicy", "Retain");
    if (!Trees.has(spec, "volumeMode")) {
      spec.put("volumeMode", "Filesystem");
    }
  }

  /** Moves {@code stringData} to {@code data}, encoded in Base64. */
  private static void secret(ObjectNode secret) {
    ObjectNode texts = Trees.object(secret, "stringData");
    if (texts != null) {
      for (Map.Entry<String, JsonNode> entry : texts.properties()) {
        byte[] bytes = entry.getValue().asText().getBytes(StandardCharsets.UTF_8);
        Trees.need(secret, "data").put(entry.getKey(), Base64.getEncoder().encodeToString(bytes));
      }
      secret.remove("stringData");
    }
  }

  private static void replicationController(ObjectNode controller) {
    ObjectNode labels = Trees.object(controller, "spec", "template", "metadata", "labels");
    if (labels != null) {
      ObjectNode spec = Trees.need(controller, "spec");
      if (Trees.isEmpty(spec, "selector")) {
        spec.set("selector", TreeCopies.of(labels));
      }
      inheritLabels(controller, labels);
    }
  }

  static void inheritLabels(ObjectNode object, ObjectNode labels) {
    ObjectNode metadata = Trees.metadata(object);
    if (Trees.isEmpty(metadata, "labels")) {
      metadata.set("labels", TreeCopies.of(labels));
    }
  }

  private static void service(ObjectNode service) {
    ObjectNode spec = Trees.need(service, "spec");
    Trees.putText(spec, "sessionAffinity", "None");
    switch (Trees.text(spec, "sessionAffinity")) {
      case "None" -> spec.remove("sessionAffinityConfig");
      case "ClientIP" -> {
        if (Trees.at(spec, "sessionAffinityConfig", "clientIP", "timeoutSeconds") == null) {
          spec.putObject("sessionAffinityConfig")
              .putObject("clientIP")
              .put("timeoutSeconds", CLIENT_IP_SECONDS);
        }
      }
      default -> {}
    }
    Trees.putText(spec, "type", "ClusterIP");
    String type = Trees.text(spec, "type");
    for (ObjectNode port : Trees.objects(spec, "ports")) {
      JsonNode target = Trees.get(port, "targetPort");
      if ((target == null || target.asText().isEmpty() || target.asText().equals("0"))
          && Trees.has(port, "port")) {
        port.set("targetPort", port.get("port"));
      }
    }
    if (isExternal(spec)) {
      Trees.putText(spec, "externalTrafficPolicy", "Cluster");
    }
    if (CLUSTER_TYPES.contains(type) && !Trees.has(spec, "internalTrafficPolicy")) {
      spec.put("internalTrafficPolicy", "Cluster");
    }
    if (type.equals("LoadBalancer")) {
      if (!Trees.has(spec, "allocateLoadBalancerNodePorts")) {
        spec.put("allocateLoadBalancerNodePorts", true);
      }
      for (ObjectNode ingress : Trees.objects(service, "status", "loadBalancer", "ingress")) {
        if (!Trees.text(ingress, "ip").isEmpty() && !Trees.has(ingress, "ipMode")) {
          ingress.put("ipMode", "VIP");
        }
      }
    }
  }

  /** Whether a Service is reached from outside the cluster. */
  public static boolean isExternal(ObjectNode spec) {
    String type = Trees.text(spec, "type");
    return type.equals("NodePort")
        || type.equals("LoadBalancer")
        || (type.equals("ClusterIP") && !Trees.isEmpty(spec, "externalIPs"));
  }

  private static void namespace(ObjectNode namespace) {
    String name = Trees.name(namespace);
    if (!name.isEmpty()) {
      Trees.need(Trees.metadata(namespace), "labels").put("kubernetes.io/metadata.name", name);
    }
  }

  private static void nodeStatus(ObjectNode status) {
    if (!Trees.has(status, "allocatable") && Trees.has(status, "capacity")) {
      status.set("allocatable", TreeCopies.of(status.get("capacity")));
    }
  }

  private static void limitRangeItem(ObjectNode item) {
    if (Trees.text(item, "type").equals("Container")) {
      addMissing(item, "default", Trees.object(item, "max"));
      addMissing(item, "defaultRequest", Trees.object(item, "default"));
      addMissing(item, "defaultRequest", Trees.object(item, "min"));
    }
  }
}
