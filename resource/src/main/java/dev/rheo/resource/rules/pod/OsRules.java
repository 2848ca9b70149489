package dev.rheo.resource.rules.pod;

import dev.rheo.resource.rules.kind.Field;
import java.util.List;

/** Checks the operating system of a pod, and that the pod has only what exists there. */
final class OsRules {
  private static final List<String> NAMES = List.of("linux", "windows");
  private static final String NOT_WINDOWS = "cannot be set for a windows pod";
  private static final String WINDOWS_OPTIONS = "windowsOptions";

  /** Flags that count if they are true; others count if they are there. */
  private static final List<String> FLAGS = List.of("hostPID", "hostIPC");

  /** Fields of a spec, in the order of upstream. */
  private static final List<String[]> NOT_IN_WINDOWS_PODS =
      List.of(
          new String[] {"securityContext", "appArmorProfile"},
          new String[] {"securityContext", "seLinuxOptions"},
          new String[] {"hostUsers"},
          new String[] {"hostPID"},
          new String[] {"hostIPC"},
          new String[] {"securityContext", "seccompProfile"},
          new String[] {"securityContext", "fsGroup"},
          new String[] {"securityContext", "fsGroupChangePolicy"},
          new String[] {"securityContext", "sysctls"},
          new String[] {"shareProcessNamespace"},
          new String[] {"securityContext", "runAsUser"},
          new String[] {"securityContext", "runAsGroup"},
          new String[] {"securityContext", "supplementalGroups"},
          new String[] {"securityContext", "supplementalGroupsPolicy"},
          new String[] {"securityContext", "seLinuxChangePolicy"});

  /** Fields of a container's security context. */
  private static final List<String> NOT_IN_WINDOWS_CONTAINERS =
      List.of(
          "appArmorProfile",
          "seLinuxOptions",
          "seccompProfile",
          "capabilities",
          "readOnlyRootFilesystem",
          "privileged",
          "allowPrivilegeEscalation",
          "procMount",
          "runAsUser",
          "runAsGroup");

  private OsRules() {}

  static void validate(Field spec) {
    Field os = spec.at("os");
    Field name = os.at("name");
    if (os.absent() || !name.need("") || !name.placed(os).oneOf(NAMES)) {
      return;
    }
    if (name.is("linux")) {
      linux(spec);
    } else {
      windows(spec);
    }
  }

  private static void linux(Field spec) {
    noWindowsOptions(spec);
    Containers.each(spec, OsRules::noWindowsOptions);
  }

  private static void noWindowsOptions(Field of) {
    Field options = of.at("securityContext", WINDOWS_OPTIONS);
    if (options.present()) {
      options.forbidden("windows options cannot be set for a linux pod");
    }
  }

  private static void windows(Field spec) {
    for (String[] path : NOT_IN_WINDOWS_PODS) {
      Field field = spec.at(path);
      boolean set = FLAGS.contains(field.name()) ? field.flag() : field.present();
      if (set && !(field.name().equals("sysctls") && field.size() == 0)) {
        field.forbidden(NOT_WINDOWS);
      }
    }
    Containers.each(
        spec,
        container -> {
          for (String name : NOT_IN_WINDOWS_CONTAINERS) {
            Field field = container.at("securityContext", name);
            if (field.present()) {
              field.forbidden(NOT_WINDOWS);
            }
          }
        });
  }
}
