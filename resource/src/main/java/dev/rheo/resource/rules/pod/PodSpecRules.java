package dev.rheo.resource.rules.pod;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.name.Names;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.LabelRules;
import dev.rheo.resource.rules.kind.Syntax;
import dev.rheo.resource.rules.storage.Volumes;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Checks the spec of a pod or of a template: upstream's {@code ValidatePodSpec}. */
final class PodSpecRules {
  private static final List<String> RESTART_POLICIES = List.of("Always", "OnFailure", "Never");
  private static final List<String> DNS_POLICIES =
      List.of("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None");
  private static final List<String> PREEMPTION_POLICIES = List.of("PreemptLowerPriority", "Never");
  private static final int MAX_HOSTNAME_OVERRIDE = 64;

  private PodSpecRules() {}

  /**
   * @param metadata of the pod; absent for a template
   */
  static void validate(Field spec, Field metadata, PodOptions options) {
    spec.at("terminationGracePeriodSeconds").need("");
    Map<String, ObjectNode> volumes =
        Volumes.validate(
            spec.at("volumes"),
            metadata.at("name").text(),
            new Volumes.Options(options.pod(), options.nonLocalTokenPath()));
    PodScope scope = PodScope.of(spec, options, volumes);
    ResourceClaimRules.validate(spec.at("resourceClaims"), metadata.at("annotations"));
    new ContainerRules(scope).all();
    PodResourceRules.validate(scope);
    hostPorts(spec, options);
    enumeration(spec.at("restartPolicy"), RESTART_POLICIES);
    enumeration(spec.at("dnsPolicy"), DNS_POLICIES);
    LabelRules.labels(spec.at("nodeSelector"));
    SecurityContextRules.pod(spec, options);
    AffinityRules.validate(spec.at("affinity"), options);
    NameResolution.dnsConfig(spec.at("dnsConfig"), spec.at("dnsPolicy"));
    for (Field gate : spec.at("readinessGates").items()) {
      gate.at("conditionType").check(Names::labelKey);
    }
    schedulingGates(spec.at("schedulingGates"));
    TopologyRules.validate(spec.at("topologySpreadConstraints"), options);
    WindowsOptions.hostProcess(spec);
    userNamespace(spec, options);
    hostnameOverride(spec);
    optional(spec.at("serviceAccountName"), Names::dnsSubdomain);
    optional(spec.at("nodeName"), Names::dnsSubdomain);
    if (spec.at("activeDeadlineSeconds").present()) {
      Syntax.range(spec.at("activeDeadlineSeconds"), 1, Integer.MAX_VALUE);
    }
    optional(spec.at("hostname"), Names::dnsLabel);
    optional(spec.at("subdomain"), Names::dnsLabel);
    Tolerations.validate(spec.at("tolerations"), options.comparisons());
    NameResolution.hostAliases(spec.at("hostAliases"));
    optional(spec.at("priorityClassName"), Names::dnsSubdomain);
    if (spec.at("runtimeClassName").present()) {
      spec.at("runtimeClassName").check(Names::dnsSubdomain);
    }
    if (spec.at("preemptionPolicy").present()) {
      enumeration(spec.at("preemptionPolicy"), PREEMPTION_POLICIES);
    }
    ResourceRules.overhead(spec.at("overhead"), options);
    OsRules.validate(spec);
    environmentFiles(spec);
  }

  private static void enumeration(Field value, List<String> supported) {
    if (value.need("")) {
      value.oneOf(supported);
    }
  }

  private static void optional(Field text, Function<String, List<String>> syntax) {
    if (!text.isEmpty()) {
      text.check(syntax);
    }
  }

  /** In the network of the host, a port of a container is the same port of the host. */
  private static void hostPorts(Field spec, PodOptions options) {
    if (!spec.at("hostNetwork").flag()) {
      return;
    }
    for (Field container : spec.at("containers").items()) {
      for (Field port : container.at("ports").items()) {
        Field host = port.at("hostPort");
        if ((options.pod() || host.number() != 0)
            && host.number() != port.at("containerPort").number()) {
          host.invalid(host.number(), "must match `containerPort` when `hostNetwork` is true");
        }
      }
    }
  }

  private static void schedulingGates(Field gates) {
    Set<String> seen = new HashSet<>();
    for (Field gate : gates.items()) {
      Field name = gate.at("name").placed(gate);
      name.check(Names::labelKey);
      if (!seen.add(name.text())) {
        name.duplicate();
      }
    }
  }

  private static void userNamespace(Field spec, PodOptions options) {
    Field hostUsers = spec.at("hostUsers");
    if (hostUsers.absent() || hostUsers.flag()) {
      return;
    }
    String detail = "when `hostUsers` is false";
    if (!options.hostNetworkInUserNamespace() && spec.at("hostNetwork").flag()) {
      spec.at("hostNetwork").forbidden(detail);
    }
    if (spec.at("hostPID").flag()) {
      spec.at("HostPID").forbidden(detail);
    }
    if (spec.at("hostIPC").flag()) {
      spec.at("HostIPC").forbidden(detail);
    }
    if (!options.devicesInUserNamespace()) {
      Containers.each(
          spec,
          container -> {
            if (container.at("volumeDevices").size() > 0) {
              container.at("volumeDevices").forbidden(detail);
            }
          });
    }
  }

  private static void hostnameOverride(Field spec) {
    Field hostname = spec.at("hostnameOverride");
    if (hostname.absent()) {
      return;
    }
    if (spec.at("setHostnameAsFQDN").flag()) {
      hostname.forbidden("may not be specified when setHostnameAsFQDN is true");
    }
    if (spec.at("hostNetwork").flag()) {
      hostname.forbidden("may not be specified when hostNetwork is true");
    }
    if (Syntax.bytes(hostname.text()) > MAX_HOSTNAME_OVERRIDE) {
      hostname.tooLong(MAX_HOSTNAME_OVERRIDE);
    }
    hostname.check(Names::dnsSubdomain);
  }

  /** Files with variables are in volumes that last as long as the pod. */
  private static void environmentFiles(Field spec) {
    Map<String, ObjectNode> volumes = new HashMap<>();
    Trees.eachObject(spec.node(), "volumes", v -> volumes.put(Trees.text(v, "name"), v));
    Containers.each(
        spec,
        container -> {
          for (Field variable : container.at("env").items()) {
            Field file = variable.at("valueFrom", "fileKeyRef");
            if (file.absent()) {
              continue;
            }
            Field name = file.at("volumeName");
            ObjectNode volume = volumes.get(name.text());
            if (volume == null) {
              name.notFound();
            } else if (!Trees.has(volume, "emptyDir")) {
              name.invalid("referenced volume must be of type emptyDir");
            }
          }
        });
  }
}
