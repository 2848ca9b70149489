package dev.rheo.store.snapshot;

import dev.rheo.api.io.IoFailures;
import dev.rheo.store.Keys;
import dev.rheo.store.StoreException;
import dev.rheo.store.StoreSnapshot;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Reads a snapshot from a file or a connection, and verifies it while it does: whoever has read it
 * to its end knows that it is whole. It holds one frame at a time, and takes no memory for bytes
 * that have not come. Not thread-safe.
 */
public final class SnapshotReader implements StoreSnapshot {
  private static final System.Logger LOGGER = System.getLogger(SnapshotReader.class.getName());

  private final InputStream in;
  private final String name;
  private final MessageDigest digest = SnapshotFormat.sha256();
  private final Header header;

  /** The parts of the last frame, which are not in the digest yet. */
  private byte[][] last = {};

  private long bytes;
  private long expiries;
  private long keys;
  private long lastTime;
  private String lastKey = "";
  private byte @Nullable [] hash;

  /**
   * Reads the header.
   *
   * @param in closed by {@link #close}; buffered, unless small reads are cheap
   * @param name what is read, for messages
   * @throws StoreException if it is no snapshot, or of another version
   */
  public SnapshotReader(InputStream in, String name) throws StoreException {
    this.in = in;
    this.name = name;
    byte[] magic = read(SnapshotFormat.MAGIC.length);
    if (!Arrays.equals(magic, SnapshotFormat.MAGIC)) {
      throw new StoreException(name + " is no snapshot of a Rheo store");
    }
    digest.update(magic);
    ByteBuffer frame = frame();
    require(frame.remaining() >= 5 && frame.get() == SnapshotFormat.HEADER, "it has no header");
    int version = frame.getInt();
    if (version != SnapshotFormat.VERSION) {
      throw new StoreException(
          "%s has version %d, this program reads version %d"
              .formatted(name, version, SnapshotFormat.VERSION));
    }
    require(frame.remaining() >= SnapshotFormat.HEADER_BYTES - 5, "its header is short");
    header =
        new Header(
            frame.getLong(), frame.getLong(), frame.getLong(), text(frame, frame.remaining()));
    require(header.revision() >= 1 && header.keys() >= 0, "its header is not valid");
  }

  @Override
  public Header header() {
    return header;
  }

  /** The number of values with a time to live, of those read so far. */
  public long expiries() {
    return expiries;
  }

  /** The number of bytes read so far. */
  public long bytes() {
    return bytes;
  }

  /**
   * The hash at the end, which stands for all of the snapshot, in hexadecimal.
   *
   * @throws IllegalStateException if the snapshot has not been read to its end
   */
  public String sha256() {
    byte[] known = hash;
    if (known == null) {
      throw new IllegalStateException("not read to its end");
    }
    return HexFormat.of().formatHex(known);
  }

  @Override
  public @Nullable Item next() throws StoreException {
    if (hash != null) {
      return null;
    }
    ByteBuffer frame = frame();
    require(frame.hasRemaining(), "a record is empty");
    switch (frame.get()) {
      case SnapshotFormat.EXPIRY -> {
        return expiry(frame);
      }
      case SnapshotFormat.KEY -> {
        return entry(frame);
      }
      case SnapshotFormat.END -> {
        end(frame);
        return null;
      }
      default -> throw damaged("it holds a record of an unknown kind");
    }
  }

  private Expiry expiry(ByteBuffer frame) throws StoreException {
    require(frame.remaining() >= SnapshotFormat.EXPIRY_BYTES - 1, "a time is short");
    require(keys == 0, "a time comes after the keys");
    long time = frame.getLong();
    long modified = frame.getLong();
    String key = key(frame, frame.remaining());
    require(time >= lastTime, "the times are not in order");
    require(modified >= 1 && modified <= header.revision(), "a time is of another revision");
    lastTime = time;
    expiries++;
    return new Expiry(key, time, modified);
  }

