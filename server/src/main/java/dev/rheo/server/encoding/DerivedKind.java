package dev.rheo.server.encoding;

import dev.rheo.cache.FormKind;
import dev.rheo.codec.gzip.GzipSegment;
import dev.rheo.codec.gzip.GzipSegments;
import dev.rheo.codec.json.ObjectHeader;
import dev.rheo.resource.type.Conversion;
import dev.rheo.resource.type.ResourceType;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/** A kind of form that is made from the object in the requested API version. */
final class DerivedKind extends FormKind {

  /** Makes the bytes of a form. */
  interface Maker {
    /**
     * @param json the object in the requested API version, canonical
     * @param from offset of the opening quote of the key {@code "metadata"}
     * @param metadataEnd one past the closing brace of metadata
     */
    Bytes make(byte[] json, int from, int metadataEnd) throws IOException;
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

  private final ResourceType type;
  private final Maker maker;
  private final boolean metadataOnly;
  private final boolean compressed;

  /**
   * @param metadataOnly whether it is made from metadata alone, which is the same in all API
   *     versions
   */
  DerivedKind(
      String name, ResourceType type, Maker maker, boolean metadataOnly, boolean compressed) {
    super(compressed ? name + ".gz" : name);
    this.metadataOnly = metadataOnly;
    this.type = type;
    this.maker = maker;
    this.compressed = compressed;
  }

  @Override
  protected Made make(Source source) throws IOException {
    Bytes bytes;
    if (metadataOnly || Conversion.isIdentity(type)) {
      bytes = maker.make(source.json(), source.metadataOffset(), source.metadataEnd());
    } else {
      byte[] json = Conversion.convert(source.json(), type);
      ObjectHeader header = ObjectHeader.scan(json, List.of());
      bytes = maker.make(json, header.metadataOffset(), header.metadataEnd());
    }
    if (!compressed) {
      return Made.plain(bytes.toArray());
    }
    GzipSegment segment = GzipSegments.compress(bytes.array, bytes.from, bytes.to);
    return new Made(segment.bytes(), bytes.to - bytes.from, segment.crc32());
  }
}
