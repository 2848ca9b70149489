package dev.rheo.server.encoding;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.ApiException;
import dev.rheo.cache.FormKind;
import dev.rheo.codec.json.Canonicalizer;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.codec.json.ObjectHeader;
import dev.rheo.codec.json.SelectableField;
import dev.rheo.codec.schema.ListMetadata;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.resource.type.Subresource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * How objects of a type are written in a media type: the bytes before and after an object (alone,
 * as an item of a list, in an event), the bytes around a list, and small complete messages such as
 * bookmarks. Immutable: one instance serves all requests for the same representation.
 *
 * <pre>
 * object  object().before  part(false)  object().after
 * list    listHead  { item().before  part(true)  item().after }…  listEnd
 * watch   { event().before  part(false)  event().after }…
 * </pre>
 */
public abstract class Encoding {

  static final byte[] NOTHING = {};
  static final String SCALE_VERSION = "autoscaling/v1";
  static final String SCALE = "Scale";

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final List<SelectableField> TYPE_META =
      List.of(SelectableField.string("apiVersion"), SelectableField.string("kind"));

  final ResourceType type;
  final Format format;

  Encoding(ResourceType type, Format format) {
    this.type = type;
    this.format = format;
  }

  /** The bytes before and after an object. */
  public record Frame(byte[] before, byte[] after) {}

  /**
   * An object to be written.
   *
   * @param length bytes of its {@link ObjectRange}, uncompressed
   * @param revision the revision to show
   * @param cells its cells, if the encoding has {@link #cells()}; else empty
   * @param first whether it is the first one in its list or watch
   */
  public record ObjectInfo(int length, long revision, byte[] cells, boolean first) {}

  public final Format format() {
    return format;
  }

  /** Whether objects are written as their canonical JSON, unchanged. */
  public boolean isPlainJson() {
    return false;
  }

  /** The apiVersion of its objects, as a client sees it. */
  abstract String apiVersion();

  abstract String kind();

  abstract String listKind();

  public abstract ObjectRange part(boolean inList);

  /**
   * The form with the template of an object's cells, which is read before the object is written;
   * null if there are no cells.
   */
  public @Nullable FormKind cells() {
    return null;
  }

  public abstract Frame object(ObjectInfo subject);

  public abstract Frame item(ObjectInfo subject);

  public abstract Frame event(String eventType, ObjectInfo subject);

  /** Whether objects are shown with their metadata. */
  public final boolean showsMetadata() {
    return part(false).extent() != ObjectRange.Extent.NOTHING;
  }

  /** Whether {@link #listHead} needs the size of the items. */
  public boolean sized() {
    return false;
  }

  /** Bytes of an item with its frame. */
  public long itemSize(int length) {
    throw new UnsupportedOperationException();
  }

  /**
   * @param size the sum of {@link #itemSize} of all items, if {@link #sized}
   */
  public abstract byte[] listHead(ListMetadata meta, long size);

  public abstract byte[] listEnd(ListMetadata meta, boolean empty);

  /** Encodes an object, given as canonical JSON, as a complete answer. */
  public byte[] answer(byte[] json) throws IOException {
    return whole(json, true);
  }

  /**
   * Encodes a complete answer, given as canonical JSON: an object of the type, the Scale of one, a
   * list of them, or a Status, which is shown as it is.
   */
  public final byte[] answerAny(byte[] json) throws IOException {
    if (isPlainJson()) {
      return json;
    }
    List<String> typeMeta = ObjectHeader.scan(json, TYPE_META).fieldValues();
    String apiVersion = typeMeta.getFirst();
    String kind = typeMeta.getLast();
    if (apiVersion.equals(type.apiVersion()) && kind.equals(type.kind())) {
      return answer(json);
    } else if (apiVersion.equals(type.apiVersion()) && kind.equals(type.listKind())) {
      return list(json);
    } else if (apiVersion.equals(SCALE_VERSION) && kind.equals(SCALE)) {
      return scale(json);
    }
    return format.encodeMeta(json, apiVersion, kind);
  }

  /** Encodes the Scale of an object, given as canonical JSON. */
  byte[] scale(byte[] json) throws IOException {
    if (kind().equals(Projection.PARTIAL)) {
      return answer(json);
    }
    Subresource scale = type.subresource("scale");
    return format.encode(json, SCALE_VERSION, SCALE, scale == null ? null : scale.objectType());
  }

  /** Encodes a list of objects of the type, given as canonical JSON. */
  byte[] list(byte[] json) throws IOException {
    if (!kind().equals(Projection.PARTIAL)) {
      return format.encode(json, type.apiVersion(), listKind(), type.listType());
    }
    ObjectNode list = ObjectDecoder.decode(json, ObjectDecoder.MAX_DEPTH).tree();
    list.put("kind", listKind()).put("apiVersion", apiVersion());
    for (JsonNode item : list.path("items")) {
      ObjectNode partial = ((ObjectNode) item).retain("metadata");
      partial.put("kind", kind()).put("apiVersion", apiVersion());
    }
    return format.encodeMeta(MAPPER.writeValueAsBytes(list), Projection.META, listKind());
  }

  /** The number by which to sort the rows of a list; null to keep the order of the list. */
  public @Nullable ToLongFunction<JsonNode> rank() {
    return null;
  }

  /**
   * @param first whether nothing precedes it in its watch
   */
  abstract byte[] whole(byte[] json, boolean first) throws IOException;

  /**
   * A bookmark: an empty object of the watched kind with the revision.
   *
   * @param annotations none, unless the bookmark is a part of the initial events
   * @param first whether nothing precedes it in its watch
   */
  public byte[] bookmark(long revision, Map<String, String> annotations, boolean first)
      throws IOException {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    object.put("kind", type.kind()).put("apiVersion", type.apiVersion());
    ObjectNode metadata = object.putObject("metadata");
    metadata.put("resourceVersion", Long.toString(revision));
    if (!annotations.isEmpty()) {
      ObjectNode told = metadata.putObject("annotations");
      annotations.forEach(told::put);
    }
    return event(
        "BOOKMARK",
        apiVersion(),
        kind(),
        whole(Canonicalizer.encodeAnswer(object, type.objectType()), first));
  }

  /** The ERROR event of a watch that cannot go on. */
  public byte[] error(ApiException error) {
    return event("ERROR", "v1", "Status", format.encodeStatus(error.status().toJson()));
  }

  /** An event around an object that is already encoded. */
  abstract byte[] event(String eventType, String apiVersion, String kind, byte[] object);

  static byte[] bytes(String s) {
    return s.getBytes(StandardCharsets.UTF_8);
  }

  static byte[] join(byte[]... pieces) {
    int length = 0;
    for (byte[] piece : pieces) {
      length += piece.length;
    }
    byte[] joined = new byte[length];
    int at = 0;
    for (byte[] piece : pieces) {
      System.arraycopy(piece, 0, joined, at, piece.length);
      at += piece.length;
    }
    return joined;
  }
}
