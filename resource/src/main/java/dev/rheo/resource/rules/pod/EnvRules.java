package dev.rheo.resource.rules.pod;

import dev.rheo.api.name.Names;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.FilePaths;
import dev.rheo.resource.rules.kind.Syntax;
import dev.rheo.resource.rules.storage.DownwardFields;
import java.util.List;

/** Checks the environment variables of containers. */
final class EnvRules {
  /** Fields of a pod that a variable may have the value of. */
  private static final List<String> POD_FIELDS =
      List.of(
          "metadata.name",
          "metadata.namespace",
          "metadata.uid",
          "spec.nodeName",
          "spec.serviceAccountName",
          "status.hostIP",
          "status.hostIPs",
          "status.podIP",
          "status.podIPs");

  private EnvRules() {}

  static void variables(Field variables) {
    for (Field variable : variables.items()) {
      Field name = variable.at("name");
      if (name.need("")) {
        name.check(Syntax::variableName);
      }
      if (variable.at("valueFrom").present()) {
        valueFrom(variable.at("valueFrom"), variable.at("value"));
      }
    }
  }

  private static void valueFrom(Field from, Field value) {
    int sources = 0;
    if (from.at("fieldRef").present()) {
      sources++;
      DownwardFields.field(from.at("fieldRef"), POD_FIELDS);
    }
    if (from.at("resourceFieldRef").present()) {
      sources++;
      DownwardFields.resource(from.at("resourceFieldRef"), false);
    }
    for (String source : List.of("configMapKeyRef", "secretKeyRef")) {
      if (from.at(source).present()) {
        sources++;
        keyOf(from.at(source));
      }
    }
    if (from.at("fileKeyRef").present()) {
      sources++;
      keyOfFile(from.at("fileKeyRef"));
    }
    if (sources == 0) {
      from.invalid(
          "",
          "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef`"
              + " or `fileKeyRef`");
    } else if (!value.isEmpty()) {
      from.invalid("", "may not be specified when `value` is not empty");
    } else if (sources > 1) {
      from.invalid("", "may not have more than one field specified at a time");
    }
  }

  private static void keyOf(Field reference) {
    reference.at("name").check(Names::dnsSubdomain);
    Field key = reference.at("key");
    if (key.need("")) {
      key.check(Syntax::configKey);
    }
  }

  private static void keyOfFile(Field reference) {
    Field key = reference.at("key");
    if (key.need("")) {
      key.check(Syntax::variableName);
    }
    Field volume = reference.at("volumeName");
    if (volume.need("")) {
      volume.check(Names::dnsLabel);
    }
    Field path = reference.at("path");
    if (path.need("")) {
      FilePaths.noBacksteps(path);
    }
  }

  /** Checks the sources of {@code envFrom}. Faults of one are reported at the list. */
  static void sources(Field list) {
    for (Field source : list.items()) {
      Field prefix = source.at("prefix");
      if (!prefix.isEmpty()) {
        prefix.check(Syntax::variableName);
      }
      int sources = 0;
      for (String reference : List.of("configMapRef", "secretRef")) {
        if (source.at(reference).present()) {
          sources++;
          Field name = source.at(reference, "name");
          if (name.need("")) {
            name.check(Names.Kind.DNS_SUBDOMAIN::validatePrefix);
          }
        }
      }
      if (sources == 0) {
        list.invalid("", "must specify one of: `configMapRef` or `secretRef`");
      } else if (sources > 1) {
        list.invalid("", "may not have more than one field specified at a time");
      }
    }
  }
}
