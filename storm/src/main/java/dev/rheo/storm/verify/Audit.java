package dev.rheo.storm.verify;

import dev.rheo.storm.result.Failure.Kind;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Checks what one reader receives against what was written, for any format:
 *
 * <ul>
 *   <li>initially each object comes once, in order of names, with a content that was written to it
 *       and a revision (resourceVersion);
 *   <li>the end of the initial objects (of the list, or the bookmark) has a revision that is at
 *       least as new as the latest write acknowledged before the reader began, and as any of the
 *       objects;
 *   <li>then come changes with ascending revisions; at the end, {@link #settle} compares them with
 *       all writes, and the initial objects with the state at their revision.
 * </ul>
 *
 * <p>Objects in the namespace whose names lack the storm's prefix are skipped and counted: a
 * cluster's controllers create some in every namespace.
 *
 * <p>Not thread-safe.
 */
public final class Audit {
  /**
   * Most changes among the initial events that are kept for {@link #settle}. With more, it does not
   * compare the initial objects.
   */
  private static final int MAX_EARLY = 1024;

  /** The types of watch events; {@link #ERROR} carries a Status. */
  enum Type {
    ADDED,
    MODIFIED,
    DELETED,
    BOOKMARK,
    ERROR;

    private static final Type[] ALL = values();

    /** Returns the type with this name, or null if there is none. */
    static @Nullable Type of(byte[] name, int length) {
      String text = new String(name, 0, length, StandardCharsets.ISO_8859_1);
      for (Type type : ALL) {
        if (type.name().equals(text)) {
          return type;
        }
      }
      return null;
    }
  }

  private final Ledger ledger;
  private final String namespace;
  private final long floor;

  private int next;
  private @Nullable BitSet missing;
  private volatile int objects;
  private long newest;
  private long listRevision = Seen.NONE;
  private long syncRevision = Seen.NONE;
  private long stateDigest;

  private int early;
  private int @Nullable [] earlyObjects;
  private long @Nullable [] earlyRevisions;

  private volatile long revision = Seen.NONE;
  private volatile int changes;
  private volatile int foreign;
  private long changesDigest;

  /**
   * @param floor lowest acceptable revision of the initial objects' end
   */
  public Audit(Ledger ledger, String namespace, long floor) {
    this.ledger = ledger;
    this.namespace = namespace;
    this.floor = floor;
  }

  /** Returns whether all initial objects and a valid end of them have arrived. */
  public boolean synced() {
    return syncRevision != Seen.NONE;
  }

  /** Returns the number of initial objects so far. May be called from any thread. */
  public int objects() {
    return objects;
  }

  /**
   * Returns the number of changes after the initial objects so far. May be called from any thread.
   */
  public int changes() {
    return changes;
  }

  /** Returns the number of skipped objects and events of others. May be called from any thread. */
  public int foreign() {
    return foreign;
  }

  /**
   * Returns the last revision reached, from which a watch resumes. May be called from any thread.
   */
  public long revision() {
    return revision;
  }

  /** Returns an empty accumulator for the objects of a stream. */
  Seen seen() {
    return new Seen(ledger.set(), namespace);
  }

  void listRevision(long revision) {
    listRevision = revision;
  }

  /** Checks an item of a list or a synthetic event of a watch list. */
  void initial(Seen seen) throws VerificationException {
    if (seen.isForeign()) {
      foreign = foreign + 1;
      return;
    }
    check(seen);
    int index = seen.index();
    if (index < next) {
      boolean late = missing != null && missing.get(index);
      throw late
          ? new VerificationException(
              Kind.ORDER, seen.key(), "comes after " + ObjectSet.name(next - 1))
          : new VerificationException(Kind.DUPLICATE, seen.key(), "comes a second time");
    }
    if (index > next) {
      if (missing == null) {
        missing = new BitSet();
      }
      missing.set(next, index);
    }
    next = index + 1;
    objects = objects + 1;
    newest = Math.max(newest, seen.revision());
    stateDigest ^= History.digest(index, seen.revision());
  }

  void listEnd() throws VerificationException {
    end(listRevision, "the list");
  }

  void event(Type type, Seen seen) throws VerificationException {
    if (seen.isForeign()) {
      foreign = foreign + 1;
      return;
    }
    switch (type) {
      case BOOKMARK -> bookmark(seen);
      case ADDED -> {
        if (synced()) {
          throw new VerificationException(
              Kind.UNEXPECTED, seen.key(), "is ADDED after the initial events");
        }
        initial(seen);
      }
      case MODIFIED -> change(seen);
      case DELETED ->
          throw new VerificationException(Kind.UNEXPECTED, seen.key(), "is DELETED by nobody");
      case ERROR ->
          throw new VerificationException(
              Kind.STATUS, position(), "the watch was ended: " + seen.message());
    }
  }

  private void bookmark(Seen seen) throws VerificationException {
    if (!synced() && seen.endsInitialEvents()) {
      end(seen.revision(), "the bookmark");
      return;
    }
    requireRevision(seen, "a bookmark");
    if (synced() && seen.revision() < revision) {
      throw new VerificationException(
          Kind.REVISION,
          position(),
          "a bookmark of revision %d after %d".formatted(seen.revision(), revision));
    }
    revision = Math.max(revision, seen.revision());
  }

  private void end(long endRevision, String what) throws VerificationException {
    BitSet gaps = missing == null ? new BitSet() : missing;
    gaps.set(next, ledger.set().count());
    if (!gaps.isEmpty()) {
      int first = gaps.nextSetBit(0);
      int count = gaps.cardinality();
      throw new VerificationException(
          Kind.MISSING,
          namespace + "/" + ObjectSet.name(first),
          count == 1 ? "was not sent" : "was not sent, nor were %d others".formatted(count - 1));
    }
    missing = null;
    if (endRevision < 0) {
      throw new VerificationException(
          Kind.REVISION, position(), what + " has no usable resourceVersion");
    }
    long least = Math.max(floor, newest);
    if (endRevision < least) {
      throw new VerificationException(
          Kind.REVISION,
          position(),
          "%s has revision %d, older than %d, which %s"
              .formatted(
                  what,
                  endRevision,
                  least,
                  least == newest ? "an object in it has" : "was written before it was asked for"));
    }
    syncRevision = endRevision;
    revision = endRevision;
  }

  private void change(Seen seen) throws VerificationException {
    check(seen);
    if (!synced()) {
      // KEP-3157 (2b) permits changes among the initial events.
      if (seen.revision() <= floor) {
        throw new VerificationException(
            Kind.REVISION, seen.key(), "a change of old revision " + seen.revision());
      }
      newest = Math.max(newest, seen.revision());
      remember(seen);
      return;
    }
    if (seen.revision() <= revision) {
      throw new VerificationException(
          Kind.REVISION,
          seen.key(),
          "a change of revision %d after %d".formatted(seen.revision(), revision));
    }
    revision = seen.revision();
    changesDigest ^= History.digest(seen.index(), seen.revision());
    changes = changes + 1;
  }

  private void remember(Seen seen) {
    int[] which = earlyObjects == null ? new int[MAX_EARLY] : earlyObjects;
    long[] when = earlyRevisions == null ? new long[MAX_EARLY] : earlyRevisions;
    if (early < MAX_EARLY) {
      which[early] = seen.index();
      when[early] = seen.revision();
    }
    early++;
    earlyObjects = which;
    earlyRevisions = when;
  }

  private void check(Seen seen) throws VerificationException {
    if (!seen.named()) {
      throw new VerificationException(Kind.MALFORMED, position(), "an object without a name");
    }
    if (!seen.inOwnNamespace() || seen.index() < 0) {
      throw new VerificationException(Kind.UNEXPECTED, seen.key(), "was not created by this storm");
    }
    requireRevision(seen, "it");
    if (!seen.hasPayload()) {
      throw new VerificationException(Kind.CONTENT, seen.key(), "has no data." + ObjectSet.KEY);
    }
    if (!ledger.knows(seen.index(), seen.hash())) {
      throw new VerificationException(
          Kind.CONTENT,
          seen.key(),
          "its data (%d bytes) is not what was written".formatted(seen.payloadLength()));
    }
  }

  private void requireRevision(Seen seen, String what) throws VerificationException {
    if (seen.revision() < 0) {
      throw new VerificationException(
          Kind.REVISION,
          seen.named() ? seen.key() : position(),
          what
              + (seen.revision() == Seen.UNREADABLE
                  ? " has a resourceVersion that is no number"
                  : " has no resourceVersion"));
    }
  }

  /** Returns whether as many changes have arrived as were made. If not, some may be in flight. */
  public boolean caughtUp(History history) {
    return synced() && changes >= history.changesAfter(syncRevision);
  }

  /**
   * Compares what has arrived with all writes, after the last of them.
   *
   * @throws VerificationException if the initial objects were not the state at the revision of
   *     their end, or if the changes after it were not exactly those that were made
   */
  public void settle(History history) throws VerificationException {
    int expected = history.changesAfter(syncRevision);
    if (changes != expected || changesDigest != history.digestAfter(syncRevision)) {
      throw new VerificationException(
          changes < expected ? Kind.MISSING : Kind.UNEXPECTED,
          position(),
          "%d changes came after revision %d where %d were made"
              .formatted(changes, syncRevision, expected));
    }
    if (early <= MAX_EARLY && digestOfInitial(history) != history.stateAt(syncRevision)) {
      throw new VerificationException(
          Kind.CONTENT,
          position(),
          "the initial objects are not those of revision " + syncRevision);
    }
  }

  /**
   * Compares what an informer keeps with the state that its stream led to.
   *
   * @param keys the keys in its store
   * @param versions the version of each
   * @param history all writes, or null if the state after the initial objects is not known
   */
  public void checkStore(
      Iterable<String> keys, UnaryOperator<@Nullable String> versions, @Nullable History history)
      throws VerificationException {
    int kept = 0;
    long digest = 0;
    for (String key : keys) {
      byte[] name = key.substring(key.indexOf('/') + 1).getBytes(StandardCharsets.UTF_8);
      int index = ledger.set().index(name, name.length);
      if (index >= 0) {
        byte[] version = String.valueOf(versions.apply(key)).getBytes(StandardCharsets.UTF_8);
        digest ^= History.digest(index, Seen.number(version, version.length));
        kept++;
      }
    }
    if (kept != ledger.set().count()) {
      throw new VerificationException(
          Kind.MISSING,
          position(),
          "the informer keeps %d objects of %d".formatted(kept, ledger.set().count()));
    }
    boolean known = history != null || changes == 0 && early == 0;
    long expected = history == null ? stateDigest : history.stateAt(Long.MAX_VALUE);
    if (known && digest != expected) {
      throw new VerificationException(
          Kind.CONTENT, position(), "the informer keeps other versions than it was sent");
    }
  }

  private long digestOfInitial(History history) {
    long digest = stateDigest;
    if (earlyObjects != null && earlyRevisions != null) {
      for (int i = 0; i < early; i++) {
        int object = earlyObjects[i];
        digest ^= History.digest(object, history.before(object, earlyRevisions[i]));
        digest ^= History.digest(object, earlyRevisions[i]);
      }
    }
    return digest;
  }

  /** Returns the fault of a watch that ended regularly before its initial events did. */
  VerificationException endedEarly() {
    return next == ledger.set().count() && missing == null
        ? new VerificationException(
            Kind.BOOKMARK, position(), "the watch ended without the bookmark")
        : new VerificationException(Kind.TRUNCATED, position(), "the watch ended");
  }

  /** Describes the last position reached. */
  public String position() {
    if (synced()) {
      return "revision " + revision;
    }
    return next == 0
        ? "the start"
        : "%s/%s (%d of %d objects)"
            .formatted(namespace, ObjectSet.name(next - 1), objects, ledger.set().count());
  }
}
