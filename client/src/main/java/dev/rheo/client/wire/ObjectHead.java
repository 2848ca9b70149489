package dev.rheo.client.wire;

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
    JsonCursor cursor = new JsonCursor(bytes, offset, offset + length);
    int[] metadata = metadata(cursor);
    String namespace = "";
    String name = "";
    String version = "";
    CRC32C check = new CRC32C();
    if (metadata != null) {
      check.update(bytes, metadata[0], metadata[1] - metadata[0]);
      cursor.to(metadata[0]);
      cursor.take('{');
      while (cursor.member()) {
        if (cursor.named("name")) {
          name = cursor.text();
        } else if (cursor.named("namespace")) {
          namespace = cursor.text();
        } else if (cursor.named("resourceVersion")) {
          version = cursor.text();
        } else {
          cursor.skip();
        }
        if (!name.isEmpty() && !namespace.isEmpty() && !version.isEmpty()) {
          break;
        }
        cursor.separator();
      }
    }
    if (name.isEmpty()) {
      throw new MalformedJsonException("an object without metadata.name");
    }
    return new ObjectHead(namespace, name, version, (int) check.getValue());
  }

  /**
   * Finds where {@code metadata} is.
   *
   * @return the offsets of its first byte and of the byte after it, or null if there is none
   */
  public static int @Nullable [] metadata(byte[] bytes, int offset, int length)
      throws MalformedJsonException {
    return metadata(new JsonCursor(bytes, offset, offset + length));
  }

  private static int @Nullable [] metadata(JsonCursor cursor) throws MalformedJsonException {
    cursor.take('{');
    while (cursor.member()) {
      int from = cursor.at();
      cursor.skip();
      if (cursor.named("metadata")) {
        return new int[] {from, cursor.at()};
      }
      cursor.separator();
    }
    return null;
  }
}
