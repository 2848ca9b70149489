package dev.rheo.resource.rules.storage;

import dev.rheo.api.name.Names;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.Syntax;
import java.util.Locale;

/** What a class tells a provisioner: its name and its parameters. */
final class ClassParameters {
  private static final int MAX = 512;
  private static final int MAX_BYTES = 256 << 10;

  private ClassParameters() {}

  static void provisioner(Field name) {
    if (name.need("")) {
      String lower = name.text().toLowerCase(Locale.ROOT);
      Names.labelKey(lower).forEach(fault -> name.invalid(lower, fault));
    }
  }

  static void validate(Field parameters, boolean mayBeEmpty) {
    if (parameters.size() > MAX) {
      parameters.tooLong(MAX);
      return;
    }
    long size = 0;
    for (Field parameter : parameters.entries()) {
      if (parameter.name().isEmpty()) {
        parameters.invalid("", "field can not be empty.");
      }
      size += Syntax.bytes(parameter.name()) + Syntax.bytes(parameter.text());
    }
    if (size > MAX_BYTES) {
      parameters.tooLong(MAX_BYTES);
    }
    if (!mayBeEmpty) {
      parameters.need("must contain at least one key/value pair");
    }
  }
}
