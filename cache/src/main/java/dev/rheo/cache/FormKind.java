package dev.rheo.cache;

import java.io.IOException;

/**
 * A kind of form: how one is made of an object's canonical JSON. Kinds are told apart by identity,
 * so there is one instance for each, kept for as long as the server runs.
 */
public abstract class FormKind {
  private final String name;

  /**
   * @param name for metrics and logs: short, and of few different values
   */
  protected FormKind(String name) {
    this.name = name;
  }

  public String name() {
    return name;
  }

  /**
   * Makes the form. The same object always gives the same bytes: a form that was given up may be
   * made again while it is being read. Called by several threads.
   *
   * @throws IOException or any other exception if this object has no such form
   */
  protected abstract Made make(Source source) throws IOException;

  /**
   * An object to make a form of.
   *
   * @param json canonical JSON with the revision that is to be told in place; not to be changed
   * @param metadataOffset the opening quote of the key {@code "metadata"}
   * @param metadataEnd one past the closing brace of metadata
   */
  public record Source(byte[] json, int metadataOffset, int metadataEnd) {}

  /**
   * A form.
   *
   * @param bytes what is spooled
   * @param plainLength what the bytes are when decompressed; their length if they are not
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
