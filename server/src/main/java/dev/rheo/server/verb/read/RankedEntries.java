package dev.rheo.server.verb.read;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.rheo.cache.Entry;
import dev.rheo.cache.EntryCursor;
import dev.rheo.cache.FormReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Entries in the order of a number that their objects hold, and of their keys where it is the same.
 * Reads each object and keeps a reference to each entry, so it is for resources of which there are
 * few.
 */
final class RankedEntries implements EntryCursor {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final List<Ranked> entries;
  private int next;

  private record Ranked(Entry entry, long rank) {}

  private RankedEntries(List<Ranked> entries) {
    this.entries = entries;
  }

  /**
   * @param rank of an object in its stored version
   */
  static RankedEntries of(SelectedEntries entries, ToLongFunction<JsonNode> rank, FormReader reader)
      throws IOException {
    List<Ranked> ranked = new ArrayList<>();
    Entry entry = entries.next();
    while (entry != null || entries.paused()) {
      if (entry != null) {
        JsonNode object = MAPPER.readTree(reader.readFully(entry));
        ranked.add(new Ranked(entry, rank.applyAsLong(object)));
      }
      entry = entries.next();
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
