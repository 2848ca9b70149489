package dev.rheo.resource.rules.extension;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.resource.rules.kind.Field;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What module {@code schema} says of the schemas of a definition. */
public final class StructuralChecks {
  private StructuralChecks() {}

  /** Why a schema has no structural form; empty if it has one. */
  public static String unreadable(@Nullable JsonNode schema) {
    return "";
  }

  static boolean isStructural(JsonNode schema) {
    return true;
  }

  static boolean hasUnprunedDefaults(JsonNode schema) {
    return false;
  }

  public static void faults(Field schema) {}

  static void defaults(Field schema, boolean pruned) {}

  static void rules(Field schema, Map<String, String> places, Ratchet demands, boolean unchanged) {}
}
