package dev.rheo.client.reflector;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What the store has, in the revisions of a server that can send the difference
 * (docs/informer-protocol.md): the state of one revision, and, after initial events that broke off,
 * a newer state up to a key.
 */
final class Possession {
  /** The history to which the numbers belong; null if the server has none to tell. */
  private @Nullable String history;

  /** Whether the server has ever told of a history. */
  private boolean toldHistory;

  private @Nullable String until;
  private long untilRevision;

  /**
   * Whether the store is complete at the reflector's version, which is a revision of the history.
   */
  private boolean complete;

  // The stream that is under way.
  private @Nullable InitialEvents current;
  private @Nullable String lastKey;

  /**
   * What to tell the server; null for nothing.
   *
   * @param resourceVersion the version up to which the store has the changes
   * @param whole whether it has all of that version's own. One write can change several objects,
   *     and the stream may have broken off between them
   */
  @Nullable Have have(String resourceVersion, boolean whole) {
    String known = history;
    if (known == null || (!complete && until == null)) {
      return null;
    }
    long revision = 0;
    if (complete && resourceVersion.matches("[1-9][0-9]{0,17}")) {
      revision = Long.parseLong(resourceVersion) - (whole ? 0 : 1);
    }
    if (revision == 0 && until == null) {
      return null;
    }
    return new Have(known, revision, until, untilRevision);
  }

  /** Whether one write of this server can change several objects, which upstream's never do. */
  boolean writesSeveral() {
    return toldHistory;
  }

  /** Initial events begin. */
  void opened(@Nullable InitialEvents initial) {
    if (initial == null || !initial.difference() || !initial.history().equals(history)) {
      // Another server, or another past, or a state that is older than what was told: everything
      // comes, and may bring what is
      // here to an older version.
      forget();
    }
    current = initial;
    lastKey = null;
    if (initial != null) {
      toldHistory = true;
      history = initial.history();
    }
  }

  /** An object has come, or was told to be unchanged. */
  void received(String key) {
    String last = lastKey;
    if (last == null || compare(key, last) > 0) {
      lastKey = key;
    }
  }

  /** All initial events have come. */
  void complete() {
    complete = current != null;
    until = null;
    current = null;
  }

  /**
   * The initial events broke off.
   *
   * @return whether the next stream will need less
   */
  boolean broke() {
    InitialEvents initial = current;
    String key = lastKey;
    current = null;
    if (initial == null || key == null) {
      return false;
    }
    String before = until;
    if (before != null && compare(key, before) <= 0) {
      // Both are true; the one that goes further saves more.
      return false;
    }
    until = key;
    untilRevision = initial.revision();
    return true;
  }

  /** The order of initial events: that of the keys' bytes. */
  private static int compare(String one, String other) {
    return Arrays.compareUnsigned(
        one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
  }

  /** Nothing can be told any more. */
  void forget() {
    history = null;
    until = null;
    complete = false;
    current = null;
  }
}
