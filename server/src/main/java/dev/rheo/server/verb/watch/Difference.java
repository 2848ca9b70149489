package dev.rheo.server.verb.watch;

import dev.rheo.api.options.EscapedKey;
import dev.rheo.api.options.HeldState;
import dev.rheo.cache.Entry;
import dev.rheo.cache.EntryCursor;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The difference between a state and what a client holds. The revisions in the index decide, so
 * nothing is read of an object that has not changed:
 *
 * <pre>
 *   held: until b the state at 9, beyond it that at 5
 *   state   a@8   b@10   c@4   d@7
 *   sent          b@10         d@7
 *   named   a            c
 * </pre>
 *
 * An object that the client holds and that is neither sent nor named is gone.
 *
 * <p>Immutable.
 */
public final class Difference {
  private final long revision;
  private final byte @Nullable [] until;
  private final long untilRevision;

  public Difference(HeldState held) {
    String key = held.until();
    this.revision = held.revision();
    this.until = key == null ? null : key.getBytes(StandardCharsets.UTF_8);
    this.untilRevision = held.untilRevision();
  }

  /** Whether the client holds this version of the object. */
  public boolean isHeld(Entry entry) {
    byte[] last = until;
    boolean beyond = last == null || entry.isAfter(last);
    return entry.revision() <= (beyond ? revision : untilRevision);
  }

  /** For a watch that sends the difference. */
  Unchanged unchanged() {
    return new Unchanged();
  }

  /** The entries that the client does not hold. */
  public EntryCursor changed(EntryCursor entries) {
    return new Changed(entries);
  }

  private final class Changed implements EntryCursor {
    private final EntryCursor entries;

    private Changed(EntryCursor entries) {
      this.entries = entries;
    }

    @Override
    public @Nullable Entry next() {
      peek();
      return entries.next();
    }

    @Override
    public @Nullable Entry peek() {
      Entry entry = entries.peek();
      while (entry != null && isHeld(entry)) {
        entries.next();
        entry = entries.peek();
      }
      return entry;
    }
  }

  /**
   * The keys of unchanged objects that a watch has not named yet. Belongs to one watch; holds some
   * {@link #ENOUGH} bytes at most.
   */
  final class Unchanged {
    /** Keys are named once they have this many bytes, so that few bookmarks are needed. */
    static final int ENOUGH = 4096;

    private StringBuilder keys = new StringBuilder();
    private int count;

    /** Adds an object that the client holds; false if it does not. */
    boolean takes(Entry entry) {
      if (!isHeld(entry)) {
        return false;
      }
      if (count++ > 0) {
        keys.append(' ');
      }
      keys.append(EscapedKey.of(entry.key()));
      return true;
    }

    boolean isEmpty() {
      return count == 0;
    }

    boolean isFull() {
      return keys.length() >= ENOUGH;
    }

    int count() {
      return count;
    }

    /** The keys so far, separated by spaces; none are left. */
    String take() {
      String taken = keys.toString();
      keys = new StringBuilder();
      count = 0;
      return taken;
    }
  }
}
