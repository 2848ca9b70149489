package dev.rheo.resource.rules.pod;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.Syntax;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Checks what a kubelet reports of the containers of a pod. */
final class ContainerStatusRules {
  private static final List<String> HEALTH = List.of("Healthy", "Unhealthy", "Unknown");
  private static final int MAX_HEALTH_MESSAGE = 1024;
  private static final String CLAIM = "claim:";

  /** The list of statuses, and the list of containers that they are of. */
  private static final List<String[]> LISTS =
      List.of(
          new String[] {"containerStatuses", "containers"},
          new String[] {"initContainerStatuses", "initContainers"},
          new String[] {"ephemeralContainerStatuses", "ephemeralContainers"});

  private ContainerStatusRules() {}

  /** A container that has ended must not run again, unless its policy has it restarted. */
  static void transitions(Field status, Field old, Field spec) {
    boolean all = restartsAll(spec);
    for (String[] lists : LISTS) {
      boolean ephemeral = lists[1].equals("ephemeralContainers");
      if (all && !ephemeral) {
        continue;
      }
      Map<String, ObjectNode> now = byName(status.at(lists[0]));
      Map<String, ObjectNode> containers = ephemeral ? Map.of() : byName(spec.at(lists[1]));
      int i = 0;
      for (Field before : old.at(lists[0]).items()) {
        String name = before.at("name").text();
        Field ended = before.at("state", "terminated");
        ObjectNode next = now.get(name);
        if (ended.present()
            && next != null
            && Trees.at(next, "state", "terminated") == null
            && !restarts(containers.get(name), spec, ended.at("exitCode").number())) {
          status
              .at(lists[0])
              .index(i)
              .at("state")
              .forbidden("may not be transitioned to non-terminated state");
        }
        i++;
      }
    }
  }

  private static boolean restartsAll(Field spec) {
    for (String list : List.of("initContainers", "containers")) {
      for (ObjectNode container : Trees.objects(spec.node(), list)) {
        for (ObjectNode rule : Trees.objects(container, "restartPolicyRules")) {
          if (Trees.text(rule, "action").equals("RestartAllContainers")) {
            return true;
          }
        }
      }
    }
    return false;
  }

  private static Map<String, ObjectNode> byName(Field list) {
    Map<String, ObjectNode> byName = new HashMap<>();
    for (ObjectNode one : Trees.objects(list.node())) {
      byName.putIfAbsent(Trees.text(one, "name"), one);
    }
    return byName;
  }

  private static boolean restarts(@Nullable ObjectNode container, Field spec, long exitCode) {
    if (container == null) {
      return false;
    }
    String policy = Trees.text(container, "restartPolicy");
    if (!policy.isEmpty() && hasRestartRule(container, exitCode)) {
      return true;
    }
    return switch (policy.isEmpty() ? spec.at("restartPolicy").text() : policy) {
      case "OnFailure" -> exitCode != 0;
      case "Never" -> false;
      default -> true;
    };
  }

  /** Whether the first rule that matches restarts, as all rules do. */
  private static boolean hasRestartRule(ObjectNode container, long exitCode) {
    for (ObjectNode rule : Trees.objects(container, "restartPolicyRules")) {
      JsonNode codes = Trees.get(rule, "exitCodes");
      boolean listed = false;
      JsonNode values = Trees.get(codes, "values");
      if (values != null) {
        for (JsonNode value : values) {
          listed |= value.asLong() == exitCode;
        }
      }
      String operator = Trees.text(codes, "operator");
      if (operator.equals(listed ? "In" : "NotIn")) {
        return true;
      }
    }
    return false;
  }

  static void validate(Field status, Field spec) {
    for (String[] lists : LISTS) {
      for (Field container : status.at(lists[0]).items()) {
        user(container.at("user", "linux"), spec.at("os"));
      }
    }
    for (String[] lists : LISTS) {
      boolean ephemeral = lists[1].equals("ephemeralContainers");
      Map<String, ObjectNode> containers = byName(spec.at(lists[1]));
      for (Field container : status.at(lists[0]).items()) {
        Field allocated = container.at("allocatedResourcesStatus");
        if (!ephemeral) {
          allocated(allocated, containers.get(container.at("name").text()));
        } else if (allocated.size() > 0) {
          allocated.forbidden("must not be specified in container status");
        }
      }
    }
  }

  private static void user(Field user, Field os) {
    if (user.absent()) {
      return;
    }
    if (os.at("name").is("windows")) {
      user.forbidden("cannot be set for a windows pod");
      return;
    }
    Syntax.unixId(user.at("uid"));
    Syntax.unixId(user.at("gid"));
    for (Field group : user.at("supplementalGroups").items()) {
      Syntax.unixId(group);
    }
  }

  private static void allocated(Field resources, @Nullable ObjectNode container) {
    Set<String> claims = container == null ? Set.of() : claims(container);
    for (Field resource : resources.items()) {
      Field name = resource.at("name");
      // there may be statuses of containers that the spec does not have
      if (container != null) {
        if (name.text().startsWith(CLAIM)) {
          if (!claims.contains(name.text())) {
            name.invalid(
                "must match one of the container's resource claims in a format"
                    + " 'claim:<claimName>/<request>' or 'claim:<claimName>' if request is empty");
          }
        } else if (Trees.at(container, "resources", "requests", name.text()) == null) {
          name.invalid(name.text(), "must match one of the container's resource requests");
        }
      }
      health(resource.at("resources"));
    }
  }

  private static Set<String> claims(ObjectNode container) {
    Set<String> names = new HashSet<>();
    for (ObjectNode claim : Trees.objects(container, "resources", "claims")) {
      String request = Trees.text(claim, "request");
      names.add(CLAIM + Trees.text(claim, "name") + (request.isEmpty() ? "" : "/" + request));
    }
    return names;
  }

  private static void health(Field devices) {
    Set<String> ids = new HashSet<>();
    for (Field device : devices.items()) {
      device.at("health").oneOf(HEALTH);
      Field message = device.at("message");
      if (message.present() && message.need("must be non-empty if specified")) {
        if (Syntax.bytes(message.text()) > MAX_HEALTH_MESSAGE) {
          message.tooLong(MAX_HEALTH_MESSAGE);
        }
      }
      Field id = device.at("resourceID");
      if (!ids.add(id.text())) {
        id.duplicate();
      }
    }
  }
}
