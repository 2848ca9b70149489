package dev.rheo.store.snapshot;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.rheo.store.Keys;
import dev.rheo.store.StoreException;
import dev.rheo.store.StoreSnapshot;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.zip.CRC32C;

/**
 * Writes a snapshot in the {@linkplain SnapshotFormat format of a file}, frame by frame, so that
 * whoever sends it decides when to go on. It holds one frame at a time. Not thread-safe.
 */
public final class SnapshotWriter {
  private final StoreSnapshot snapshot;
  private final MessageDigest digest = SnapshotFormat.sha256();
  private boolean begun;
  private boolean ended;
  private long expiries;
  private long keys;

  /**
   * @param snapshot not read from yet; its owner closes it
   */
  public SnapshotWriter(StoreSnapshot snapshot) {
    this.snapshot = snapshot;
  }

  /**
   * Writes the next frame.
   *
   * @return false if it was the last, or there is none any more
   * @throws StoreException if the snapshot cannot be read, or has not the keys that it told
   */
  public boolean write(OutputStream out) throws StoreException, IOException {
    if (ended) {
      return false;
    }
    if (!begun) {
      begun = true;
      digest.update(SnapshotFormat.MAGIC);
      out.write(SnapshotFormat.MAGIC);
      frame(out, header(), new byte[0]);
      return true;
    }
    StoreSnapshot.Item item = snapshot.next();
    switch (item) {
      case null -> {
        ended = true;
        if (keys != snapshot.header().keys()) {
          throw new StoreException(
              "the store counts %d keys and has %d".formatted(snapshot.header().keys(), keys));
        }
        frame(out, end(), new byte[0]);
      }
      case StoreSnapshot.Expiry expiry -> {
        expiries++;
        byte[] key = Keys.encode(expiry.key());
        frame(
            out,
            ByteBuffer.allocate(SnapshotFormat.EXPIRY_BYTES + key.length)
                .put(SnapshotFormat.EXPIRY)
                .putLong(expiry.epochMillis())
                .putLong(expiry.modRevision())
                .put(key)
                .array(),
            new byte[0]);
      }
      case StoreSnapshot.Entry entry -> {
        keys++;
        byte[] key = Keys.encode(entry.key());
        if (entry.value().length
            > SnapshotFormat.MAX_BYTES - SnapshotFormat.KEY_BYTES - key.length) {
          throw new StoreException(
              "the value of %s is too large for a snapshot: %d bytes"
                  .formatted(entry.key(), entry.value().length));
        }
        frame(
            out,
            ByteBuffer.allocate(SnapshotFormat.KEY_BYTES + key.length)
                .put(SnapshotFormat.KEY)
                .putLong(entry.createRevision())
                .putLong(entry.modRevision())
                .putInt(entry.sub())
                .putShort((short) key.length)
                .put(key)
                .array(),
            entry.value());
      }
    }
    return !ended;
  }

  private byte[] header() {
    StoreSnapshot.Header header = snapshot.header();
    byte[] history = header.history().getBytes(UTF_8);
    return ByteBuffer.allocate(SnapshotFormat.HEADER_BYTES + history.length)
        .put(SnapshotFormat.HEADER)
        .putInt(SnapshotFormat.VERSION)
        .putLong(header.revision())
        .putLong(header.keys())
        .putLong(header.bytesWritten())
        .put(history)
        .array();
  }

  private byte[] end() {
    return ByteBuffer.allocate(SnapshotFormat.END_BYTES)
        .put(SnapshotFormat.END)
        .putLong(expiries)
        .putLong(keys)
        .put(digest.digest())
        .array();
  }

  /** Writes a frame whose content is in two parts, so that a value need not be copied. */
  private void frame(OutputStream out, byte[] first, byte[] second) throws IOException {
    byte[] length = ByteBuffer.allocate(4).putInt(first.length + second.length).array();
    CRC32C crc = new CRC32C();
    for (byte[] part : new byte[][] {length, first, second}) {
      crc.update(part);
      digest.update(part);
      out.write(part);
    }
    byte[] checksum = ByteBuffer.allocate(4).putInt((int) crc.getValue()).array();
    digest.update(checksum);
    out.write(checksum);
  }
}
