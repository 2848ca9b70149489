package dev.rheo.codec.protobuf;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.io.ByteOutput;
import dev.rheo.codec.io.JsonException;
import dev.rheo.codec.io.JsonScanner;
import dev.rheo.codec.io.MalformedException;
import dev.rheo.codec.io.Nodes;
import dev.rheo.codec.io.Truncated;
import dev.rheo.codec.io.Weights;
import dev.rheo.codec.json.Canonicalizer;
import dev.rheo.codec.schema.ObjectType;
import dev.rheo.codec.schema.TypeTable;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Converts between JSON and {@code application/vnd.kubernetes.protobuf}. Stateless and thread-safe.
 *
 * <p>Custom resources and Table have no protobuf form; see {@link #supports}.
 *
 * <p>The formats differ: JSON's {@code null} and empty lists and maps are absent in protobuf, so a
 * list that Go writes as null is null again after both conversions. Times have a resolution of
 * seconds, MicroTimes of microseconds. A pointer to zero ({@code replicas: 0}) is kept both ways.
 */
public final class ProtobufCodec {
  private static final class BuiltIn {
    static final ProtobufCodec CODEC = new ProtobufCodec(TypeTable.builtIn());
  }

  private static final String PARTIAL_API_VERSION = "meta.k8s.io/v1";
  private static final String PARTIAL_KIND = "PartialObjectMetadata";

  /** The field number of metadata in all kinds that have it. */
  static final int METADATA = 1;

  private final TypeTable table;
  private final Map<ObjectType, MessageType> messages;

  public ProtobufCodec(TypeTable table) {
    this.table = table;
    this.messages = MessageType.compile(table.kinds().values());
  }

  /** The codec for the types of {@link TypeTable#builtIn}. */
  public static ProtobufCodec builtIn() {
    return BuiltIn.CODEC;
  }

  /** Whether objects of the kind have a protobuf form. */
  public boolean supports(String apiVersion, String kind) {
    ObjectType type = table.type(apiVersion, kind);
    return type != null && type.hasProtobuf();
  }

  /**
   * Decodes a request body to a tree, {@code kind} and {@code apiVersion} first.
   *
   * @throws MalformedException on refusal: no envelope, malformed, or of an unknown kind
   */
  public ObjectNode toTree(byte[] envelope) {
    Envelope read = Envelope.read(envelope, 0, envelope.length);
    return tree(envelope, read, new ProtobufReader.Budget());
  }

  /**
   * Decodes a bare message to a tree, {@code kind} and {@code apiVersion} first.
   *
   * @throws MalformedException on refusal: malformed, or of an unknown kind
   */
  public ObjectNode toTree(byte[] message, String apiVersion, String kind) {
    return tree(
        message, new Envelope(apiVersion, kind, 0, message.length), new ProtobufReader.Budget());
  }

  /**
   * Converts a request body to canonical JSON and keeps its resourceVersion.
   *
   * @throws MalformedException on refusal: no envelope, malformed, or of an unknown kind
   */
  public byte[] toJson(byte[] envelope) {
    ObjectNode tree = toTree(envelope);
    return Canonicalizer.encodeAnswer(
        tree, type(tree.path("apiVersion").asText(), tree.path("kind").asText()));
  }

  private ObjectNode tree(byte[] bytes, Envelope envelope, ProtobufReader.Budget budget) {
    budget.tally.add(Weights.OBJECT + 2L * Weights.entry(1));
    ObjectNode tree = Nodes.INSTANCE.objectNode();
    if (!envelope.kind().isEmpty()) {
      tree.put("kind", envelope.kind());
    }
    if (!envelope.apiVersion().isEmpty()) {
      tree.put("apiVersion", envelope.apiVersion());
    }
    ObjectType type = type(envelope.apiVersion(), envelope.kind());
    WireReader in = new WireReader(bytes, envelope.from(), envelope.to());
    new ProtobufReader(in, nested -> tree(bytes, nested, budget), budget)
        .message(message(type), tree);
    budget.tally.settle();
    return tree;
  }

  private ObjectType type(String apiVersion, String kind) {
    ObjectType type = table.type(apiVersion, kind);
    if (type == null || !type.hasProtobuf()) {
      throw new MalformedException(
          "no kind \"%s\" is registered for version \"%s\""
              .formatted(Truncated.of(kind), Truncated.of(apiVersion)));
    }
    return type;
  }

  private MessageType message(ObjectType type) {
    MessageType message = messages.get(type);
    if (message == null) {
      throw new IllegalStateException(type + " was not compiled");
    }
    return message;
  }

  /**
   * Converts an object to protobuf, in an envelope.
   *
   * @param json canonical JSON, or other JSON that was validated; its {@code kind} and {@code
   *     apiVersion} determine the type
   * @throws MalformedException on refusal: not JSON, or of an unknown kind
   */
  public byte[] toProtobuf(byte[] json) {
    String apiVersion = "";
    String kind = "";
    try {
      JsonScanner in = new JsonScanner(json);
      in.expect('{');
      boolean more = !in.consume('}');
      while (more && (kind.isEmpty() || apiVersion.isEmpty())) {
        in.string();
        String key = in.text();
        in.expect(':');
        boolean wanted = key.equals("kind") || key.equals("apiVersion");
        if (wanted && in.peek() == '"') {
          in.string();
          if (key.equals("kind")) {
            kind = in.text();
          } else {
            apiVersion = in.text();
          }
        } else {
          in.skipValue();
        }
        more = in.more('}');
      }
    } catch (JsonException e) {
      throw new MalformedException("json parse error: " + e.getMessage());
    }
    ByteOutput out = new ByteOutput(json.length);
    // The message's length is not known yet; the JSON's mostly takes a varint of the same size.
    byte[] prefix = Envelope.prefix(apiVersion, kind, json.length);
    out.claim(prefix.length);
    write(json, type(apiVersion, kind), out);
    int length = out.size() - prefix.length;
    byte[] exact = Envelope.prefix(apiVersion, kind, length);
    int shift = prefix.length - exact.length;
    out.write(Envelope.suffix());
    if (shift < 0) {
      out.claim(-shift);
    }
    byte[] bytes = out.array();
    if (shift != 0) {
      System.arraycopy(
          bytes, prefix.length, bytes, exact.length, length + Envelope.suffix().length);
    }
    System.arraycopy(exact, 0, bytes, 0, exact.length);
    out.truncate(exact.length + length + Envelope.suffix().length);
    return out.toByteArray();
  }

  /**
   * Converts an object to a bare message.
   *
   * @throws MalformedException on refusal: not JSON, or of an unknown kind
   */
  public byte[] toMessage(byte[] json, String apiVersion, String kind) {
    ByteOutput out = new ByteOutput(json.length);
    write(json, type(apiVersion, kind), out);
    return out.toByteArray();
  }

  /**
   * Converts the members of an object to a bare message, which begins with the metadata if the
   * object has any.
   *
   * @param from offset of the first member's key: {@code kind} and {@code apiVersion} at the
   *     beginning may be left out
   * @param to one past the closing brace
   * @throws MalformedException on refusal: not JSON, or of an unknown kind
   */
  public byte[] toMessage(byte[] json, int from, int to, String apiVersion, String kind) {
    ByteOutput out = new ByteOutput(to - from);
    MessageType type = message(type(apiVersion, kind));
    write(json, from, to, out, writer -> writer.members(type));
    return out.toByteArray();
  }

  /**
   * Converts the metadata of an object of any kind, including custom resources, to the bare message
   * of a PartialObjectMetadata.
   *
   * @param from offset of the key {@code "metadata"}
   * @param to one past the closing brace of metadata
   * @throws MalformedException on refusal: not JSON
   */
  public byte[] toPartialMessage(byte[] json, int from, int to) {
    ByteOutput out = new ByteOutput(to - from);
    MessageType partial = message(type(PARTIAL_API_VERSION, PARTIAL_KIND));
    MessageType metadata = Objects.requireNonNull(partial.number(METADATA)).requireMessage();
    write(json, from, to, out, writer -> writer.member(METADATA, metadata));
    return out.toByteArray();
  }

  private void write(byte[] json, ObjectType type, ByteOutput out) {
    MessageType message = message(type);
    write(json, 0, json.length, out, writer -> writer.message(message));
  }

  private static void write(
      byte[] json, int from, int to, ByteOutput out, Consumer<ProtobufWriter> what) {
    try {
      what.accept(new ProtobufWriter(new JsonScanner(json, from, to), new WireWriter(out)));
    } catch (IllegalArgumentException e) {
      throw new MalformedException("json parse error: " + e.getMessage());
    }
  }
}
