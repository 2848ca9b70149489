package dev.rheo.client.wire;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What an informer must know of an object, read from its bytes without decoding them.
 *
 * @param namespace the namespace, empty for objects without one
 * @param name the name
 * @param resourceVersion the version, empty if there is none
 * @param check a checksum of the metadata. Two states with one version and different checksums are
 *     of different histories of the server, such as before and after it was restored
 */
public record ObjectHead(String namespace, String name, String resourceVersion, int check) {

  /**
   * The object's key in a store: {@code namespace/name}, or {@code name} where there is no
   * namespace.
   */
  public String key() {
    return namespace.isEmpty() ? name : namespace + "/" + name;
  }

  /**
   * Finds the head of an object.
   *
   * @throws MalformedJsonException if the bytes are no object, or one without a name
   */
  public static ObjectHead of(byte[] bytes, int offset, int length) throws MalformedJsonException {
    Finder finder = new Finder(bytes, offset, offset + length);
    ObjectHead head = finder.find();
    if (head.name.isEmpty()) {
      throw new MalformedJsonException("an object without metadata.name");
    }
    return head;
  }

  /**
   * Finds where {@code metadata} is.
   *
   * @return the offsets of its first byte and of the byte after it, or null if there is none
   */
  public static int @Nullable [] metadata(byte[] bytes, int offset, int length)
      throws MalformedJsonException {
    return new Finder(bytes, offset, offset + length).metadata();
  }

  /** Walks over the members of an object up to what is looked for. */
  private static final class Finder {
    private final byte[] bytes;
    private final int end;
    private int at;
    private int nameFrom;
    private int nameTo;

    Finder(byte[] bytes, int offset, int end) {
      this.bytes = bytes;
      this.at = offset;
      this.end = end;
    }

    int @Nullable [] metadata() throws MalformedJsonException {
      take('{');
      while (member()) {
        int from = at;
        skip();
        if (named("metadata")) {
          return new int[] {from, at};
        }
        separator();
      }
      return null;
    }

    ObjectHead find() throws MalformedJsonException {
      String namespace = "";
      String name = "";
      String version = "";
      int check = 0;
      int[] metadata = metadata();
      if (metadata != null) {
        CRC32C sum = new CRC32C();
        sum.update(bytes, metadata[0], metadata[1] - metadata[0]);
        check = (int) sum.getValue();
        at = metadata[0];
        take('{');
        while (member()) {
          if (named("name")) {
            name = text();
          } else if (named("namespace")) {
            namespace = text();
          } else if (named("resourceVersion")) {
            version = text();
          } else {
            skip();
          }
          if (!name.isEmpty() && !namespace.isEmpty() && !version.isEmpty()) {
            break;
          }
          separator();
        }
      }
      return new ObjectHead(namespace, name, version, check);
    }

    /** Reads a member's name and the colon; false at the end of the object. */
    private boolean member() throws MalformedJsonException {
      space();
      if (current() == '}') {
        return false;
      }
      if (current() != '"') {
        throw new MalformedJsonException("an object that is no JSON");
      }
      nameFrom = at + 1;
      skip();
      nameTo = at - 1;
      space();
      take(':');
      space();
      return true;
    }

    private void separator() throws MalformedJsonException {
      space();
      if (current() == ',') {
        at++;
      }
    }

    private boolean named(String wanted) {
      if (nameTo - nameFrom != wanted.length()) {
        return false;
      }
      for (int i = 0; i < wanted.length(); i++) {
        if (bytes[nameFrom + i] != wanted.charAt(i)) {
          return false;
        }
      }
      return true;
    }

    private String text() throws MalformedJsonException {
      int from = at;
      skip();
      if (bytes[from] != '"') {
        return "";
      }
      for (int i = from + 1; i < at - 1; i++) {
        if (bytes[i] == '\\') {
          return JsonText.string(bytes, from, at - from);
        }
      }
      return new String(bytes, from + 1, at - from - 2, StandardCharsets.UTF_8);
    }

    private void skip() throws MalformedJsonException {
      int first = current();
      if (first == '"') {
        at++;
        while (current() != '"') {
          at += bytes[at] == '\\' ? 2 : 1;
        }
        at++;
      } else if (first == '{' || first == '[') {
        int depth = 0;
        do {
          int b = current();
          if (b == '"') {
            skip();
            continue;
          }
          if (b == '{' || b == '[') {
            depth++;
          } else if (b == '}' || b == ']') {
            depth--;
          }
          at++;
        } while (depth > 0);
      } else {
        int from = at;
        while (at < end && ",}] \n\r\t".indexOf(bytes[at]) < 0) {
          at++;
        }
        if (from == at) {
          throw new MalformedJsonException("an object that is no JSON");
        }
      }
    }

    private int current() throws MalformedJsonException {
      if (at >= end) {
        throw new MalformedJsonException("an object that ends too early");
      }
      return bytes[at];
    }

    private void take(char wanted) throws MalformedJsonException {
      space();
      if (current() != wanted) {
        throw new MalformedJsonException("an object that is no JSON");
      }
      at++;
    }

    private void space() {
      while (at < end
          && (bytes[at] == ' ' || bytes[at] == '\n' || bytes[at] == '\r' || bytes[at] == '\t')) {
        at++;
      }
    }
  }
}
