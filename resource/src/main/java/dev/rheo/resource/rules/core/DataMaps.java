package dev.rheo.resource.rules.core;

import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.Syntax;
import java.util.Base64;

/** What config maps and secrets share. */
final class DataMaps {
  static final int MAX_BYTES = 1 << 20;
  private static final String WHEN_SET = "field is immutable when `immutable` is set";

  private DataMaps() {}

  static void key(Field value) {
    Syntax.configKey(value.name()).forEach(fault -> value.invalid(value.name(), fault));
  }

  /** The number of bytes that a text of base64 stands for. */
  static long decodedBytes(Field value) {
    String text = value.text();
    int padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
    return text.length() / 4L * 3 - padding;
  }

  /** The bytes that a text of base64 stands for. */
  static byte[] decoded(Field value) {
    return Base64.getMimeDecoder().decode(value.text());
  }

  /** Refuses changes of an immutable object. */
  static void immutable(Field object, Field old, String... members) {
    if (!old.at("immutable").flag()) {
      return;
    }
    if (!object.at("immutable").flag()) {
      object.at("immutable").forbidden(WHEN_SET);
    }
    for (String member : members) {
      if (!object.at(member).same(old.at(member))) {
        object.at(member).forbidden(WHEN_SET);
      }
    }
  }
}
