package dev.rheo.server.security;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Digests of secrets and certificates. */
final class Digests {

  private Digests() {}

  static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
