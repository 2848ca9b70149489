package dev.rheo.resource.rules.pod;

import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.GoValues;
import dev.rheo.resource.rules.kind.Syntax;
import java.util.List;

/** Checks the security contexts of pods and of containers. */
final class SecurityContextRules {
  private static final List<String> PROC_MOUNTS = List.of("Default", "Unmasked");
  private static final List<String> GROUP_CHANGES = List.of("Always", "OnRootMismatch");
  private static final List<String> GROUP_POLICIES = List.of("Merge", "Strict");

  private SecurityContextRules() {}

  /**
   * @param hostUsers whether the pod has the users of the host
   */
  static void container(Field context, boolean hostUsers) {
    if (context.absent()) {
      return;
    }
    unixIds(context, "runAsUser", "runAsGroup");
    Field procMount = context.at("procMount");
    if (procMount.present()) {
      procMount.oneOf(PROC_MOUNTS);
      if (hostUsers && procMount.is("Unmasked")) {
        procMount.invalid("`hostUsers` must be false to use `Unmasked`");
      }
    }
    SecurityProfiles.seccomp(context.at("seccompProfile"));
    escalation(context);
    WindowsOptions.validate(context.at("windowsOptions"));
    SecurityProfiles.appArmor(context.at("appArmorProfile"));
  }

  private static void escalation(Field context) {
    Field escalation = context.at("allowPrivilegeEscalation");
    if (escalation.absent() || escalation.flag()) {
      return;
    }
    if (context.at("privileged").flag()) {
      context.invalid(
          GoValues.of("core.SecurityContext", context.node()),
          "cannot set `allowPrivilegeEscalation` to false and `privileged` to true");
    }
    if (context.at("capabilities", "add").texts().contains("CAP_SYS_ADMIN")) {
      context.invalid(
          GoValues.of("core.SecurityContext", context.node()),
          "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN");
    }
  }

  /** Checks the context of a pod or a template. */
  static void pod(Field spec, PodOptions options) {
    Field context = spec.at("securityContext");
    unixIds(context, "fsGroup", "runAsUser", "runAsGroup");
    for (Field group : context.at("supplementalGroups").items()) {
      Syntax.unixId(group);
    }
    Field shared = spec.at("shareProcessNamespace");
    if (shared.flag() && spec.at("hostPID").flag()) {
      // upstream has it below the context
      shared
          .placed(context.at("shareProcessNamespace"))
          .invalid("ShareProcessNamespace and HostPID cannot both be enabled");
    }
    Sysctls.validate(context.at("sysctls"), spec.object(), options.hostSysctls());
    optional(context.at("fsGroupChangePolicy"), GROUP_CHANGES);
    SecurityProfiles.seccomp(context.at("seccompProfile"));
    WindowsOptions.validate(context.at("windowsOptions"));
    SecurityProfiles.appArmor(context.at("appArmorProfile"));
    optional(context.at("supplementalGroupsPolicy"), GROUP_POLICIES);
    optional(
        context.at("seLinuxChangePolicy"),
        options.anySeLinuxPolicy() ? List.of("MountOption", "Recursive") : List.of("Recursive"));
  }

  private static void unixIds(Field context, String... names) {
    for (String name : names) {
      if (context.at(name).present()) {
        Syntax.unixId(context.at(name));
      }
    }
  }

  private static void optional(Field value, List<String> supported) {
    if (value.present()) {
      value.oneOf(supported);
    }
  }
}
