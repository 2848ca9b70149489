package dev.rheo.client.reflector;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * The numbers of a reflector. The defaults are those of client-go 1.36 where it has them.
 *
 * @param watchList whether watch lists are tried (feature gate {@code WatchListClient})
 * @param minWatchTimeout the least {@code timeoutSeconds} of a watch; the value is drawn between
 *     this and the next
 * @param maxWatchTimeout the most
 * @param initialSilence after how long without an event before the end bookmark a watch list counts
 *     as hanging
 * @param incompleteTries after how many watch lists in a row that hung, ended or broke off without
 *     progress before their end bookmark a list is made instead
 * @param refusedFor for how long a server that does not do watch lists is asked for lists instead
 * @param answerTimeout how long to wait for the header of an answer; above the minute for which a
 *     server may queue
 * @param pageSize the limit of a page where a list is read in pages
 * @param backoffFirst the first pause after a failure, before jitter
 * @param backoffMost the longest pause, before jitter
 * @param backoffReset after how long without a failure the pauses begin small again
 * @param objectLimit the most bytes of one object
 */
public record ReflectorSettings(
    boolean watchList,
    Duration minWatchTimeout,
    Duration maxWatchTimeout,
    Duration initialSilence,
    int incompleteTries,
    Duration refusedFor,
    Duration answerTimeout,
    int pageSize,
    Duration backoffFirst,
    Duration backoffMost,
    Duration backoffReset,
    int objectLimit) {

  /** The defaults. */
  public static ReflectorSettings defaults() {
    return new ReflectorSettings(
        true,
        Duration.ofMinutes(5),
        Duration.ofMinutes(10),
        Duration.ofSeconds(10),
        2,
        Duration.ofMinutes(10),
        Duration.ofSeconds(75),
        500,
        Duration.ofMillis(800),
        Duration.ofSeconds(30),
        Duration.ofMinutes(2),
        64 << 20);
  }

  /** These settings with watch lists on or off. */
  public ReflectorSettings withWatchList(boolean on) {
    return changed(draft -> draft.watchList = on);
  }

  /** These settings with other bounds for {@code timeoutSeconds}. */
  public ReflectorSettings withWatchTimeout(Duration min, Duration max) {
    return changed(
        draft -> {
          draft.minWatchTimeout = min;
          draft.maxWatchTimeout = max;
        });
  }

  /**
   * These settings with another bound for silence in initial events, and another number of tries.
   */
  public ReflectorSettings withInitialSilence(Duration silence, int tries) {
    return changed(
        draft -> {
          draft.initialSilence = silence;
          draft.incompleteTries = tries;
        });
  }

  /** These settings with another time for which a refusal of watch lists is remembered. */
  public ReflectorSettings withRefusedFor(Duration time) {
    return changed(draft -> draft.refusedFor = time);
  }

  /** These settings with other pauses after failures. */
  public ReflectorSettings withBackoff(Duration first, Duration most) {
    return changed(
        draft -> {
          draft.backoffFirst = first;
          draft.backoffMost = most;
        });
  }

  /** These settings with another limit of a page. */
  public ReflectorSettings withPageSize(int size) {
    return changed(draft -> draft.pageSize = size);
  }

  /** These settings with another bound for the bytes of one object. */
  public ReflectorSettings withObjectLimit(int bytes) {
    return changed(draft -> draft.objectLimit = bytes);
  }

  private ReflectorSettings changed(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.settings();
  }

  /** Settings that are being changed: those that somebody can choose. */
  private static final class Draft {
    private final ReflectorSettings before;
    private boolean watchList;
    private Duration minWatchTimeout;
    private Duration maxWatchTimeout;
    private Duration initialSilence;
    private int incompleteTries;
    private Duration refusedFor;
    private int pageSize;
    private Duration backoffFirst;
    private Duration backoffMost;
    private int objectLimit;

    Draft(ReflectorSettings before) {
      this.before = before;
      watchList = before.watchList;
      minWatchTimeout = before.minWatchTimeout;
      maxWatchTimeout = before.maxWatchTimeout;
      initialSilence = before.initialSilence;
      incompleteTries = before.incompleteTries;
      refusedFor = before.refusedFor;
      pageSize = before.pageSize;
      backoffFirst = before.backoffFirst;
      backoffMost = before.backoffMost;
      objectLimit = before.objectLimit;
    }

    ReflectorSettings settings() {
      return new ReflectorSettings(
          watchList,
          minWatchTimeout,
          maxWatchTimeout,
          initialSilence,
          incompleteTries,
          refusedFor,
          before.answerTimeout,
          pageSize,
          backoffFirst,
          backoffMost,
          before.backoffReset,
          objectLimit);
    }
  }
}
