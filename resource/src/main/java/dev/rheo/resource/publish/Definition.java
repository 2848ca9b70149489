package dev.rheo.resource.publish;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/**
 * What is compared of a definition of OpenAPI v2, to find out whether two of the same name are the
 * same. The kinds for which it stands are told apart: they are merged.
 *
 * @param digest of all that it says, but for its kinds and its descriptions, which this server's
 *     own definitions do not have
 * @param kinds as they are written, by their order
 */
record Definition(String digest, Map<String, String> kinds) {
  static final String KINDS = "x-kubernetes-group-version-kind";

  static Definition of(JsonNode schema) {
    MessageDigest digest = OpenApi.sha512();
    digestOf(digest, schema, true);
    Map<String, String> kinds = new TreeMap<>();
    for (JsonNode kind : schema.path(KINDS)) {
      kinds.put(
          "%s/%s.%s"
              .formatted(
                  kind.path("group").asText(),
                  kind.path("version").asText(),
                  kind.path("kind").asText()),
          kind.toString());
    }
    return new Definition(HexFormat.of().formatHex(digest.digest(), 0, 32), kinds);
  }

  long bytes() {
    long bytes = digest.length();
    for (Map.Entry<String, String> kind : kinds.entrySet()) {
      bytes += kind.getKey().length() + kind.getValue().length() + 100;
    }
    return bytes;
  }

  /** Members by their names: their order says nothing. */
  private static void digestOf(MessageDigest digest, JsonNode node, boolean schema) {
    if (node instanceof ObjectNode object) {
      Map<String, JsonNode> members = new TreeMap<>();
      object.properties().forEach(member -> members.put(member.getKey(), member.getValue()));
      text(digest, "{");
      for (Map.Entry<String, JsonNode> member : members.entrySet()) {
        String name = member.getKey();
        if (schema && (name.equals("description") || name.equals(KINDS))) {
          continue;
        }
        text(digest, "\"" + name + "\"");
        // The names below are those of fields, not keywords of a schema.
        boolean fields = schema && (name.equals("properties") || name.equals("default"));
        digestOf(digest, member.getValue(), !fields);
      }
      text(digest, "}");
    } else if (node.isArray()) {
      text(digest, "[");
      node.forEach(element -> digestOf(digest, element, schema));
      text(digest, "]");
    } else {
      text(digest, node.toString());
    }
  }

  private static void text(MessageDigest digest, String text) {
    digest.update(text.getBytes(StandardCharsets.UTF_8));
    digest.update((byte) 0);
  }
}
