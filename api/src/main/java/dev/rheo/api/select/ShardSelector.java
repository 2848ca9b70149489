package dev.rheo.api.select;

import dev.rheo.api.status.ApiException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Selects the objects of a shard: those for which the {@link ShardHash} of a field lies in one of
 * some ranges (KEP-5866). Immutable.
 *
 * <pre>
 *   shardRange(object.metadata.uid, '0x0000000000000000', '0x4000000000000000') ||
 *   shardRange(object.metadata.uid, '0xc000000000000000', '0x10000000000000000')
 * </pre>
 *
 * An object's uid and namespace never change, so it stays in its shard for its life.
 *
 * @param key the field that is hashed, the same for all ranges
 * @param ranges at least one; they may overlap
 */
public record ShardSelector(Key key, List<Range> ranges) {

  /** The fields that can be hashed. */
  public enum Key {
    UID("object.metadata.uid"),
    NAMESPACE("object.metadata.namespace");

    private final String path;

    Key(String path) {
      this.path = path;
    }

    String path() {
      return path;
    }
  }

  /** Hashes as unsigned numbers, both ends included, as 2^64 does not fit a long. */
  record Range(long first, long last) {
    boolean contains(long hash) {
      return Long.compareUnsigned(hash, first) >= 0 && Long.compareUnsigned(hash, last) <= 0;
    }

    @Override
    public String toString() {
      String end = last == -1 ? "10000000000000000" : HexFormat.of().toHexDigits(last + 1);
      return "'0x" + HexFormat.of().toHexDigits(first) + "', '0x" + end + "'";
    }
  }

  public ShardSelector {
    ranges = List.copyOf(ranges);
  }

  /**
   * @throws ApiException 400 if it is malformed, also if it is blank
   */
  public static ShardSelector parse(String text) {
    return new ShardSelectorParser(text).parse();
  }

  /**
   * @param hash of the value of the {@link #key}
   */
  public boolean matches(long hash) {
    for (Range range : ranges) {
      if (range.contains(hash)) {
        return true;
      }
    }
    return false;
  }

  /** The normal form, which a list tells its client as {@code metadata.shardInfo.selector}. */
  @Override
  public String toString() {
    return ranges.stream()
        .map(range -> "shardRange(" + key.path() + ", " + range + ")")
        .collect(Collectors.joining(" || "));
  }
}
