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
 * Entries in the order of a number that their objects hold, and of their keys where it is the same.
 * Reads each object and keeps a reference to each entry, so it is for resources of which there are
 * few: more than {@value #MOST} stay in the order of their keys.
 */
final class RankedEntries implements EntryCursor {

  /** So many are put in order, many times what a cluster has: each stream keeps its own order. */
  static final int MOST = 512;

  /** What reading and decoding an object costs, in units of {@link dev.rheo.cache.Effort}. */
  private static final int READING = 256;

  private final List<Ranked> entries;
  private int next;

  private record Ranked(Entry entry, long rank) {}

  private RankedEntries(List<Ranked> entries) {
    this.entries = entries;
  }

  /**
   * @param rank of an object in its stored version
   * @return null if there are too many
   */
  static @Nullable RankedEntries of(Paced entries, ToLongFunction<JsonNode> rank, FormReader reader)
      throws IOException {
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
    ranked.sort(Comparator.comparingLong(Ranked::rank)); // stable: they came by their keys
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
