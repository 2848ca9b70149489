package dev.rheo.client.transport;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * An object as the JSON that the server sent, for programs that decode what they need or only pass
 * objects on.
 *
 * @param json the bytes; do not change them
 */
@SuppressWarnings("ArrayRecordComponent") // The bytes are the point.
public record RawObject(byte[] json) {

  /** The format for informers of raw objects. */
  public static final ObjectFormat<RawObject> FORMAT =
      new ObjectFormat<>() {
        @Override
        public RawObject decode(byte[] bytes, int offset, int length) {
          return new RawObject(Arrays.copyOfRange(bytes, offset, offset + length));
        }

        @Override
        public byte[] encode(RawObject object) {
          return object.json();
        }
      };

  /** The JSON as text. */
  @Override
  public String toString() {
    return new String(json, StandardCharsets.UTF_8);
  }
}
