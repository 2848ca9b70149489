package dev.rheo.encryption.value;

/**
 * Turns values into their stored form and back. Thread-safe; may block where a key is elsewhere.
 */
public interface Transformer {
  /**
   * What was read.
   *
   * @param stale whether it should be written again although nothing changed, since it would be
   *     written with another provider or key today
   */
  record Plain(byte[] value, boolean stale) {}

  /**
   * Decrypts.
   *
   * @param stored the stored form, which begins at {@code from}; not changed
   * @param context what the value is bound to: its key in the store, in UTF-8
   */
  Plain read(byte[] stored, int from, byte[] context) throws TransformException;

  /**
   * Encrypts.
   *
   * @param prefix what the stored form begins with
   * @param value not changed
   */
  byte[] write(byte[] prefix, byte[] value, byte[] context) throws TransformException;
}
