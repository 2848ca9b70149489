package dev.rheo.server.encoding;

import dev.rheo.api.media.MediaType;
import dev.rheo.codec.cbor.CborForms;
import dev.rheo.codec.protobuf.ProtobufCodec;
import dev.rheo.codec.protobuf.ProtobufFrames;
import dev.rheo.codec.schema.ObjectType;
import dev.rheo.codec.yaml.YamlForms;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The media types of objects, in order of preference. */
public enum Format {
  JSON(MediaType.JSON, MediaType.JSON),
  /** Not for watches. */
  YAML(MediaType.YAML, null),
  PROTOBUF(MediaType.PROTOBUF, ProtobufFrames.WATCH_MEDIA_TYPE),
  CBOR(MediaType.CBOR, CborForms.SEQUENCE_MEDIA_TYPE);

  private final String contentType;
  private final @Nullable String watchContentType;

  Format(String contentType, @Nullable String watchContentType) {
    this.contentType = contentType;
    this.watchContentType = watchContentType;
  }

  public String contentType() {
    return contentType;
  }

  /** The media type of watches; null if the format does not support them. */
  public @Nullable String watchContentType() {
    return watchContentType;
  }

  /**
   * @throws IllegalArgumentException if the media type is unknown
   */
  public static Format of(String mediaType) {
    return Arrays.stream(values())
        .filter(format -> format.contentType.equals(mediaType))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(mediaType));
  }

  /**
   * Encodes a complete object.
   *
   * @param json canonical JSON, without a line feed at its end
   * @param apiVersion apiVersion of its type, which the JSON need not contain
   * @param kind kind of its type, which the JSON need not contain
   * @param type its fields; null if they are not known
   */
  byte[] encode(byte[] json, String apiVersion, String kind, @Nullable ObjectType type) {
    return switch (this) {
      case JSON -> json;
      case YAML -> YamlForms.object(json);
      case PROTOBUF -> {
        byte[] message = ProtobufCodec.builtIn().toMessage(json, apiVersion, kind);
        yield Encoding.join(
            ProtobufFrames.objectPrefix(apiVersion, kind, message.length),
            message,
            ProtobufFrames.suffix());
      }
      case CBOR -> CborForms.object(json, type);
    };
  }

  /**
   * Encodes an object of a kind that belongs to no resource; see {@link MetaKinds}.
   *
   * @param json canonical JSON, without a line feed at its end
   */
  public byte[] encodeMeta(byte[] json, String apiVersion, String kind) {
    return encode(json, apiVersion, kind, MetaKinds.of(apiVersion, kind));
  }

  /** Encodes a Status. */
  public byte[] encodeStatus(byte[] json) {
    return encodeMeta(json, "v1", "Status");
  }
}
