package dev.rheo.server.controller.garbage;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Which objects name which owner: an ordered set of edges, each the hash of an owner's uid and the
 * collection and key of a dependent. Different uids may have one hash, so a reader must look at the
 * dependent itself.
 *
 * <p>The edges are in blocks of up to some 2 KiB, in which an edge is stored without the part that
 * it has in common with the edge before it: some 30 bytes for a pod of a ReplicaSet.
 *
 * <p>One thread at a time may change it, while any number of threads read. A block is never
 * changed, but replaced: readers see each edge that is there throughout.
 */
final class Edges {
  /** An object with more owners than this has one edge, from {@link #MANY}. */
  static final int MOST_OWNERS = 8;

  /** In place of an owner: the objects with so many owners that each owner's search has them. */
  static final long MANY = 0;

  private static final int BLOCK_BYTES = 2048;

  /** Of an entry of the map, its key and the arrays' headers, in bytes. */
  private static final int BLOCK_OVERHEAD = 120;

  private static final int OWNER_BYTES = Long.BYTES;
  private static final int HEADER = OWNER_BYTES + Character.BYTES;

  /** Blocks by their lower bounds; the first bound is empty. */
  private final ConcurrentSkipListMap<byte[], byte[]> blocks =
      new ConcurrentSkipListMap<>(Arrays::compareUnsigned);

  private final AtomicLong count = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();

  Edges() {
    blocks.put(new byte[0], new byte[0]);
  }

  /**
   * A dependent.
   *
   * @param collection the number of its collection, 0 to 65535
   * @param key {@code namespace/name} or {@code name}
   */
  record Dependent(int collection, String key) {}

  /** Visits dependents. */
  interface Visitor<X extends Exception> {
    /** Returns whether to go on. */
    boolean visit(Dependent dependent) throws X;
  }

