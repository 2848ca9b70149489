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
import dev.rheo.resource.type.ResourceType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * How objects of a type are written in a media type: what stands before and after each of them,
 * alone, as an item of a list and in an event; around a list; and the small things that are at hand
 * as a whole, such as bookmarks. Immutable: one serves all requests that ask for the same.
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

  /** What stands before and after an object. */
  public record Frame(byte[] before, byte[] after) {}

  /**
   * An object that is written.
   *
   * @param length bytes of its {@link Part}, uncompressed
   * @param revision that is told
   * @param cells its cells, if the encoding has {@link #cells()}; else empty
   * @param first whether it is the first one in its list or watch
   */
  public record Subject(int length, long revision, byte[] cells, boolean first) {}

  /**
   * What a list tells of itself.
   *
   * @param token to go on with, empty at the end
   * @param remaining items behind the token, 0 if not told
   */
  public record ListMeta(long revision, String token, long remaining) {
    /** Negative if it is not told, as the codecs have it. */
    long remainingIfTold() {
      return remaining > 0 ? remaining : -1;
    }
  }

  public final Format format() {
    return format;
  }

  /** Whether it is the canonical JSON of objects as they are. */
  public boolean isPlainJson() {
    return false;
  }

  /** The kind of its objects, as a client sees it. */
  abstract String apiVersion();

  abstract String kind();

  abstract String listKind();

  public abstract Part part(boolean inList);

  /** A form that must be at hand before an object can be written: its cells as a template. */
  public @Nullable FormKind cells() {
    return null;
  }

  public abstract Frame object(Subject subject);

  public abstract Frame item(Subject subject);

  public abstract Frame event(String eventType, Subject subject);

  /** Whether {@link #listHead} needs to know the items' sizes. */
  public boolean sized() {
    return false;
  }

  /** Bytes of an item with what surrounds it. */
  public long itemSize(int length) {
    throw new UnsupportedOperationException();
  }

  /**
   * @param size the sum of {@link #itemSize} of all items, if {@link #sized}
   */
  public abstract byte[] listHead(ListMeta meta, long size);

  public abstract byte[] listEnd(ListMeta meta, boolean empty);

  /** An object that is at hand, in canonical JSON, as a whole answer. */
  public byte[] answer(byte[] json) throws IOException {
    return whole(json, true);
  }

  /**
   * An answer of whatever kind that is at hand, in canonical JSON: an object of the type, the Scale
   * of one, a list of them, or a Status, which is shown as it is.
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
    return format.encode(json, apiVersion, kind);
  }

  /** The Scale of an object, in canonical JSON. */
  byte[] scale(byte[] json) throws IOException {
    return kind().equals(Shape.PARTIAL) ? answer(json) : format.encode(json, SCALE_VERSION, SCALE);
  }

  /** A list of objects of the type that is at hand, in canonical JSON. */
  byte[] list(byte[] json) throws IOException {
    if (!kind().equals(Shape.PARTIAL)) {
      return format.encode(json, type.apiVersion(), listKind());
    }
    ObjectNode list = ObjectDecoder.decode(json, ObjectDecoder.MAX_DEPTH).tree();
    list.put("kind", listKind()).put("apiVersion", apiVersion());
    for (JsonNode item : list.path("items")) {
      ObjectNode partial = ((ObjectNode) item).retain("metadata");
      partial.put("kind", kind()).put("apiVersion", apiVersion());
    }
    return format.encode(MAPPER.writeValueAsBytes(list), Shape.META, listKind());
  }

  /** Sorts the rows of a list by what their objects say; null for the order of the list. */
  public @Nullable ToLongFunction<JsonNode> rank() {
    return null;
  }

  /**
   * @param first whether nothing went before it in a watch
   */
  abstract byte[] whole(byte[] json, boolean first) throws IOException;

  /**
   * A bookmark: an empty object of the watched kind with the revision, annotated if the initial
   * events end with it.
   *
   * @param first whether nothing went before it
   */
  public byte[] bookmark(long revision, boolean initialEnd, boolean first) throws IOException {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    object.put("kind", type.kind()).put("apiVersion", type.apiVersion());
    ObjectNode metadata = object.putObject("metadata");
    metadata.put("resourceVersion", Long.toString(revision));
    if (initialEnd) {
      metadata.putObject("annotations").put("k8s.io/initial-events-end", "true");
    }
    return event(
        "BOOKMARK",
        apiVersion(),
        kind(),
        whole(Canonicalizer.encodeAnswer(object, type.objectType()), first));
  }

  /** The event that tells, after the start of a watch, that it cannot go on. */
  public byte[] error(ApiException error) {
    return event("ERROR", "v1", "Status", format.encodeStatus(error.status().toJson()));
  }

  /** An event around an object that is at hand and encoded. */
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
