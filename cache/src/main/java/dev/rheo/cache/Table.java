package dev.rheo.cache;

import dev.rheo.codec.json.HeaderScanner;
import dev.rheo.codec.json.SelectableField;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One resource within a generation: its index in progress, and its event log. Only the writer uses
 * it, under the cache's lock; readers see the published trees and log ends.
 */
final class Table {
  final Generation generation;
  final Resource owner;
  final CachedResource resource;
  final HeaderScanner scanner;
  final String[] fieldNames;

  /** Tells its records in the spool from those of other resources and other fields. */
  final int tag;

  final EventLog log = new EventLog();
  EntryTree.Editor editor;

  /** Held while an old state is made: one at a time. */
  final ReentrantLock walking;

  /** Bytes of the current objects' forms; {@code recordBytes} includes their headers. */
  long formBytes;

  long recordBytes;

  /** Events since the current state was last remembered. Used by the follower only. */
  int sinceCheckpoint;

  /** Revision of the state at which the log begins, if that is above the generation's floor. */
  private volatile long floor;

  /** Objects that exist and are shown as absent. Changed under the cache's lock. */
  final UnreadableKeys unreadable = new UnreadableKeys();

  /** Changes when objects appear without an event: readers of events must begin anew. */
  private volatile int epoch;

  /** The resource was removed. Set before the log is trimmed, so readers check it after reading. */
  volatile boolean dropped;

  /**
   * Keys that were deleted while the table is being loaded beside the changes; null once it is
   * loaded.
   */
  private @Nullable Set<String> deleted;

  /** Changes were lost while it was being loaded, so that it must be loaded again. */
  boolean spoiled;

  Table(Generation generation, Resource owner) {
    this.generation = generation;
    this.owner = owner;
    this.resource = owner.resource();
    this.walking = owner.threads().lock();
    // The key already holds these two fields.
    List<SelectableField> fields =
        resource.fields().stream()
            .filter(f -> !f.name().equals("metadata.name"))
            .filter(f -> !f.name().equals("metadata.namespace"))
            .toList();
    this.scanner = HeaderScanner.of(fields);
    this.fieldNames = fields.stream().map(SelectableField::name).toArray(String[]::new);
    this.tag = 31 * resource.keyPrefix().hashCode() + Arrays.hashCode(fieldNames);
    Order[] indexes =
        IntStream.range(0, fieldNames.length)
            .filter(i -> fields.get(i).indexed())
            .mapToObj(i -> Order.byField(fieldNames[i], i))
            .toArray(Order[]::new);
    this.editor = EntryTree.empty(indexes).edit();
  }

  byte[] keyOf(String storeKey) {
    return storeKey.substring(resource.keyPrefix().length()).getBytes(StandardCharsets.UTF_8);
  }

  /** The lowest revision at which its state, and after which its events, are known. */
  long oldest() {
    return Math.max(floor, generation.floor);
  }

  /** From now on changes enter the index but not the log, until {@link #loaded}. */
  void loading() {
    deleted = new HashSet<>();
  }

  boolean isLoading() {
    return deleted != null;
  }

  /** A change of a key, seen while the table is being loaded: what is loaded later is older. */
  void changed(String storeKey, boolean exists) {
    Set<String> keys = deleted;
    if (keys != null) {
      if (exists) {
        keys.remove(storeKey);
      } else {
        keys.add(storeKey);
      }
    }
  }

  /** Whether a key changed since loading began. */
  boolean hasChanged(String storeKey, byte[] key) {
    Set<String> keys = deleted;
    return editor.get(key) != null || keys != null && keys.contains(storeKey);
  }

  int epoch() {
    return epoch;
  }

  /** Objects have appeared without an event. Called under the cache's lock. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // It is under the lock.
  void beginEpoch() {
    epoch++;
  }

  /** Ends loading. The log begins at this revision. */
  void loaded(long revision) {
    deleted = null;
    floor = revision;
  }

  /**
   * A key is shown again that was absent although its object existed. The history before this
   * revision is wrong and forgotten.
   *
   * @return whether the key was absent so
   */
  boolean shownAgain(String storeKey, long revision) {
    boolean again = unreadable.remove(storeKey);
    if (again) {
      floor = Math.max(floor, revision);
    }
    return again;
  }
}
