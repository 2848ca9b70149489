package dev.rheo.codec.yaml;

import dev.rheo.codec.io.ByteOutput;
import dev.rheo.codec.io.JsonScanner;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.codec.schema.ListMetadata;
import java.nio.charset.StandardCharsets;

/**
 * YAML as Kubernetes uses it: objects and lists, not watches. The cached form of an object is its
 * <em>tail</em>: everything from the key {@code metadata} on, indented as its place requires:
 *
 * <pre>
 * object:  head(apiVersion, kind)  tail                              tail made with indent 0
 * list:    listHead(apiVersion)  { itemHead()  tail from itemTailOffset() on }…  listEnd(…)
 *          emptyList(…)                                              tail made with ITEM_INDENT
 * </pre>
 *
 * <p>Members keep the order of the JSON; upstream sorts them by name. Stateless and thread-safe.
 */
public final class YamlForms {
  /** The media type. */
  public static final String MEDIA_TYPE = "application/yaml";

  /** Spaces by which the tail of a list item is indented. */
  public static final int ITEM_INDENT = 2;

  private YamlForms() {}

  /**
   * The members of an object in block style, each line ended by a line break.
   *
   * @param json canonical JSON, or other JSON that was validated
   * @param from offset of the first member's key
   * @param to one past the closing brace
   * @param indent spaces before each line
   * @throws dev.rheo.codec.io.JsonException if the input is not JSON
   */
  public static byte[] tail(byte[] json, int from, int to, int indent) {
    ByteOutput out = new ByteOutput(to - from + (to - from) / 4);
    JsonScanner in = new JsonScanner(json, from, to);
    if (!in.consume('}')) {
      new YamlWriter(in, out).members(indent, false);
    }
    return out.toByteArray();
  }

  /** A whole JSON object, such as a Status. */
  public static byte[] object(byte[] json) {
    JsonScanner in = new JsonScanner(json);
    in.expect('{');
    int from = in.position();
    return in.consume('}') ? ascii("{}\n") : tail(json, from, json.length, 0);
  }

  /**
   * Decodes a request body as upstream does: the first document, of YAML 1.1. Its limits are those
   * of {@link ObjectDecoder}, {@value YamlReader#MAX_VALUES} values, flow collections nested
   * {@value YamlReader#MAX_FLOW_DEPTH} deep, and {@value YamlReader#MAX_ALIASED} characters and
   * values added by aliases.
   *
   * @return the object, and duplicate keys as upstream's strict reader reports them
   * @throws dev.rheo.codec.io.MalformedException on refusal: malformed, or beyond a limit
   */
  public static ObjectDecoder.Decoded toTree(byte[] yaml) {
    return new YamlReader(yaml).read();
  }

  /** The bytes before the tail of an object. */
  public static byte[] head(String apiVersion, String kind) {
    return ascii("apiVersion: " + apiVersion + "\nkind: " + kind + "\n");
  }

  /** The bytes before the tail of a list item, of which {@link #itemTailOffset} bytes are cut. */
  public static byte[] itemHead() {
    return ascii("- ");
  }

  /** Leading bytes of a tail of indent {@link #ITEM_INDENT} that {@link #itemHead()} replaces. */
  public static int itemTailOffset() {
    return ITEM_INDENT;
  }

  /** The bytes before the whole tail of an item that states its kind, as custom resources do. */
  public static byte[] itemHead(String apiVersion, String kind) {
    return ascii("- apiVersion: " + apiVersion + "\n  kind: " + kind + "\n");
  }

  /** The bytes before the first item of a non-empty list. */
  public static byte[] listHead(String apiVersion) {
    return ascii("apiVersion: " + apiVersion + "\nitems:\n");
  }

  /** The bytes after the last item of a non-empty list. */
  public static byte[] listEnd(String listKind, ListMetadata meta) {
    return ascii(end(listKind, meta));
  }

  /** An empty list. */
  public static byte[] emptyList(String apiVersion, String listKind, ListMetadata meta) {
    return ascii("apiVersion: " + apiVersion + "\nitems: []\n" + end(listKind, meta));
  }

  private static String end(String listKind, ListMetadata meta) {
    StringBuilder text = new StringBuilder("kind: ").append(listKind).append("\nmetadata:\n");
    if (!meta.continueToken().isEmpty()) {
      // base64: no escapes
      text.append("  continue: \"").append(meta.continueToken()).append("\"\n");
    }
    if (meta.remaining() > 0) {
      text.append("  remainingItemCount: ").append(meta.remaining()).append('\n');
    }
    text.append("  resourceVersion: \"").append(meta.revision()).append("\"\n");
    if (!meta.shard().isEmpty()) {
      // A call is a plain scalar whatever its arguments are.
      text.append("  shardInfo:\n    selector: ").append(meta.shard()).append('\n');
    }
    return text.toString();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
