package dev.rheo.cache;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds the event for a number of the log, either kept decoded or decoded from the spool. */
final class EventDecoder {
  /** Bytes read for a header outside the window; a whole window if records are read in sequence. */
  private static final int AHEAD = 4096;

  private final Spool spool;
  private final Loaders loaders;

  /** The event is no longer in the log. */
  static final class ForgottenException extends Exception {
    private static final long serialVersionUID = 1L;

    ForgottenException() {
      super(null, null, false, false);
    }
  }

  EventDecoder(Spool spool, Loaders loaders) {
    this.spool = spool;
    this.loaders = loaders;
  }

  /**
   * @return null if that would block and {@code mayBlock} is false
   */
  @Nullable CacheEvent event(Table table, long number, boolean mayBlock)
      throws IOException, ForgottenException {
    if (!mayBlock || !Thread.currentThread().isVirtual()) {
      return decode(table, number, mayBlock);
    }
    CacheEvent event = decode(table, number, false);
    if (event != null) {
      return event;
    }
    Optional<CacheEvent> read =
        loaders.call(
            () -> {
              try {
                return Optional.ofNullable(decode(table, number, true));
              } catch (ForgottenException e) {
                return Optional.empty();
              }
            });
    return read.orElseThrow(ForgottenException::new);
  }

  private @Nullable CacheEvent decode(Table table, long number, boolean mayBlock)
      throws IOException, ForgottenException {
    EventLog log = table.log;
    CacheEvent event = log.decoded(number);
    if (event == null) {
      Entry current = null;
      Entry previous = null;
      if (log.place(number) != Place.NONE) {
        current = entry(table, number, true, mayBlock);
        if (current == null) {
          return null;
        }
      }
      if (log.previous(number) != Place.NONE) {
        previous = entry(table, number, false, mayBlock);
        if (previous == null) {
          return null;
        }
      }
      event = new CacheEvent(log.revision(number), current, previous);
    }
    if (number < log.first()) {
      throw new ForgottenException();
    }
    return event;
  }

  private @Nullable Entry entry(Table table, long number, boolean current, boolean mayBlock)
      throws IOException, ForgottenException {
    RecordPlace found = find(table.log, number, current);
    ReadAheadBuffer window = ReadAheadBuffer.acquire(found.segment);
    try {
      int ahead = window.end() == found.offset ? ReadAheadBuffer.BYTES : AHEAD;
      ByteBuffer header = window.header(found.segment, found.offset, ahead, mayBlock);
      return header == null
          ? null
          : SpoolRecord.decode(header, found.segment, found.offset, table.fieldNames);
    } finally {
      window.release();
    }
  }

  private record RecordPlace(Segment segment, int offset) {}

  /** Locates a version's record, which cleaning may be moving. */
  private RecordPlace find(EventLog log, long number, boolean current) throws ForgottenException {
    long place = Place.NONE;
    while (true) {
      long before = place;
      place = current ? log.place(number) : log.previous(number);
      Segment segment = spool.segment(Place.segment(place));
      if (segment != null) {
        return new RecordPlace(segment, Place.offset(place));
      }
      if (place == before || number < log.first()) {
        // Cleaning enters the new place of a record before it unlinks the old segment.
        throw new ForgottenException();
      }
    }
  }

  /** Loads what {@link #event} needs into memory, then runs {@code whenLoaded}. */
  Loaders.Pending load(Table table, long number, Runnable whenLoaded) {
    EventLog log = table.log;
    return loaders.load(
        () -> {
          try {
            if (log.previous(number) != Place.NONE) {
              touch(find(log, number, false));
            }
            if (log.place(number) != Place.NONE) {
              touch(find(log, number, true));
            }
          } catch (ForgottenException e) {
            // The reader's next attempt finds the same.
          }
        },
        whenLoaded);
  }

  private static void touch(RecordPlace found) throws IOException {
    Loaders.touch(found.segment, found.offset);
  }
}
