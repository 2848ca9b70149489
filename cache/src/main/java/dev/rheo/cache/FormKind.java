package dev.rheo.cache;

import java.io.IOException;

/**
 * A kind of form: how one is made from an object's canonical JSON. Kinds are compared by identity,
 * so each has one instance that lives as long as the server.
 */
public abstract class FormKind {
  private final String name;

  /**
   * @param name for metrics and logs: short, with few distinct values
   */
  protected FormKind(String name) {
    this.name = name;
  }

  public String name() {
    return name;
  }

  /**
   * Makes the form. The same object must always give the same bytes, because an evicted form may be
   * made again while it is being read. Called by several threads.
   *
   * @throws IOException or any other exception if this object has no such form
   */
  protected abstract Made make(Source source) throws IOException;

  /**
   * An object to make a form of.
   *
   * @param json canonical JSON with the wanted resourceVersion in place; must not be changed
   * @param metadataOffset offset of the opening quote of the key {@code "metadata"}
   * @param metadataEnd offset one past the closing brace of metadata
   */
  public record Source(byte[] json, int metadataOffset, int metadataEnd) {}

  /**
   * A form.
   *
   * @param bytes the bytes to spool
   * @param plainLength length of the decompressed bytes; that of {@code bytes} if they are not
   *     compressed
   * @param checksum CRC-32 of the decompressed bytes; 0 if they are not compressed
   */
  public record Made(byte[] bytes, int plainLength, int checksum) {
    public static Made plain(byte[] bytes) {
      return new Made(bytes, bytes.length, 0);
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
