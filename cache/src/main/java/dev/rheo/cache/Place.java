package dev.rheo.cache;

/** Where a record begins, as one number: segment id and offset. Not 0, which is {@link #NONE}. */
final class Place {
  /** No record. */
  static final long NONE = 0;

  private Place() {}

  static long of(int segment, int offset) {
    return (long) segment << 32 | offset;
  }

  static long of(Entry entry) {
    return of(entry.segment.id, entry.offset - entry.headerLength);
  }

  static int segment(long place) {
    return (int) (place >>> 32);
  }

  static int offset(long place) {
    return (int) place;
  }
}
