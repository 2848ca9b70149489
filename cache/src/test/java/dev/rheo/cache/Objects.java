package dev.rheo.cache;

import dev.rheo.codec.json.SelectableField;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Objects for tests, as the store holds them, and their expected forms. */
final class Objects {
  static final CachedResource PODS =
      new CachedResource(
          "pods",
          "/registry/pods/",
          true,
          List.of(
              SelectableField.string("metadata.name"),
              SelectableField.string("metadata.namespace"),
              SelectableField.string("spec.nodeName").withIndex()));

  static final CachedResource NODES =
      new CachedResource("nodes", "/registry/minions/", false, List.of());

  private Objects() {}

  /**
   * @param text makes the object distinct and determines its size
   */
  static byte[] pod(String namespace, String name, String app, String node, String text) {
    return form(namespace, name, app, node, text, "").getBytes(StandardCharsets.UTF_8);
  }

  static byte[] node(String name, String text) {
    return ("{\"kind\":\"Node\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\""
            + name
            + "\",\"resourceVersion\":\"\"},\"text\":\""
            + text
            + "\"}")
        .getBytes(StandardCharsets.UTF_8);
  }

  static String form(
      String namespace, String name, String app, String node, String text, String revision) {
    return "{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\""
        + name
        + "\",\"namespace\":\""
        + namespace
        + "\",\"resourceVersion\":\""
        + revision
        + "\",\"labels\":{\"app\":\""
        + app
        + "\"}},\"spec\":{\"nodeName\":\""
        + node
        + "\"},\"text\":\""
        + text
        + "\"}";
  }

  /** An entry without a record in the spool. */
  static Entry entry(byte[] key, FieldValues values, long revision) {
    return new Entry(key, LabelSet.EMPTY, values, revision, 0, null, 0, 0, 0, 0, 0, 0, 0);
  }

  /** The form of a stored value at a revision. */
  static String at(byte[] value, long revision) {
    String text = new String(value, StandardCharsets.UTF_8);
    return text.replaceFirst(
        "\"resourceVersion\":\"\"", "\"resourceVersion\":\"" + revision + "\"");
  }

  /** The keys and forms of a snapshot, whose order and indexes are checked. */
  static Map<String, String> forms(WatchCache cache, Snapshot snapshot) throws Exception {
    ScopeAudit.check(snapshot);
    FormReader reader = new FormReader(cache);
    Map<String, String> forms = new TreeMap<>();
    EntryCursor entries = snapshot.entries("", null);
    String last = "";
    for (Entry entry = entries.next(); entry != null; entry = entries.next()) {
      if (entry.key().compareTo(last) <= 0) {
        throw new AssertionError("out of order: " + last + ", " + entry.key());
      }
      last = entry.key();
      forms.put(entry.key(), new String(reader.readFully(entry), StandardCharsets.UTF_8));
    }
    return forms;
  }
}
