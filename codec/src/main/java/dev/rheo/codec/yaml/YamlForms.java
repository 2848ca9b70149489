package dev.rheo.codec.yaml;

import dev.rheo.codec.io.ByteOutput;
import dev.rheo.codec.io.JsonScanner;
import dev.rheo.codec.json.ObjectDecoder;
import java.nio.charset.StandardCharsets;

/**
 * YAML as Kubernetes has it: objects and lists, not watches. The form that is kept of an object is
 * its <em>tail</em>, all from the key {@code metadata} on, indented as an item of a list is:
 *
 * <pre>
 * object:  head(apiVersion, kind)  tail                              tail made with indent 0
 * list:    listHead(apiVersion)  { itemHead()  tail from itemTailOffset() on }…  listEnd(…)
 *          emptyList(…)                                              tail made with ITEM_INDENT
 * </pre>
 *
 * <p>Members stand in the order of the JSON, where upstream sorts them by name. Stateless and
 * thread-safe.
 */
public final class YamlForms {
  /** The media type. */
  public static final String MEDIA_TYPE = "application/yaml";

  /** How many spaces the tail of a list's item is indented by. */
  public static final int ITEM_INDENT = 2;

  private YamlForms() {}

  /**
   * The members of an object in block style, each line ended by a line break.
   *
   * @param json canonical JSON, or other JSON that was validated
   * @param from where the first member's key begins
   * @param to one past the closing brace
   * @param indent spaces before each line
   * @throws dev.rheo.codec.io.JsonException if it is not JSON
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
   * A request body to a tree, as upstream reads it: one document of YAML 1.1, within the limits of
   * {@link ObjectDecoder}, of {@value YamlReader#MAX_VALUES} values, of braces that nest {@value
   * YamlReader#MAX_FLOW_DEPTH} deep, and with aliases that add no more than {@value
   * YamlReader#MAX_ALIASED} characters and values.
   *
   * @return the object, and what upstream's strict reader says of keys that stand twice
   * @throws dev.rheo.api.status.ApiException 400 BadRequest
   */
  public static ObjectDecoder.Decoded toTree(byte[] yaml) {
    return new YamlReader(yaml).read();
  }

  /** What stands before the tail of an object. */
  public static byte[] head(String apiVersion, String kind) {
    return ascii("apiVersion: " + apiVersion + "\nkind: " + kind + "\n");
  }

  /** What stands before the tail of a list's item, the first spaces of which are left out. */
  public static byte[] itemHead() {
    return ascii("- ");
  }

  /** Where in a tail of indent {@link #ITEM_INDENT} begins what follows {@link #itemHead()}. */
  public static int itemTailOffset() {
    return ITEM_INDENT;
  }

  /**
   * What stands before the whole tail of an item that tells its kind: those of custom resources.
   */
  public static byte[] itemHead(String apiVersion, String kind) {
    return ascii("- apiVersion: " + apiVersion + "\n  kind: " + kind + "\n");
  }

  /** What a list that has items begins with. */
  public static byte[] listHead(String apiVersion) {
    return ascii("apiVersion: " + apiVersion + "\nitems:\n");
  }

  /**
   * What a list that has items ends with.
   *
   * @param continueToken may be empty
   * @param remaining items that are left; negative if that is not told
   */
  public static byte[] listEnd(
      String listKind, String resourceVersion, String continueToken, long remaining) {
    return ascii(end(listKind, resourceVersion, continueToken, remaining));
  }

  /** A list without items. */
  public static byte[] emptyList(
      String apiVersion,
      String listKind,
      String resourceVersion,
      String continueToken,
      long remaining) {
    return ascii(
        "apiVersion: "
            + apiVersion
            + "\nitems: []\n"
            + end(listKind, resourceVersion, continueToken, remaining));
  }

  private static String end(
      String listKind, String resourceVersion, String continueToken, long remaining) {
    StringBuilder text = new StringBuilder("kind: ").append(listKind).append("\nmetadata:\n");
    if (!continueToken.isEmpty()) {
      text.append("  continue: \"").append(continueToken).append("\"\n"); // base64: no escapes
    }
    if (remaining >= 0) {
      text.append("  remainingItemCount: ").append(remaining).append('\n');
    }
    return text.append("  resourceVersion: \"").append(resourceVersion).append("\"\n").toString();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
