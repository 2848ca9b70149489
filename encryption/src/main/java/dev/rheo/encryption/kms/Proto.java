package dev.rheo.encryption.kms;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Reads and writes protobuf messages field by field. */
final class Proto {
  private Proto() {}

  /** Takes the field that was just reached; what it does not read is skipped. */
  @FunctionalInterface
  interface Field {
    /**
     * @return whether it read the field
     */
    boolean read(int number, CodedInputStream in) throws IOException;
  }

  static void read(byte[] message, int from, Field field) throws IOException {
    CodedInputStream in = CodedInputStream.newInstance(message, from, message.length - from);
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (!field.read(WireFormat.getTagFieldNumber(tag), in)) {
        boolean ignored = in.skipField(tag);
      }
    }
  }

  /** Reads one entry of a map from text to bytes. */
  static void entry(CodedInputStream in, Map<String, byte[]> into) throws IOException {
    String[] key = {""};
    byte[][] value = {new byte[0]};
    read(
        in.readByteArray(),
        0,
        (number, entry) -> {
          switch (number) {
            case 1 -> key[0] = entry.readStringRequireUtf8();
            case 2 -> value[0] = entry.readByteArray();
            default -> {
              return false;
            }
          }
          return true;
        });
    into.put(key[0], value[0]);
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static SortedMap<String, byte[]> map() {
    return new TreeMap<>();
  }

  /** A message of a large field and the encoded rest, behind a prefix, with a single copy. */
  static byte[] join(byte[] prefix, int field, byte[] large, byte[] rest) {
    int size = prefix.length + CodedOutputStream.computeByteArraySize(field, large) + rest.length;
    byte[] joined = new byte[size];
    CodedOutputStream out = CodedOutputStream.newInstance(joined);
    try {
      out.writeRawBytes(prefix);
      out.writeByteArray(field, large);
      out.writeRawBytes(rest);
      out.checkNoSpaceLeft();
      return joined;
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail", e);
    }
  }

  /** Writes a message; what is empty is left out, as proto3 does. */
  static final class Writer {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final CodedOutputStream out = CodedOutputStream.newInstance(bytes);

    private interface Writing {
      void run() throws IOException;
    }

    Writer bytes(int field, byte[] value) {
      return value.length == 0 ? this : write(() -> out.writeByteArray(field, value));
    }

    Writer text(int field, String value) {
      return value.isEmpty() ? this : write(() -> out.writeString(field, value));
    }

    Writer number(int field, int value) {
      return value == 0 ? this : write(() -> out.writeInt32(field, value));
    }

    Writer map(int field, Map<String, byte[]> map) {
      map.forEach(
          (key, value) -> {
            byte[] entry = new Writer().text(1, key).bytes(2, value).done();
            write(() -> out.writeByteArray(field, entry));
          });
      return this;
    }

    byte[] done() {
      write(out::flush);
      return bytes.toByteArray();
    }

    private Writer write(Writing writing) {
      try {
        writing.run();
        return this;
      } catch (IOException e) {
        throw new UncheckedIOException("memory does not fail", e);
      }
    }
  }
}
