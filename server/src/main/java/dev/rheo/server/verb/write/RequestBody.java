package dev.rheo.server.verb.write;

import dev.rheo.api.media.MediaType;
import dev.rheo.api.status.ApiException;
import dev.rheo.codec.cbor.CborForms;
import dev.rheo.codec.io.MalformedException;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.codec.protobuf.ProtobufCodec;
import dev.rheo.codec.schema.ObjectType;
import dev.rheo.codec.yaml.YamlForms;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The body of a request.
 *
 * @param mediaType without parameters: that of an object, or of a patch, which is JSON
 */
public record RequestBody(byte[] bytes, String mediaType) {
  private static final int SHORT = 64;

  /** Whether the body is {@code null}, or YAML that is nothing. */
  boolean isNull() {
    boolean text = !mediaType.equals(MediaType.PROTOBUF) && !mediaType.equals(MediaType.CBOR);
    if (!text || bytes.length >= SHORT) {
      return false; // so that a long one is not decoded twice
    }
    String value = new String(bytes, StandardCharsets.UTF_8).strip();
    return value.equals("null") || (value.isEmpty() && mediaType.equals(MediaType.YAML));
  }

  /**
   * Decodes the object that the body is, once, into one tree.
   *
   * @param type of the object
   * @throws ApiException 400 if the body is malformed
   */
  public ObjectDecoder.Decoded decoded(ObjectType type) {
    try {
      return switch (mediaType) {
        case MediaType.YAML -> YamlForms.toTree(bytes);
        // These two have no fields twice.
        case MediaType.PROTOBUF ->
            new ObjectDecoder.Decoded(ProtobufCodec.builtIn().toTree(bytes), List.of());
        case MediaType.CBOR -> new ObjectDecoder.Decoded(CborForms.toTree(bytes, type), List.of());
        default -> ObjectDecoder.decode(bytes, ObjectDecoder.MAX_DEPTH, !type.isOpen());
      };
    } catch (MalformedException e) {
      throw ErrorMapping.of(e);
    }
  }
}
