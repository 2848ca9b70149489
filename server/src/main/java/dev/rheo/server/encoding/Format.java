package dev.rheo.server.encoding;

import dev.rheo.api.media.MediaType;
import dev.rheo.codec.cbor.CborForms;
import dev.rheo.codec.protobuf.ProtobufCodec;
import dev.rheo.codec.protobuf.ProtobufFrames;
import dev.rheo.codec.schema.TypeTable;
import dev.rheo.codec.yaml.YamlForms;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The media types of objects, in the order in which they are preferred. */
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

  /** Null if there are no watches in it. */
  public @Nullable String watchContentType() {
    return watchContentType;
  }

  /**
   * @throws IllegalArgumentException if it is none of ours
   */
  public static Format of(String mediaType) {
    return Arrays.stream(values())
        .filter(format -> format.contentType.equals(mediaType))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(mediaType));
  }

  /**
   * A whole object that is at hand.
   *
   * @param json canonical JSON, without a line feed at its end
   * @param apiVersion of its type, which it need not carry itself
   * @param kind of its type
   */
  public byte[] encode(byte[] json, String apiVersion, String kind) {
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
      case CBOR -> CborForms.object(json, TypeTable.builtIn().type(apiVersion, kind));
    };
  }

  /** A Status. */
  public byte[] encodeStatus(byte[] json) {
    return encode(json, "v1", "Status");
  }
}
