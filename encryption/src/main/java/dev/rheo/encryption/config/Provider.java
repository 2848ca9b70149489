package dev.rheo.encryption.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** What encrypts. */
public sealed interface Provider {
  /** Nothing does. */
  record Identity() implements Provider {}

  /** AES in CBC mode. */
  record AesCbc(List<Key> keys) implements Provider {}

  /** AES in GCM mode. */
  record AesGcm(List<Key> keys) implements Provider {}

  /** XSalsa20 and Poly1305. */
  record Secretbox(List<Key> keys) implements Provider {}

  /**
   * A plugin, by KMS v2.
   *
   * @param name unique in the file, without a colon
   * @param socket where the plugin listens
   * @param timeout of a call
   */
  record Kms(String name, Path socket, Duration timeout) implements Provider {}

  /** A key with its name, which is stored with each value. */
  final class Key {
    private final String name;
    private final byte[] secret;

    Key(String name, byte[] secret) {
      this.name = name;
      this.secret = secret;
    }

    public String name() {
      return name;
    }

    /** The caller must not change it. */
    public byte[] secret() {
      return secret;
    }

    @Override
    public String toString() {
      return "key " + name;
    }
  }
}
