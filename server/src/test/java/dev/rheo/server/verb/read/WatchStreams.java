package dev.rheo.server.verb.read;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.rheo.codec.cbor.CborForms;
import dev.rheo.codec.protobuf.ProtobufCodec;
import dev.rheo.codec.schema.TypeTable;
import dev.rheo.server.encoding.Format;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.Inflater;

/** Reads the streams of watches in all formats, also unfinished ones. */
final class WatchStreams {
  private static final ObjectMapper JSON = new ObjectMapper();

  private WatchStreams() {}

  /** An event with its object as a tree. */
  record Told(String type, JsonNode object) {}

  static List<Told> events(Format format, byte[] bytes, String apiVersion, String kind)
      throws Exception {
    List<Told> events = new ArrayList<>();
    ByteBuffer in = ByteBuffer.wrap(bytes);
    while (in.hasRemaining()) {
      JsonNode event;
      switch (format) {
        case JSON -> {
          int end = in.position();
          while (end < in.limit() && bytes[end] != '\n') {
            end++;
          }
          if (end == in.limit()) {
            return events;
          }
          event = JSON.readTree(bytes, in.position(), end - in.position());
          in.position(end + 1);
        }
        case PROTOBUF -> {
          if (in.remaining() < 4 || in.getInt(in.position()) > in.remaining() - 4) {
            return events;
          }
          byte[] message = new byte[in.getInt()];
          in.get(message);
          event = ProtobufCodec.builtIn().toTree(message, "v1", "WatchEvent");
        }
        case CBOR -> {
          int length = CborItems.length(bytes, in.position());
          if (length < 0) {
            return events;
          }
          byte[] item = new byte[length];
          in.get(item);
          event = CborForms.toTree(item, TypeTable.builtIn().type(apiVersion, kind));
        }
        default -> throw new AssertionError(format);
      }
      events.add(new Told(event.get("type").asText(), event.get("object")));
    }
    return events;
  }

  /**
   * The part of an unfinished compressed stream that every reader delivers at once: Go's reader
   * delivers what precedes an empty stored block, and holds back what follows the last one.
   */
  static byte[] inflated(byte[] bytes) throws Exception {
    int end = bytes.length;
    while (end > 10
        && !(bytes[end - 1] == -1
            && bytes[end - 2] == -1
            && bytes[end - 3] == 0
            && bytes[end - 4] == 0)) {
      end--;
    }
    if (end <= 10) {
      return new byte[0];
    }
    Inflater inflater = new Inflater(true);
    inflater.setInput(bytes, 10, end - 10);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] buffer = new byte[8192];
    for (int n = inflater.inflate(buffer); n > 0; n = inflater.inflate(buffer)) {
      out.write(buffer, 0, n);
    }
    inflater.end();
    return out.toByteArray();
  }
}
