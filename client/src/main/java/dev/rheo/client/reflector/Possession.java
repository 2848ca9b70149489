package dev.rheo.client.reflector;

import org.jspecify.annotations.Nullable;

/**
 * What the store has, in the revisions of a server that can send the difference
 * (docs/informer-protocol.md): the state of one revision, and, after initial events that broke off,
 * a newer state up to a key.
 */
final class Possession {
  /** The history to which the numbers belong; null if the server has none to tell. */
  private @Nullable String history;

  private @Nullable String until;
  private long untilRevision;

  /**
   * Whether the store is complete at the reflector's version, which is a revision of the history.
   */
  private boolean complete;

  // The stream that is under way.
  private @Nullable InitialEvents current;
  private @Nullable String lastKey;

  /** What to tell the server; null for nothing. */
  @Nullable Have have(String resourceVersion) {
    String known = history;
    if (known == null || (!complete && until == null)) {
      return null;
    }
    long revision =
        complete && resourceVersion.matches("[1-9][0-9]{0,17}")
            ? Long.parseLong(resourceVersion)
            : 0;
    if (revision == 0 && until == null) {
      return null;
    }
    return new Have(known, revision, until, untilRevision);
  }

  /** Initial events begin. */
  void opened(@Nullable InitialEvents initial) {
    if (initial == null || !initial.history().equals(history)) {
      // Another server, or the same with another past: what the store has is worth nothing to it.
      forget();
    }
    current = initial;
    lastKey = null;
    if (initial != null) {
      history = initial.history();
    }
  }

  /** An initial event has come. */
  void received(String key) {
    lastKey = key;
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

  /** The order of initial events: by namespace, then by name. */
  private static int compare(String one, String other) {
    int slash = one.indexOf('/');
    int otherSlash = other.indexOf('/');
    int namespaces =
        one.substring(0, Math.max(slash, 0)).compareTo(other.substring(0, Math.max(otherSlash, 0)));
    return namespaces != 0
        ? namespaces
        : one.substring(slash + 1).compareTo(other.substring(otherSlash + 1));
  }

  /** Nothing can be told any more. */
  void forget() {
    history = null;
    until = null;
    complete = false;
    current = null;
  }
}
