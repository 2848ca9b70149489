package dev.rheo.cache;

import org.jspecify.annotations.Nullable;

/** The state of a resource at one revision: immutable and shared. Taking one copies nothing. */
public interface Snapshot {
  /** The snapshot contains every change up to this revision and none after it. */
  long revision();

  int size();

  /** How many keys begin with the prefix, in O(log n). */
  int size(String keyPrefix);

  @Nullable Entry get(String key);

  /** How many keys are lower than this one, in O(log n). */
  int rank(String key);

  /**
   * The entry with this rank, the number of lower keys, in O(log n).
   *
   * @param rank 0 to {@code size() - 1}
   */
  Entry at(int rank);

  /**
   * The entries whose keys begin with the prefix, in the order of the keys' UTF-8 bytes.
   *
   * @param keyPrefix {@code "namespace/"}, or {@code ""} for all
   * @param startAt the first key to return, or the next higher one if it does not exist; null to
   *     begin at the prefix
   */
  EntryCursor entries(String keyPrefix, @Nullable String startAt);

  /**
   * The entries in the scope, in key order. Where no index is narrow enough, others come with them,
   * for the caller to filter:
   *
   * <ul>
   *   <li>by namespace, by the key of one object, or by a field with an index: no others;
   *   <li>by name in all namespaces: at most two others in each namespace;
   *   <li>by a field without an index: all of the namespace.
   * </ul>
   *
   * <p>The first entry is found in O(log n), each further one in O(1); by name in all namespaces
   * each is found in O(log n).
   *
   * @param startAt as for {@link #entries(String, String)}
   */
  EntryCursor entries(Scope scope, @Nullable String startAt);
}
