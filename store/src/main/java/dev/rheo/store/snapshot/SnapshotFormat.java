package dev.rheo.store.snapshot;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The format of a snapshot's file. Numbers are big-endian.
 *
 * <pre>
 *   "RHEOSNAP"
 *   frames, each: length of type and content (4 bytes), type (1 byte), content,
 *                 CRC32C of all of that (4 bytes)
 *
 *   type  content                                                          how many
 *   H     version (4), revision (8), keys (8), bytes written (8), history  one
 *   X     time in ms of the epoch (8), revision (8), key                   one an expiring value
 *   K     created (8), modified (8), sub (4), length of key (2), key,      one a key
 *         value
 *   E     number of X (8), number of K (8), SHA-256 of all bytes before    one, and nothing after
 *         this frame (32)
 * </pre>
 *
 * <p>The frames come in this order, those of times by time, those of keys by key. The checksum of a
 * frame says at once which record is damaged; the hash at the end says that no record is missing,
 * doubled or exchanged. A file says nothing of when and where it was made, so a store's revision
 * has one file, byte for byte.
 */
final class SnapshotFormat {
  static final byte[] MAGIC = "RHEOSNAP".getBytes(StandardCharsets.US_ASCII);
  static final int VERSION = 1;

  /** The most bytes of a frame's type and content. The server takes no object as large. */
  static final int MAX_BYTES = 32 << 20;

  static final byte HEADER = 'H';
  static final byte EXPIRY = 'X';
  static final byte KEY = 'K';
  static final byte END = 'E';

  /** The bytes of the numbers of each frame, its type included. */
  static final int HEADER_BYTES = 1 + 4 + 8 + 8 + 8;

  static final int EXPIRY_BYTES = 1 + 8 + 8;
  static final int KEY_BYTES = 1 + 8 + 8 + 4 + 2;
  static final int END_BYTES = 1 + 8 + 8 + 32;

  private SnapshotFormat() {}

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