  /** The hash of a uid, which is never {@link #MANY}. */
  static long hash(String uid) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < uid.length(); i++) {
      hash = (hash ^ uid.charAt(i)) * 0x100000001b3L;
    }
    hash ^= hash >>> 32;
    return hash == MANY ? 1 : hash;
  }

  private static byte[] encode(long owner, int collection, String key) {
    byte[] text = key.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(HEADER + text.length)
        .putLong(owner)
        .putChar((char) collection)
        .put(text)
        .array();
  }

  private static Dependent decode(byte[] edge) {
    return new Dependent(
        ByteBuffer.wrap(edge).getChar(OWNER_BYTES),
        new String(edge, HEADER, edge.length - HEADER, StandardCharsets.UTF_8));
  }

  /** Adds an edge if it is not there. */
  void add(long owner, int collection, String key) {
    change(encode(owner, collection, key), true);
  }

  /** Removes an edge if it is there. */
  void remove(long owner, int collection, String key) {
    change(encode(owner, collection, key), false);
  }

  private void change(byte[] edge, boolean add) {
    Map.Entry<byte[], byte[]> at = floor(edge);
    byte[] bound = at.getKey();
    byte[] block = at.getValue();
    Writer writer = new Writer(block.length + edge.length + 4);
    boolean found = false;
    boolean written = !add;
    for (Reader in = new Reader(block); in.next(); ) {
      int order = in.compareTo(edge);
      if (order == 0) {
        found = true;
        if (!add) {
          continue;
        }
      }
      if (order > 0 && !found && !written) {
        writer.put(edge, edge.length);
        written = true;
      }
      writer.put(in.edge, in.length);
    }
    if (found == add) {
      return;
    }
    if (!written) {
      writer.put(edge, edge.length);
    }
    count.addAndGet(add ? 1 : -1);
    replace(bound, block, writer.toBytes());
  }

  private void replace(byte[] bound, byte[] before, byte[] after) {
    if (after.length == 0 && bound.length > 0) {
      blocks.remove(bound);
      grow(-before.length - bound.length - BLOCK_OVERHEAD);
    } else if (after.length <= BLOCK_BYTES) {
      blocks.put(bound, after);
      grow(after.length - before.length);
    } else {
      split(bound, before, after);
    }
  }

  private void split(byte[] bound, byte[] before, byte[] after) {
    Writer first = new Writer(after.length);
    Writer second = new Writer(after.length);
    byte[] middle = new byte[0];
    for (Reader in = new Reader(after); in.next(); ) {
      if (in.at <= after.length / 2 || first.length == 0) {
        first.put(in.edge, in.length);
      } else {
        middle = second.length == 0 ? Arrays.copyOf(in.edge, in.length) : middle;
        second.put(in.edge, in.length);
      }
    }
    if (second.length == 0) {
      // One long edge.
      blocks.put(bound, after);
      grow(after.length - before.length);
      return;
    }
    // First the new block, so that a reader finds each edge in one of the two, or in both.
    blocks.put(middle, second.toBytes());
    blocks.put(bound, first.toBytes());
    grow(first.length + second.length - before.length + middle.length + BLOCK_OVERHEAD);
  }

  private void grow(int by) {
    bytes.addAndGet(by);
  }

  private Map.Entry<byte[], byte[]> floor(byte[] edge) {
    Map.Entry<byte[], byte[]> at = blocks.floorEntry(edge);
    if (at == null) {
      throw new IllegalStateException("the first block is never removed");
    }
    return at;
  }

  /**
   * Visits those that may name an owner: the dependents of its hash, and those with many owners.
   */
  <X extends Exception> void each(long owner, Visitor<X> visitor) throws X {
    if (visitAll(owner, visitor) && owner != MANY) {
      boolean ignored = visitAll(MANY, visitor);
    }
  }

  /** Whether some object may name the owner. */
  boolean any(long owner) {
    boolean[] any = {false};
    each(
        owner,
        _ -> {
          any[0] = true;
          return false;
        });
    return any[0];
  }

  private <X extends Exception> boolean visitAll(long owner, Visitor<X> visitor) throws X {
    byte[] from = ByteBuffer.allocate(OWNER_BYTES).putLong(owner).array();
    byte[] last = from;
    Map.Entry<byte[], byte[]> at = floor(from);
    while (at != null) {
      for (Reader in = new Reader(at.getValue()); in.next(); ) {
        int order = Arrays.compareUnsigned(in.edge, 0, OWNER_BYTES, from, 0, OWNER_BYTES);
        if (order > 0) {
          return true;
        }
        // A block that was split meanwhile has edges of the one before.
        if (order == 0 && in.compareTo(last) > 0) {
          last = Arrays.copyOf(in.edge, in.length);
          if (!visitor.visit(decode(last))) {
            return false;
          }
        }
      }
      at = blocks.higherEntry(at.getKey());
    }
    return true;
  }

  /** Removes all edges to the dependents of a collection. */
  void removeCollection(int collection) {
    for (Map.Entry<byte[], byte[]> at : blocks.entrySet()) {
      byte[] before = at.getValue();
      Writer kept = new Writer(before.length);
      long removed = 0;
      for (Reader in = new Reader(before); in.next(); ) {
        if (ByteBuffer.wrap(in.edge).getChar(OWNER_BYTES) == collection) {
          removed++;
        } else {
          kept.put(in.edge, in.length);
        }
      }
      if (removed > 0) {
        count.addAndGet(-removed);
        replace(at.getKey(), before, kept.toBytes());
      }
    }
  }

  long count() {
    return count.get();
  }

  /** The approximate heap that it takes. */
  long bytes() {
    return bytes.get();
  }

  /** Reads the edges of a block: for each, the length of what is shared, of the rest, the rest. */
  private static final class Reader {
    private final byte[] block;

    /** The present edge, in the first {@code length} bytes. */
    byte[] edge = new byte[96];

    int length;

    /** Where the next edge begins. */
    int at;

    Reader(byte[] block) {
      this.block = block;
    }

    boolean next() {
      if (at == block.length) {
        return false;
      }
      int shared = number();
      int rest = number();
      length = shared + rest;
      if (length > edge.length) {
        edge = Arrays.copyOf(edge, length * 2);
      }
      System.arraycopy(block, at, edge, shared, rest);
      at += rest;
      return true;
    }

    private int number() {
      int first = block[at++] & 0xff;
      return first < 0x80 ? first : (first & 0x7f) << 8 | (block[at++] & 0xff);
    }

    int compareTo(byte[] other) {
      return Arrays.compareUnsigned(edge, 0, length, other, 0, other.length);
    }
  }

  /** Writes edges in order. */
  private static final class Writer {
    private byte[] out;
    int length;
    private byte @Nullable [] last;
    private int lastLength;

    Writer(int expected) {
      out = new byte[expected + 16];
    }

    void put(byte[] edge, int edgeLength) {
      int shared = 0;
      if (last != null) {
        int mismatch = Arrays.mismatch(edge, 0, edgeLength, last, 0, lastLength);
        shared = mismatch < 0 ? edgeLength : mismatch;
      }
      int rest = edgeLength - shared;
      if (length + rest + 4 > out.length) {
        out = Arrays.copyOf(out, (length + rest + 4) * 2);
      }
      number(shared);
      number(rest);
      System.arraycopy(edge, shared, out, length, rest);
      length += rest;
      if (last == null || last.length < edgeLength) {
        last = new byte[edgeLength * 2];
      }
      System.arraycopy(edge, 0, last, 0, edgeLength);
      lastLength = edgeLength;
    }

    /** Up to 32767, in one byte or two. A key has 1 KiB at most. */
    private void number(int value) {
      if (value >= 0x80) {
        out[length++] = (byte) (0x80 | value >> 8);
      }
      out[length++] = (byte) value;
    }

    byte[] toBytes() {
      return Arrays.copyOf(out, length);
    }
  }
}
