package dev.rheo.resource.rules.pod;

import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.FilePaths;
import dev.rheo.resource.rules.kind.GoValues;
import dev.rheo.resource.rules.kind.Syntax;
import java.util.List;

/** Checks seccomp and AppArmor profiles in fields; {@link ProfileAnnotations} those before them. */
final class SecurityProfiles {
  private static final List<String> TYPES = List.of("Localhost", "RuntimeDefault", "Unconfined");
  private static final int MAX_APP_ARMOR = 4095;

  private SecurityProfiles() {}

  static void seccomp(Field profile) {
    if (profile.absent()) {
      return;
    }
    Field type = profile.at("type");
    if (type.need("type is required when seccompProfile is set")) {
      type.oneOf(TYPES);
    }
    Field local = profile.at("localhostProfile");
    if (!type.is("Localhost")) {
      if (local.present()) {
        local.invalid(
            GoValues.of("core.SeccompProfile", profile.node()),
            "can only be set when seccomp type is Localhost");
      }
    } else if (local.absent()) {
      local.required("must be set when seccomp type is Localhost");
    } else {
      FilePaths.localDescending(local);
    }
  }

  static void appArmor(Field profile) {
    if (profile.absent()) {
      return;
    }
    Field type = profile.at("type");
    Field local = profile.at("localhostProfile");
    if (!type.need("type is required when appArmorProfile is set") || !type.oneOf(TYPES)) {
      return;
    }
    if (!type.is("Localhost")) {
      if (local.present()) {
        local.invalid("can only be set when AppArmor type is Localhost");
      }
      return;
    }
    String text = local.text();
    if (!text.strip().equals(text)) {
      local.invalid("must not be padded with whitespace");
    } else if (text.isEmpty()) {
      local.required("must be set when AppArmor type is Localhost");
    }
    if (Syntax.bytes(text) > MAX_APP_ARMOR) {
      local.tooLong(MAX_APP_ARMOR);
    }
  }
}
