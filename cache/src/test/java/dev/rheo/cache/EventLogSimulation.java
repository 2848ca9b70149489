package dev.rheo.cache;

import dev.rheo.simulation.BrokenPromise;
import dev.rheo.simulation.Scheduler;
import java.nio.file.Path;

/**
 * One writer appends to an {@link EventLog}, moves its records, trims and takes back what is not
 * published, while readers read without a lock. What a reader finds is right if the event is still
 * there afterwards.
 */
public final class EventLogSimulation implements Scheduler.Body {
  private static final int EVENTS = 1500;
  private static final int READERS = 3;
  private static final int READS = 400;

  /** Added to a place when its record is moved. */
  private static final long MOVED = 1L << 40;

  private final Scheduler scheduler;
  private final EventLog log = new EventLog();
  private volatile long published;
  private volatile long floor;
  private int active = READERS;

  public EventLogSimulation(Scheduler scheduler, Path directory) {
    this.scheduler = scheduler;
  }

  /** Events have revisions 10, 20, 30 and so on, from number 0 on. */
  private static long revision(long number) {
    return 10 * (number + 1);
  }

  private static long place(long number) {
    return 2 * number + 2;
  }

  private int random(int bound) {
    return scheduler.random().nextInt(bound);
  }

  @Override
  public void run() {
    for (int i = 0; i < READERS; i++) {
      scheduler.start("reader", this::read);
    }
    while (log.end() < EVENTS) {
      boolean takenBack = random(8) == 0;
      int batch = 1 + random(40);
      for (int i = 0; i < batch; i++) {
        append(log.end(), takenBack ? 1 : 0);
      }
      if (takenBack) {
        log.truncate(published);
        continue;
      }
      published = log.end();
      if (random(3) == 0 && log.first() < published) {
        log.move(log.first() + random((int) (published - log.first())), this::moved);
      }
      if (random(6) == 0) {
        long number = log.first() + random((int) (published - log.first()) + 1);
        floor = Math.max(floor, revision(number) - 10);
        log.trim(floor, published, (place, bytes) -> {});
      }
      scheduler.sleep(random(100_000));
    }
    boolean ignored = scheduler.await("readers", () -> active == 0, Scheduler.FOREVER);
  }

  /**
   * @param error makes an event wrong that no reader must see
   */
  private void append(long number, int error) {
    long previous = number == 0 ? Place.NONE : place(number - 1);
    long revision = revision(number) + error;
    log.append(revision, place(number) + error, previous, 0, new CacheEvent(revision, null, null));
  }

  private long moved(long place) {
    return place == Place.NONE || place >= MOVED ? place : place + MOVED;
  }

  private void read() {
    for (int i = 0; i < READS; i++) {
      long end = published;
      if (random(3) == 0) {
        locate(end);
      } else {
        long first = log.first();
        if (first < end) {
          examine(first + random((int) (end - first)));
        }
      }
      scheduler.sleep(random(100_000));
    }
    active--;
  }

  private void locate(long end) {
    long position = floor + random(10 * EVENTS);
    long found = log.after(position, end);
    if (position >= floor && found != Math.min(end, position / 10)) {
      throw new BrokenPromise(
          "theNextEventIsFound", "%d after %d, end %d".formatted(found, position, end));
    }
  }

  private void examine(long number) {
    long revision = log.revision(number);
    long place = log.place(number);
    long previous = log.previous(number);
    CacheEvent decoded = log.decoded(number);
    if (number < log.first()) {
      return;
    }
    long before = number == 0 ? Place.NONE : place(number - 1);
    if (revision != revision(number)
        || place % MOVED != place(number)
        || previous % MOVED != before
        || decoded != null && decoded.revision() != revision) {
      throw new BrokenPromise(
          "anEventThatIsKeptIsRight",
          "event %d: revision %d, place %d, previous %d"
              .formatted(number, revision, place, previous));
    }
  }
}
