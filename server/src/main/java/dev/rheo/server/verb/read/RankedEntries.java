package dev.rheo.server.verb.read;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.cache.Entry;
import dev.rheo.cache.EntryCursor;
import dev.rheo.cache.FormReader;
import dev.rheo.codec.io.Meter;
import dev.rheo.codec.json.ObjectDecoder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Entries sorted by a number in their objects, then by key. It reads each object and keeps a
 * reference to each entry, so it is for resources with few objects: more than {@value #MOST}
 * entries stay in key order.
 */
final class RankedEntries implements EntryCursor {

  /** Limit on sorted entries, many times what a cluster has: each stream keeps its own order. */
  static final int MOST = 512;

  /** Effort of reading and decoding an object, in units of {@link dev.rheo.cache.WorkBudget}. */
  private static final int READING = 256;

  private final List<Ranked> entries;
  private int next;

  private record Ranked(Entry entry, long rank) {}

  private RankedEntries(List<Ranked> entries) {
    this.entries = entries;
  }

  /**
   * @param rank the number to sort by, from an object in its stored version
   * @return null if there are too many entries
   */
  static @Nullable RankedEntries of(
      YieldingCursor entries, ToLongFunction<JsonNode> rank, FormReader reader) throws IOException {
    List<Ranked> ranked = new ArrayList<>();
    for (Entry entry = entries.next(); entry != null; entry = entries.next()) {
      if (ranked.size() == MOST) {
        return null;
      }
      long mark = Meter.mark();
      JsonNode object =
          ObjectDecoder.decode(reader.readFully(entry), ObjectDecoder.MAX_DEPTH).tree();
      ranked.add(new Ranked(entry, rank.applyAsLong(object)));
      Meter.release(mark);
      entries.spend(READING);
    }
    ranked.sort(Comparator.comparingLong(Ranked::rank)); // stable: they come in key order
    return new RankedEntries(ranked);
  }

  @Override
  public @Nullable Entry next() {
    Entry entry = peek();
    next++;
    return entry;
  }

  @Override
  public @Nullable Entry peek() {
    return next < entries.size() ? entries.get(next).entry : null;
  }
}