  private Entry entry(ByteBuffer frame) throws StoreException {
    require(frame.remaining() >= SnapshotFormat.KEY_BYTES - 1, "a key is short");
    long created = frame.getLong();
    long modified = frame.getLong();
    int sub = frame.getInt();
    int length = Short.toUnsignedInt(frame.getShort());
    require(length <= frame.remaining(), "a key is short");
    String key = key(frame, length);
    byte[] value = new byte[frame.remaining()];
    frame.get(value);
    require(Keys.ORDER.compare(lastKey, key) < 0, "the keys are not in order");
    require(
        created >= 1 && created <= modified && modified <= header.revision() && sub >= 0,
        "a key is of another revision");
    lastKey = key;
    keys++;
    return new Entry(key, value, created, modified, sub);
  }

  private void end(ByteBuffer frame) throws StoreException {
    require(frame.remaining() == SnapshotFormat.END_BYTES - 1, "its end is not one");
    require(frame.getLong() == expiries, "times are missing");
    require(frame.getLong() == keys && keys == header.keys(), "keys are missing");
    byte[] told = new byte[frame.remaining()];
    frame.get(told);
    require(Arrays.equals(told, digest.digest()), "its hash is another");
    try {
      require(in.read() < 0, "something comes after its end");
    } catch (IOException e) {
      throw unreadable(e);
    }
    hash = told;
  }

  /** The type and content of the next frame, verified. */
  private ByteBuffer frame() throws StoreException {
    for (byte[] part : last) {
      digest.update(part);
    }
    byte[] length = read(Integer.BYTES);
    int count = ByteBuffer.wrap(length).getInt();
    require(count >= 0 && count <= SnapshotFormat.MAX_BYTES, "the length of a record is not one");
    byte[] content = read(count);
    byte[] checksum = read(Integer.BYTES);
    CRC32C crc = new CRC32C();
    crc.update(length);
    crc.update(content);
    require(
        ByteBuffer.wrap(checksum).getInt() == (int) crc.getValue(),
        "the record before byte %d does not match its checksum".formatted(bytes));
    last = new byte[][] {length, content, checksum};
    return ByteBuffer.wrap(content);
  }

  private byte[] read(int count) throws StoreException {
    byte[] read;
    try {
      // Grows with what comes.
      read = in.readNBytes(count);
    } catch (IOException e) {
      throw unreadable(e);
    }
    bytes += read.length;
    if (read.length < count) {
      throw damaged("it ends at byte %d, before its end".formatted(bytes));
    }
    return read;
  }

  private String key(ByteBuffer frame, int length) throws StoreException {
    String key = text(frame, length);
    try {
      byte[] ignored = Keys.encode(key);
      return key;
    } catch (IllegalArgumentException e) {
      LOGGER.log(System.Logger.Level.DEBUG, "in {0}: {1}", name, e.getMessage());
      throw damaged("a key is not valid");
    }
  }

  private String text(ByteBuffer frame, int length) throws StoreException {
    ByteBuffer encoded = frame.slice(frame.position(), length);
    frame.position(frame.position() + length);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(encoded).toString();
    } catch (CharacterCodingException e) {
      LOGGER.log(System.Logger.Level.DEBUG, "in {0}: {1}", name, e.getMessage());
      throw damaged("a text is no UTF-8");
    }
  }

  private void require(boolean valid, String otherwise) throws StoreException {
    if (!valid) {
      throw damaged(otherwise);
    }
  }

  private StoreException damaged(String what) {
    return new StoreException(
        StoreException.Fault.DAMAGED,
        "the snapshot is damaged",
        "%s is damaged: %s".formatted(name, what),
        false,
        null);
  }

  private StoreException unreadable(IOException e) {
    return new StoreException("%s cannot be read: %s".formatted(name, IoFailures.tell(e)), e);
  }

  @Override
  public void close() {
    try {
      in.close();
    } catch (IOException e) {
      LOGGER.log(System.Logger.Level.DEBUG, "closing {0}: {1}", name, e.getMessage());
    }
  }
}
