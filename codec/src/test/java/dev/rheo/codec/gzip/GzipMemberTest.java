package dev.rheo.codec.gzip;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.GZIPInputStream;
import java.util.zip.Inflater;
import org.junit.jupiter.api.Test;

class GzipMemberTest {
  private static final int ROUNDS = 500 * Integer.getInteger("rheo.torture", 1);

  /** Bytes of random compressibility. */
  private static byte[] content(Random random) {
    int size = random.nextInt(8) == 0 ? random.nextInt(300_000) : random.nextInt(3000);
    byte[] bytes = new byte[random.nextInt(10) == 0 ? 0 : size];
    int alphabet = 1 + random.nextInt(256);
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) random.nextInt(alphabet);
    }
    return bytes;
  }

  @Test
  void anySequenceOfSegmentsAndStoredBytesIsOneMember() throws Exception {
    Random random = new Random(Long.getLong("rheo.seed", 20260104));
    for (int round = 0; round < ROUNDS; round++) {
      ByteArrayOutputStream plain = new ByteArrayOutputStream();
      ByteArrayOutputStream compressed = new ByteArrayOutputStream();
      GzipMember member = new GzipMember();
      compressed.writeBytes(member.header());
      Inflater inflater = new Inflater(true);
      ByteArrayOutputStream live = new ByteArrayOutputStream();
      int parts = random.nextInt(6);
      for (int i = 0; i < parts; i++) {
        byte[] bytes = content(random);
        byte[] part;
        if (random.nextBoolean()) {
          int from = random.nextInt(bytes.length + 1);
          int to = from + random.nextInt(bytes.length - from + 1);
          GzipSegment segment = GzipSegments.compress(bytes, from, to);
          plain.write(bytes, from, to - from);
          member.segment(segment);
          part = segment.bytes();
        } else {
          plain.writeBytes(bytes);
          part = member.stored(bytes);
        }
        compressed.writeBytes(part);
        // A reader sees all that was written so far.
        inflate(inflater, part, live);
        assertThat(live.toByteArray()).isEqualTo(plain.toByteArray());
      }
      byte[] trailer = member.trailer();
      compressed.writeBytes(trailer);
      inflate(inflater, trailer, live);
      assertThat(inflater.finished()).isTrue();
      assertThat(inflater.getRemaining()).isEqualTo(2 * Integer.BYTES);
      inflater.end();
      try (GZIPInputStream in =
          new GZIPInputStream(new ByteArrayInputStream(compressed.toByteArray()))) {
        assertThat(in.readAllBytes()).isEqualTo(plain.toByteArray());
      }
    }
  }

  private static void inflate(Inflater inflater, byte[] part, ByteArrayOutputStream to)
      throws Exception {
    inflater.setInput(part);
    byte[] buffer = new byte[8192];
    int count;
    while ((count = inflater.inflate(buffer)) > 0) {
      to.write(buffer, 0, count);
    }
  }

  @Test
  void checksumsAreCombined() {
    Random random = new Random(1);
    byte[] bytes = new byte[5000];
    random.nextBytes(bytes);
    for (int i = 0; i < 2000; i++) {
      int to = random.nextInt(bytes.length + 1);
      int split = random.nextInt(to + 1);
      assertThat(Crc32.combine(crc(bytes, 0, split), crc(bytes, split, to), to - split))
          .isEqualTo(crc(bytes, 0, to));
    }
  }

  /** The length of the second sequence may exceed 32 bits. */
  @Test
  void checksumsOfLongTextsAreCombined() {
    byte[] zeros = new byte[1 << 20];
    CRC32 all = new CRC32();
    all.update(42);
    int first = (int) all.getValue();
    CRC32 many = new CRC32();
    for (int i = 0; i < 4100; i++) { // beyond 4 GiB
      many.update(zeros);
      all.update(zeros);
    }
    assertThat(Crc32.combine(first, (int) many.getValue(), 4100L << 20))
        .isEqualTo((int) all.getValue());
  }

  private static int crc(byte[] bytes, int from, int to) {
    CRC32 crc = new CRC32();
    crc.update(bytes, from, to - from);
    return (int) crc.getValue();
  }

  @Test
  void incompressibleBytesAreStored() {
    byte[] bytes = new byte[200_000];
    new Random(1).nextBytes(bytes);
    GzipSegment segment = GzipSegments.compress(bytes, 0, bytes.length);
    assertThat(segment.bytes()).hasSize(200_000 + 5 * GzipSegments.STORED_HEAD);
    byte[] zeros = new byte[200_000];
    assertThat(GzipSegments.compress(zeros, 0, zeros.length).bytes()).hasSizeLessThan(2000);
  }

  /** Go's reader delivers what it has decoded at an empty block. */
  @Test
  void partsEndInAnEmptyBlock() {
    byte[] empty = {0, 0, 0, (byte) 0xff, (byte) 0xff};
    byte[] random = new byte[100_000];
    new Random(1).nextBytes(random);
    for (byte[] plain : List.of(new byte[0], new byte[1], new byte[100_000], random)) {
      byte[] segment = GzipSegments.compress(plain, 0, plain.length).bytes();
      // The block's first three bits are in the preceding byte.
      assertThat(segment).endsWith(Arrays.copyOfRange(empty, 1, empty.length));
      assertThat(new GzipMember().stored(plain)).endsWith(empty);
    }
  }

  @Test
  void segmentsDoNotDependOnThoseBefore() {
    byte[] bytes = new byte[10_000];
    Arrays.fill(bytes, (byte) 'a');
    byte[] first = GzipSegments.compress(bytes, 0, bytes.length).bytes();
    GzipSegments.compress(new byte[] {1, 2, 3}, 0, 3);
    assertThat(GzipSegments.compress(bytes, 0, bytes.length).bytes()).isEqualTo(first);
  }
}
