package dev.rheo.server.verb.write;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.codec.json.ObjectHeader;
import java.util.Arrays;
import java.util.List;

/**
 * Tells whether a write would change nothing but the times in {@code managedFields}, as one does
 * that says the same in another spelling. Such a write changes nothing at all, as upstream, so that
 * controllers which apply again and again make no new versions.
 */
final class ManagedTimes {
  private static final int KEY_LENGTH = "\"managedFields\":".length();

  private ManagedTimes() {}

  /**
   * @param form canonical JSON, as is {@code before}
   */
  static boolean onlyDiffer(byte[] form, byte[] before) {
    // All times take the same room.
    if (form.length != before.length) {
      return false;
    }
    ObjectHeader header = ObjectHeader.scan(form, List.of());
    int managed = header.managedFieldsOffset() + KEY_LENGTH;
    int end = header.metadataEnd();
    return header.managedFieldsOffset() >= 0
        && Arrays.mismatch(form, 0, managed, before, 0, managed) < 0
        && Arrays.mismatch(form, end, form.length, before, end, before.length) < 0
        && untimed(form, managed, end - 1).equals(untimed(before, managed, end - 1));
  }

  private static JsonNode untimed(byte[] form, int from, int to) {
    JsonNode list = ObjectDecoder.decodeValue(form, from, to, ObjectDecoder.MAX_DEPTH);
    if (list instanceof ArrayNode entries) {
      for (JsonNode entry : entries) {
        if (entry instanceof ObjectNode object) {
          object.remove("time");
        }
      }
    }
    return list;
  }
}
