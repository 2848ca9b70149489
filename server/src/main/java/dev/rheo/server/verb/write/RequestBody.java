package dev.rheo.server.verb.write;

import dev.rheo.api.media.MediaType;
import dev.rheo.api.status.ApiException;
import dev.rheo.codec.cbor.CborForms;
import dev.rheo.codec.io.MalformedException;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.codec.protobuf.ProtobufCodec;
import dev.rheo.codec.schema.ObjectType;
import dev.rheo.codec.yaml.YamlForms;
import java.util.List;

/**
 * The body of a request.
 *
 * @param mediaType without parameters: that of an object, or of a patch, which is JSON
 */
public record RequestBody(byte[] bytes, String mediaType) {
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
        default -> ObjectDecoder.decode(bytes, ObjectDecoder.MAX_DEPTH);
      };
    } catch (MalformedException e) {
      throw ErrorMapping.of(e);
    }
  }
}
