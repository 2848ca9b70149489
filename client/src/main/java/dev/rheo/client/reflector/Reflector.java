package dev.rheo.client.reflector;

import static dev.rheo.client.reflector.ReflectorState.BACKOFF;
import static dev.rheo.client.reflector.ReflectorState.LIST;
import static dev.rheo.client.reflector.ReflectorState.STOPPED;
import static dev.rheo.client.reflector.ReflectorState.SYNCED;
import static dev.rheo.client.reflector.ReflectorState.WATCH;
import static dev.rheo.client.reflector.ReflectorState.WATCH_LIST;

import dev.rheo.client.reflector.Query.Kind;
import dev.rheo.client.wire.Bookmark;
import dev.rheo.client.wire.EventType;
import dev.rheo.client.wire.Refusal;
import java.time.Duration;
import java.util.Set;
import java.util.function.IntSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Decides what an informer asks of the server, and what an event means. It knows no transport, no
 * clock and no store: it is told what happened and when, and says what to do.
 *
 * <p>Its caller asks {@link #next} what to do. For an {@link Step.Ask} it sends the request, tells
 * {@link #opened} and then each event ({@link #event}, {@link #bookmark}) or the end of each page
 * ({@link #pageEnded}), does with the store what these return, and tells how the request ended
 * ({@link #ended}).
 *
 * <pre>
 *   state       what happens                                next state
 *   WATCH_LIST  an object                                   WATCH_LIST   put or delete it, mark it
 *               a bookmark without the annotation           WATCH_LIST
 *               the end bookmark                            SYNCED       sweep; the version is the bookmark's
 *               410, or the version is too large            WATCH_LIST   asking for the most recent state
 *               429, connection refused                     BACKOFF, WATCH_LIST
 *               another refusal                             LIST         remembered for the server if the list succeeds
 *               end, break or silence, first time           BACKOFF, WATCH_LIST
 *               the same again, without progress            BACKOFF, LIST   remembered for the server, unless it broke
 *               the server is known to refuse               LIST
 *   LIST        a page that has a successor                 LIST
 *               the last page                               WATCH        sweep; the version is the list's
 *               410 on a later page                         LIST         once more, in one piece
 *               410, or the version is too large            LIST         asking for the most recent state
 *               429, connection refused                     BACKOFF, LIST   the same page
 *               a break, up to twice                        BACKOFF, LIST   the same page
 *               anything else                               BACKOFF, WATCH_LIST
 *   SYNCED,     an object or a bookmark                     the same     the version is the event's
 *   WATCH       410, or the version is too large            WATCH_LIST   after a pause if it was so lately
 *               end or break of a stream that lived         WATCH
 *               end of a stream at once and silent          BACKOFF, WATCH; the third time in a row WATCH_LIST
 *               429, connection refused, no answer          BACKOFF, WATCH
 *               anything else                               BACKOFF, WATCH_LIST
 *   any         {@link #stop}                                      STOPPED
 * </pre>
 *
 * <p>Rules that the table follows: the version from which a watch goes on is set by a bookmark, a
 * list, or a live event, never by an initial event, since these are not in the order of versions. A
 * stream whose initial events broke off is never continued by a watch. After such a break the most
 * recent state is asked for, so that no object goes back to an older version. No state can be held
 * for ever by a server that is silent.
 *
 * <p>Source: client-go 1.36 {@code tools/cache/reflector.go}, KEP-3157; where this differs, the
 * server cannot make it hang (kubernetes/kubernetes#140890), and no second copy of the resource is
 * made (#139117). Not safe for use by many threads, except for {@link #state()}, {@link
 * #resourceVersion()} and {@link #lastFault()}.
 */
public final class Reflector {
  /** A stream that ends earlier, without an event, says nothing good of the server. */
  private static final long SHORT_WATCH = Duration.ofSeconds(1).toNanos();

  private static final int SHORT_WATCHES = 3;
  private static final int PAGE_TRIES = 3;

  /** How much later than asked for the server may end a watch. */
  public static final Duration LATE = Duration.ofSeconds(30);

  /**
   * A server that sends bookmarks sends one a minute; after this time without one the connection is
   * dead.
   */
  private static final Duration MISSED_BOOKMARKS = Duration.ofMinutes(3);

  /** Refusals that say that the server does not know the parameters of a watch list. */
  private static final Set<Integer> NOT_UNDERSTOOD = Set.of(400, 405, 406, 415, 422, 501);

  private final ReflectorSettings settings;
  private final ServerMemory server;
  private final RandomGenerator random;
  private final Backoff backoff;
  private final IntSupplier rounds;

  private volatile ReflectorState state = WATCH_LIST;
  private ReflectorState afterPause = WATCH_LIST;
  private Duration pause = Duration.ZERO;

  /** Whether the pause of this state has been asked for: the state lasts until it is over. */
  private boolean paused;

  private volatile @Nullable String lastFault;

  /**
   * The store has all changes up to this version; empty before it is complete for the first time.
   */
  private volatile String resourceVersion = "";

  /** Whether a bookmark or a list has set the version, so that nothing of it is still to come. */
  private boolean whole;

  /**
   * The version cannot be asked for: it is gone or unknown, or initial events beyond it are in the
   * store.
   */
  private boolean mostRecent;

  private int round;
  private int incomplete;
  private boolean suspect;
  private int shortWatches;
  private long expiredAt;
  private boolean expiredOnce;

  // The request that is under way.
  private @Nullable Query asked;
  private long askedAt;
  private long events;
  private boolean bookmarks;
  private boolean answered;

  // A list that is read in pages.
  private String continueToken = "";
  private int brokenPages;
  private boolean inOnePiece;
  private boolean pagesHonoured;

  private final Possession possession = new Possession();

  /**
   * @param server what is known of the server, shared by its informers
   * @param random draws timeouts and jitter
   * @param rounds numbers the rounds of listing; a number never comes twice for one store
   */
  public Reflector(
      ReflectorSettings settings, ServerMemory server, RandomGenerator random, IntSupplier rounds) {
    this.rounds = rounds;
    this.settings = settings;
    this.server = server;
    this.random = random;
    this.backoff = new Backoff(settings, random);
  }

  /** Where the reflector is. */
  public ReflectorState state() {
    return state;
  }

  /** The version up to which the store has all changes; empty before it was complete. */
  public String resourceVersion() {
    return resourceVersion;
  }

  /** What failed last, in one line; null if nothing has failed since the last success. */
  public @Nullable String lastFault() {
    return lastFault;
  }

  /** The number of the round of listing that is under way, or that was the last. */
  public int round() {
    return round;
  }

  /** What to do next. */
  public Step next(long now) {
    if (state == BACKOFF) {
      paused = !paused;
      if (paused) {
        return new Step.Pause(pause);
      }
      state = afterPause;
    }
    if (state == WATCH_LIST && !(settings.watchList() && server.triesWatchList(now))) {
      beginList();
    }
    if (state == STOPPED) {
      return new Step.Stop();
    }
    Query query =
        switch (state) {
          case WATCH_LIST -> {
            round = rounds.getAsInt();
            yield new Query(
                Kind.WATCH_LIST,
                mostRecent ? "" : resourceVersion,
                timeout(),
                0,
                "",
                possession.have(resourceVersion, whole));
          }
          case LIST -> page();
          default -> {
            state = WATCH;
            yield new Query(Kind.WATCH, watchFrom(), timeout(), 0, "", null);
          }
        };
    asked = query;
    askedAt = now;
    events = 0;
    bookmarks = false;
    answered = false;
    return new Step.Ask(query);
  }

  /**
   * The version to watch from. Where one write can change several objects, the stream may have
   * broken off between them, so the events of the last version are asked for again; those that have
   * come change nothing.
   */
  private String watchFrom() {
    boolean again =
        !whole && possession.writesSeveral() && resourceVersion.matches("[1-9][0-9]{1,17}");
    return again ? Long.toString(Long.parseLong(resourceVersion) - 1) : resourceVersion;
  }

  private Query page() {
    if (!continueToken.isEmpty()) {
      return new Query(Kind.LIST, "", 0, settings.pageSize(), continueToken, null);
    }
    round = rounds.getAsInt();
    String version = mostRecent ? "" : resourceVersion.isEmpty() ? "0" : resourceVersion;
    // A list at a known version comes from the server's cache only if no limit is asked for.
    boolean pages = !inOnePiece && (version.isEmpty() || version.equals("0") || pagesHonoured);
    return new Query(Kind.LIST, version, 0, pages ? settings.pageSize() : 0, "", null);
  }

  private long timeout() {
    long min = settings.minWatchTimeout().toSeconds();
    long max = Math.max(settings.maxWatchTimeout().toSeconds(), min + 1);
    return random.nextLong(min, max);
  }

  /** The server has accepted the request. */
  public void opened(@Nullable InitialEvents initial) {
    answered = true;
    if (state == WATCH_LIST) {
      possession.opened(initial);
    }
  }

  /**
   * When the request counts as silent, if nothing comes until then.
   *
   * @param answered whether the header of the answer has come
   * @param now when something came last
   */
  public long deadline(boolean answered, long now) {
    Query query = asked;
    if (!answered || query == null || state == LIST) {
      return now + settings.answerTimeout().toNanos();
    }
    if (state == WATCH_LIST) {
      return now + settings.initialSilence().toNanos();
    }
    long end = askedAt + Duration.ofSeconds(query.timeoutSeconds()).plus(LATE).toNanos();
    return bookmarks ? Math.min(end, now + MISSED_BOOKMARKS.toNanos()) : end;
  }

  /** An object has come over a watch. */
  public Action event(EventType type, String key, String version) {
    events++;
    if (state == WATCH_LIST) {
      if (type == EventType.ADDED) {
        possession.received(key);
      }
    } else if (!version.isEmpty()) {
      resourceVersion = version;
      whole = false;
      lastFault = null;
    }
    return type == EventType.DELETED ? Action.DELETE : Action.PUT;
  }

  /** A bookmark has come over a watch. */
  public Action bookmark(Bookmark bookmark) {
    events++;
    if (state != WATCH_LIST) {
      bookmarks = true;
      if (!bookmark.resourceVersion().isEmpty()) {
        resourceVersion = bookmark.resourceVersion();
        whole = true;
        lastFault = null;
      }
      return Action.IGNORE;
    }
    if (!bookmark.unchanged().isEmpty()) {
      bookmark.unchanged().forEach(possession::received);
      return Action.MARK;
    }
    if (!bookmark.endsInitialEvents()) {
      return Action.IGNORE;
    }
    state = SYNCED;
    server.completed();
    complete(bookmark.resourceVersion());
    possession.complete();
    return Action.SWEEP;
  }

  /** A page of a list has been read whole. */
  public Action pageEnded(String version, String nextPage, long now) {
    brokenPages = 0;
    if (!nextPage.isEmpty()) {
      Query query = asked;
      pagesHonoured |= query != null && query.resourceVersion().equals("0");
      continueToken = nextPage;
      return Action.IGNORE;
    }
    if (suspect) {
      server.refused(now, settings.refusedFor().toNanos());
    }
    complete(version);
    possession.forget();
    state = WATCH;
    return Action.SWEEP;
  }

  private void complete(String version) {
    resourceVersion = version;
    whole = true;
    mostRecent = false;
    incomplete = 0;
    suspect = false;
    lastFault = null;
  }

  /** The request that was asked for last has come to its end. */
  public void ended(End end, long now) {
    if (state == STOPPED) {
      return;
    }
    if (!(end instanceof End.Clean)) {
      lastFault = end.text();
    }
    switch (state) {
      case WATCH_LIST -> watchListEnded(end, now);
      case LIST -> listEnded(end, now);
      default -> watchEnded(end, now);
    }
  }

  private void watchListEnded(End end, long now) {
    boolean progress = possession.broke();
    mostRecent |= events > 0;
    if (end instanceof End.Refused refused) {
      Refusal refusal = refused.refusal();
      if (refusal.expired() || refusal.tooLarge()) {
        boolean again = asked != null && asked.resourceVersion().isEmpty();
        mostRecent = true;
        if (again) {
          pause(WATCH_LIST, refusal.retryAfter(), now);
        }
      } else if (refusal.code() == 429) {
        pause(WATCH_LIST, refusal.retryAfter(), now);
      } else {
        suspect = NOT_UNDERSTOOD.contains(refusal.code());
        beginList();
      }
      return;
    }
    if (end instanceof End.Broken broken && broken.refused()) {
      pause(WATCH_LIST, Duration.ZERO, now);
      return;
    }
    if (end instanceof End.Faulty) {
      possession.forget();
    }
    // What comes before a silence does not show that the end will come.
    boolean nearer = progress && !(end instanceof End.Silent);
    incomplete = nearer ? 1 : incomplete + 1;
    if (nearer || incomplete < settings.incompleteTries()) {
      pause(WATCH_LIST, Duration.ZERO, now);
      return;
    }
    incomplete = 0;
    suspect = !(end instanceof End.Broken);
    beginList();
    pause(LIST, Duration.ZERO, now);
  }

  private void listEnded(End end, long now) {
    // What has come of the list is in the store.
    mostRecent |= events > 0 || !continueToken.isEmpty();
    if (end instanceof End.Refused refused) {
      Refusal refusal = refused.refusal();
      if (refusal.expired() || refusal.tooLarge()) {
        boolean later = !continueToken.isEmpty();
        boolean again = !later && asked != null && asked.resourceVersion().isEmpty();
        beginList();
        inOnePiece = later;
        mostRecent = true;
        if (again) {
          pause(WATCH_LIST, refusal.retryAfter(), now);
        }
        return;
      }
      pause(refusal.code() == 429 ? LIST : WATCH_LIST, refusal.retryAfter(), now);
      return;
    } else if (end instanceof End.Broken broken) {
      // The pages before this one need not be read again.
      boolean again = broken.refused() || ++brokenPages < PAGE_TRIES;
      brokenPages = again ? brokenPages : 0;
      pause(again ? LIST : WATCH_LIST, Duration.ZERO, now);
      return;
    }
    pause(WATCH_LIST, Duration.ZERO, now);
  }

  private void watchEnded(End end, long now) {
    boolean atOnce = events == 0 && (!answered || now - askedAt < SHORT_WATCH);
    if (end instanceof End.Refused refused) {
      Refusal refusal = refused.refusal();
      if (refusal.expired() || refusal.tooLarge()) {
        mostRecent |= refusal.tooLarge();
        boolean lately = expiredOnce && now - expiredAt < settings.backoffReset().toNanos();
        expiredOnce = true;
        expiredAt = now;
        state = WATCH_LIST;
        if (lately) {
          pause(WATCH_LIST, refusal.retryAfter(), now);
        }
      } else {
        pause(refusal.code() == 429 ? WATCH : WATCH_LIST, refusal.retryAfter(), now);
      }
    } else if (end instanceof End.Faulty) {
      pause(WATCH_LIST, Duration.ZERO, now);
    } else if (end instanceof End.Clean && atOnce && state == WATCH) {
      shortWatches++;
      boolean list = shortWatches == SHORT_WATCHES;
      shortWatches = list ? 0 : shortWatches;
      pause(list ? WATCH_LIST : WATCH, Duration.ZERO, now);
      return;
    } else if (atOnce) {
      pause(WATCH, Duration.ZERO, now);
    } else {
      state = WATCH;
    }
    shortWatches = 0;
  }

  private void beginList() {
    state = LIST;
    continueToken = "";
    inOnePiece = false;
  }

  private void pause(ReflectorState then, Duration atLeast, long now) {
    pause = backoff.pause(now, atLeast);
    afterPause = then;
    paused = false;
    state = BACKOFF;
  }

  /** The store has objects whose version is not known: nothing older may come. */
  public void fromMostRecent() {
    mostRecent = true;
  }

  /** An item of a list has come. */
  public void item() {
    events++;
  }

  /** Ends the reflector: the next step is to stop. */
  public void stop() {
    state = STOPPED;
  }
}
