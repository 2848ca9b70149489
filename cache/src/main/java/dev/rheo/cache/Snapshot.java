package dev.rheo.cache;

import org.jspecify.annotations.Nullable;

/** The state of a resource at one revision: immutable, shared, held at no cost. */
public interface Snapshot {
  /** Every change up to here is in it and none above. */
  long revision();

  int size();

  /** How many keys begin with the prefix, in O(log n). */
  int size(String keyPrefix);

  @Nullable Entry get(String key);

  /** How many keys are lower than this one, in O(log n). */
  int rank(String key);

  /**
   * The entry below whose key there are so many others, in O(log n).
   *
   * @param rank 0 to {@code size() - 1}
   */
  Entry at(int rank);

  /**
   * The entries whose keys begin with the prefix, in the order of the keys' UTF-8 bytes.
   *
   * @param keyPrefix {@code "namespace/"}, or {@code ""} for all
   * @param startAt the first key to return if it exists (else the next one); null to begin at the
   *     prefix
   */
  EntryCursor entries(String keyPrefix, @Nullable String startAt);
}
