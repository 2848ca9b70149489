package dev.rheo.server.encoding;

import dev.rheo.cache.FormKind;
import dev.rheo.codec.gzip.GzipSegment;
import dev.rheo.codec.gzip.GzipSegments;
import java.io.IOException;
import java.util.Arrays;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/** A kind of form that is made from a range of an object's JSON. */
final class DerivedKind extends FormKind {

  /** Makes the bytes of a form. */
  interface Maker {
    /**
     * @param json the object, canonical; what precedes {@code from} may be missing
     * @param from offset of the opening quote of the key {@code "metadata"}
     * @param to one past the closing brace of metadata if the form is made from metadata alone,
     *     else one past that of the object
     */
    Bytes make(byte[] json, int from, int to) throws IOException;
  }

  /** A range of an array. */
  record Bytes(byte[] array, int from, int to) {
    static Bytes of(byte[] array) {
      return new Bytes(array, 0, array.length);
    }

    byte[] toArray() {
      return from == 0 && to == array.length ? array : Arrays.copyOfRange(array, from, to);
    }
  }

  private final Maker maker;
  private final boolean metadataOnly;
  private final boolean compressed;

  /**
   * @param base the kind of the JSON to make it from, from the key {@code "metadata"} on; null for
   *     the stored JSON
   * @param metadataOnly whether it is made from metadata alone; it has no base then
   */
  DerivedKind(
      String name, @Nullable FormKind base, Maker maker, boolean metadataOnly, boolean compressed) {
    super(name, base);
    this.maker = maker;
    this.metadataOnly = metadataOnly;
    this.compressed = compressed;
  }

  @Override
  protected Made make(Source source) throws IOException {
    byte[] json = source.json();
    int to = metadataOnly ? source.metadataEnd() : json.length;
    Bytes bytes = maker.make(json, source.metadataOffset(), to);
    if (!compressed && outside() != null) {
      CRC32 checksum = new CRC32();
      checksum.update(bytes.array, bytes.from, bytes.to - bytes.from);
      byte[] form = bytes.toArray();
      return new Made(form, form.length, (int) checksum.getValue());
    }
    if (!compressed) {
      return Made.plain(bytes.toArray());
    }
    GzipSegment segment = GzipSegments.compress(bytes.array, bytes.from, bytes.to);
    return new Made(segment.bytes(), bytes.to - bytes.from, segment.crc32());
  }
}
