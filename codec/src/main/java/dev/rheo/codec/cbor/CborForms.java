package dev.rheo.codec.cbor;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.io.ByteOutput;
import dev.rheo.codec.io.JsonScanner;
import dev.rheo.codec.schema.ListMetadata;
import dev.rheo.codec.schema.ObjectType;
import org.jspecify.annotations.Nullable;

/**
 * CBOR as Kubernetes uses it (KEP-4222). The cached form of an object is its <em>tail</em>:
 * everything from the key {@code metadata} on. A few bytes before it make it an object, an item of
 * a list, or the object of an event:
 *
 * <pre>
 * object:  head(apiVersion, kind)  tail
 * list:    listHead(…)  { itemHead()  tail }…  listEnd()
 * watch:   { eventHead(type)  head(apiVersion, kind)  tail }…      a CBOR sequence: RFC 8742
 * </pre>
 *
 * <p>Lists and the outermost maps have indefinite length, so that they can begin before their size
 * is known. Upstream's decoder accepts indefinite lengths, although its encoder does not write
 * them. Stateless and thread-safe.
 */
public final class CborForms {
  /** The media type of objects and lists. */
  public static final String MEDIA_TYPE = "application/cbor";

  /** The media type of watches. */
  public static final String SEQUENCE_MEDIA_TYPE = "application/cbor-seq";

  private static final byte[] ITEM_HEAD = {(byte) (Cbor.MAP | Cbor.INDEFINITE)};
  private static final byte[] LIST_END = {(byte) Cbor.BREAK, (byte) Cbor.BREAK};

  private CborForms() {}

  /**
   * The members of an object as those of a map of indefinite length, with its end.
   *
   * @param json canonical JSON, or other JSON that was validated
   * @param from offset of the first member's key
   * @param to one past the closing brace
   * @param type the type of the object, whose fields of kind bytes are written as bytes; null if it
   *     is unknown, in which case they are strings as in JSON
   * @throws dev.rheo.codec.io.JsonException if the input is not JSON
   */
  public static byte[] tail(byte[] json, int from, int to, @Nullable ObjectType type) {
    ByteOutput out = new ByteOutput(to - from);
    new CborWriter(new JsonScanner(json, from, to), out).members(BytesFields.of(type));
    out.write(Cbor.BREAK);
    return out.toByteArray();
  }

  /** A whole JSON object, such as a Status. */
  public static byte[] object(byte[] json, @Nullable ObjectType type) {
    JsonScanner in = new JsonScanner(json);
    ByteOutput out = new ByteOutput(json.length);
    in.expect('{');
    out.write(Cbor.SELF_DESCRIBED);
    out.write(ITEM_HEAD);
    new CborWriter(in, out).members(BytesFields.of(type));
    out.write(Cbor.BREAK);
    return out.toByteArray();
  }

  /** The bytes before the tail of an object. */
  public static byte[] head(String apiVersion, String kind) {
    ByteOutput out = new ByteOutput(64);
    out.write(Cbor.SELF_DESCRIBED);
    out.write(ITEM_HEAD);
    typeMeta(out, apiVersion, kind);
    return out.toByteArray();
  }

  /** The bytes before the tail of a list item. */
  public static byte[] itemHead() {
    return ITEM_HEAD.clone();
  }

  /** The bytes before the tail of a list item that states its kind, as custom resources do. */
  public static byte[] itemHead(String apiVersion, String kind) {
    ByteOutput out = new ByteOutput(64);
    out.write(ITEM_HEAD);
    typeMeta(out, apiVersion, kind);
    return out.toByteArray();
  }

  /** The bytes of a list before its first item. */
  public static byte[] listHead(String apiVersion, String listKind, ListMetadata meta) {
    String continueToken = meta.continueToken();
    long remaining = meta.remaining();
    boolean sharded = !meta.shard().isEmpty();
    ByteOutput out = new ByteOutput(128);
    out.write(Cbor.SELF_DESCRIBED);
    out.write(ITEM_HEAD);
    typeMeta(out, apiVersion, listKind);
    CborWriter.ascii(out, "metadata");
    int members =
        1 + (continueToken.isEmpty() ? 0 : 1) + (remaining > 0 ? 1 : 0) + (sharded ? 1 : 0);
    CborWriter.head(out, Cbor.MAP, members);
    CborWriter.ascii(out, "resourceVersion");
    CborWriter.ascii(out, Long.toString(meta.revision()));
    if (!continueToken.isEmpty()) {
      CborWriter.ascii(out, "continue");
      CborWriter.ascii(out, continueToken);
    }
    if (remaining > 0) {
      CborWriter.ascii(out, "remainingItemCount");
      CborWriter.head(out, Cbor.UNSIGNED, remaining);
    }
    if (sharded) {
      CborWriter.ascii(out, "shardInfo");
      CborWriter.head(out, Cbor.MAP, 1);
      CborWriter.ascii(out, "selector");
      CborWriter.ascii(out, meta.shard());
    }
    CborWriter.ascii(out, "items");
    out.write(Cbor.ARRAY | Cbor.INDEFINITE);
    return out.toByteArray();
  }

  /** The bytes after the last item of a list. */
  public static byte[] listEnd() {
    return LIST_END.clone();
  }

  /**
   * The bytes before the object of an event; nothing follows the object.
   *
   * @param type ADDED, MODIFIED, DELETED, BOOKMARK or ERROR
   */
  public static byte[] eventHead(String type) {
    ByteOutput out = new ByteOutput(64);
    out.write(Cbor.SELF_DESCRIBED);
    CborWriter.head(out, Cbor.MAP, 2);
    CborWriter.ascii(out, "type");
    CborWriter.ascii(out, type);
    CborWriter.ascii(out, "object");
    return out.toByteArray();
  }

  private static void typeMeta(ByteOutput out, String apiVersion, String kind) {
    CborWriter.ascii(out, "kind");
    CborWriter.ascii(out, kind);
    CborWriter.ascii(out, "apiVersion");
    CborWriter.ascii(out, apiVersion);
  }

  /**
   * Decodes a request body to the tree of the same object's JSON, within the limits of {@link
   * dev.rheo.codec.json.ObjectDecoder} and of {@value CborReader#MAX_VALUES} values. Like upstream,
   * it refuses duplicate keys, keys that are not strings, numbers that are not finite, integers
   * that do not fit into a signed 64-bit integer, and simple values other than true, false and
   * null.
   *
   * @param type the type of the object, which decides which strings are base64; null if it is
   *     unknown
   * @throws dev.rheo.codec.io.MalformedException on refusal: malformed, or beyond a limit
   */
  public static ObjectNode toTree(byte[] cbor, @Nullable ObjectType type) {
    return new CborReader(cbor).read(BytesFields.of(type));
  }
}
