package dev.rheo.client.reflector;

import static dev.rheo.client.reflector.ReflectorState.LIST;
import static dev.rheo.client.reflector.ReflectorState.SYNCED;
import static dev.rheo.client.reflector.ReflectorState.WATCH;
import static dev.rheo.client.reflector.ReflectorState.WATCH_LIST;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.client.wire.Bookmark;
import dev.rheo.client.wire.EventType;
import dev.rheo.client.wire.Refusal;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rows of the reflector's table. */
class ReflectorTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final ServerMemory server = new ServerMemory();
  private int rounds;
  private long now = 5 * SECOND;
  private Reflector reflector = newReflector();

  private Reflector newReflector() {
    return new Reflector(ReflectorSettings.defaults(), server, new Random(1), () -> ++rounds);
  }

  private Query ask() {
    Step step = reflector.next(now);
    assertThat(step).isInstanceOf(Step.Ask.class);
    return ((Step.Ask) step).query();
  }

  private Duration pause() {
    Step step = reflector.next(now);
    assertThat(step).isInstanceOf(Step.Pause.class);
    now += ((Step.Pause) step).time().toNanos();
    return ((Step.Pause) step).time();
  }

  private void ended(End end) {
    reflector.ended(end, now);
  }

  private static End refused(int code, String reason, boolean tooLarge) {
    return new End.Refused(new Refusal(code, reason, "no", tooLarge, Duration.ZERO));
  }

  private static Bookmark endBookmark(String version) {
    return new Bookmark(version, true, List.of());
  }

  /** Brings the reflector to a live stream at a version. */
  private void sync(String version) {
    assertThat(ask().kind()).isEqualTo(Query.Kind.WATCH_LIST);
    reflector.opened(null);
    assertThat(reflector.bookmark(endBookmark(version))).isEqualTo(Action.SWEEP);
    assertThat(reflector.state()).isEqualTo(SYNCED);
  }

  @Test
  void theFirstRequestIsAWatchListForTheMostRecentState() {
    Query query = ask();
    assertThat(query.parameters("labelSelector=a"))
        .matches(
            "labelSelector=a&watch=true&allowWatchBookmarks=true&sendInitialEvents=true"
                + "&resourceVersionMatch=NotOlderThan&timeoutSeconds=[3-5][0-9]{2}");
    assertThat(query.timeoutSeconds()).isBetween(300L, 599L);
  }

  @Test
  void onlyTheAnnotatedBookmarkEndsTheInitialEventsAndOnlyItSetsTheVersion() {
    ask();
    reflector.opened(null);
    assertThat(reflector.event(EventType.ADDED, "a", "50")).isEqualTo(Action.PUT);
    assertThat(reflector.event(EventType.MODIFIED, "a", "60")).isEqualTo(Action.PUT);
    assertThat(reflector.event(EventType.DELETED, "b", "61")).isEqualTo(Action.DELETE);
    assertThat(reflector.bookmark(new Bookmark("62", false, List.of()))).isEqualTo(Action.IGNORE);
    assertThat(reflector.state()).isEqualTo(WATCH_LIST);
    assertThat(reflector.resourceVersion()).isEmpty();
    assertThat(reflector.bookmark(endBookmark("63"))).isEqualTo(Action.SWEEP);
    assertThat(reflector.state()).isEqualTo(SYNCED);
    assertThat(reflector.resourceVersion()).isEqualTo("63");
    reflector.event(EventType.ADDED, "c", "64");
    assertThat(reflector.resourceVersion()).isEqualTo("64");
  }

  @Test
  void aStreamThatLivedIsGoneOnWithByAWatch() {
    sync("63");
    reflector.event(EventType.MODIFIED, "a", "70");
    now += 400 * SECOND;
    ended(new End.Clean());
    assertThat(ask().parameters(""))
        .matches("watch=true&allowWatchBookmarks=true&timeoutSeconds=[0-9]+&resourceVersion=70");
    reflector.opened(null);
    now += 100 * SECOND;
    ended(new End.Broken(false, "reset"));
    assertThat(ask().kind()).isEqualTo(Query.Kind.WATCH);
  }

  @Test
  void whereThereIsNoAnswerForLongThePausesGrow() {
    sync("63");
    now += 400 * SECOND;
    ended(new End.Clean());
    for (int i = 0; i < 4; i++) {
      assertThat(ask().kind()).isEqualTo(Query.Kind.WATCH);
      now += 20 * SECOND;
      ended(new End.Broken(true, "timed out"));
      assertThat(pause()).isGreaterThanOrEqualTo(Duration.ofMillis((long) (800 * Math.pow(2, i))));
    }
  }

  @Test
  void anExpiredVersionLeadsToAWatchListNotOlderThanIt() {
    sync("63");
    now += 100 * SECOND;
    ended(refused(410, "Expired", false));
    Query query = ask();
    assertThat(query.kind()).isEqualTo(Query.Kind.WATCH_LIST);
    assertThat(query.resourceVersion()).isEqualTo("63");
    ended(refused(410, "Expired", false));
    assertThat(ask().resourceVersion()).isEmpty();
    ended(refused(410, "Expired", false));
    assertThat(pause()).isBetween(Duration.ofMillis(800), Duration.ofMillis(1600));
    assertThat(ask().resourceVersion()).isEmpty();
  }

  @Test
  void expiriesOneAfterTheOtherAreNotAHotLoop() {
    sync("63");
    ended(refused(410, "Expired", false));
    sync("64");
    ended(refused(410, "Expired", false));
    pause();
    assertThat(ask().kind()).isEqualTo(Query.Kind.WATCH_LIST);
  }

  @Test
  void aVersionThatIsTooLargeLeadsToTheMostRecentState() {
    sync("63");
    ended(refused(504, "Timeout", true));
    assertThat(ask().resourceVersion()).isEmpty();
  }

  @Test
  void tooManyRequestsAndARefusedConnectionAreAskedAgainAfterAPause() {
    for (int i = 0; i < 8; i++) {
      assertThat(ask().kind()).isEqualTo(Query.Kind.WATCH_LIST);
      ended(i % 2 == 0 ? refused(429, "TooManyRequests", false) : new End.Broken(true, "refused"));
      double base = Math.min(0.8 * Math.pow(2, i), 30);
      assertThat(pause().toMillis()).isBetween((long) (base * 1000), (long) (base * 2000));
    }
  }

  @Test
  void theServersRetryAfterIsKept() {
    ask();
    ended(
        new End.Refused(
            new Refusal(429, "TooManyRequests", "later", false, Duration.ofSeconds(77))));
    assertThat(pause()).isEqualTo(Duration.ofSeconds(77));
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 405, 406, 415, 422, 501})
  void aRefusalOfWatchListsIsRememberedForTheServerOnceAListSucceeds(int code) {
    ask();
    ended(refused(code, "Invalid", false));
    Query list = ask();
    assertThat(list.parameters("")).isEqualTo("limit=500&resourceVersion=0");
    assertThat(newReflector().next(now))
        .matches(s -> ((Step.Ask) s).query().kind() == Query.Kind.WATCH_LIST);
    assertThat(reflector.pageEnded("90", "", now)).isEqualTo(Action.SWEEP);
    assertThat(ask().parameters("")).endsWith("resourceVersion=90");
    // Another informer of this server begins with a list; after ten minutes watch lists are tried
    // again.
    assertThat(newReflector().next(now))
        .matches(s -> ((Step.Ask) s).query().kind() == Query.Kind.LIST);
    now += 601 * SECOND;
    assertThat(newReflector().next(now))
        .matches(s -> ((Step.Ask) s).query().kind() == Query.Kind.WATCH_LIST);
  }

  @Test
  void anotherRefusalFallsBackForOneRound() {
    ask();
    ended(refused(403, "Forbidden", false));
    assertThat(ask().kind()).isEqualTo(Query.Kind.LIST);
    reflector.pageEnded("90", "", now);
    assertThat(ask().kind()).isEqualTo(Query.Kind.WATCH);
    ended(refused(500, "InternalError", false));
    pause();
    assertThat(ask().kind()).isEqualTo(Query.Kind.WATCH_LIST);
  }

  /** kubernetes/kubernetes#140890: the end bookmark never comes. */
  @Test
  void withoutAnEndBookmarkTheReflectorDoesNotHang() {
    for (End end : List.of(new End.Clean(), new End.Silent())) {
      rounds = 0;
      server.completed();
      reflector = newReflector();
      ask();
      reflector.opened(null);
      assertThat(reflector.deadline(true, now) - now).isEqualTo(10 * SECOND);
      reflector.event(EventType.ADDED, "a", "5");
      ended(end);
      pause();
      assertThat(ask().kind()).isEqualTo(Query.Kind.WATCH_LIST);
      reflector.opened(null);
      reflector.event(EventType.ADDED, "a", "5");
      ended(end);
      pause();
      Query list = ask();
      assertThat(list.kind()).isEqualTo(Query.Kind.LIST);
      // What has come of the initial events may be newer than what a cache has.
      assertThat(list.resourceVersion()).isEmpty();
      reflector.pageEnded("9", "", now);
      assertThat(newReflector().next(now))
          .matches(s -> ((Step.Ask) s).query().kind() == Query.Kind.LIST);
    }
  }

  @Test
  void aBrokenInitialStreamIsNeverGoneOnWithByAWatch() {
    sync("63");
    now += 10 * SECOND;
    ended(refused(410, "Expired", false));
    ask();
    reflector.opened(null);
    reflector.event(EventType.ADDED, "a", "90");
    ended(new End.Broken(false, "reset"));
    pause();
    Query query = ask();
    assertThat(query.kind()).isEqualTo(Query.Kind.WATCH_LIST);
    assertThat(query.resourceVersion()).isEmpty();
    assertThat(reflector.resourceVersion()).isEqualTo("63");
  }

  @Test
  void eachRoundHasItsNumberAndThePagesOfAListAreOne() {
    ask();
    assertThat(reflector.round()).isEqualTo(1);
    ended(refused(422, "Invalid", false));
    ask();
    assertThat(reflector.round()).isEqualTo(2);
    reflector.pageEnded("5", "token", now);
    assertThat(ask().parameters("")).isEqualTo("limit=500&continue=token");
    assertThat(reflector.round()).isEqualTo(2);
  }

  @Test
  void anExpiredPageLeadsToAListInOnePiece() {
    ask();
    ended(refused(422, "Invalid", false));
    ask();
    reflector.item();
    reflector.pageEnded("5", "token", now);
    ask();
    ended(refused(410, "Expired", false));
    Query query = ask();
    assertThat(query.parameters("")).isEmpty();
    assertThat(query.kind()).isEqualTo(Query.Kind.LIST);
    assertThat(reflector.round()).isEqualTo(3);
  }

  @Test
  void aPageThatBreaksIsAskedForAgainBeforeAllIs() {
    ask();
    ended(refused(422, "Invalid", false));
    ask();
    reflector.pageEnded("5", "token", now);
    for (int i = 0; i < 2; i++) {
      assertThat(ask().continueToken()).isEqualTo("token");
      ended(new End.Broken(false, "reset"));
      pause();
    }
    assertThat(ask().continueToken()).isEqualTo("token");
    ended(new End.Broken(false, "reset"));
    pause();
    assertThat(ask().kind()).isEqualTo(Query.Kind.WATCH_LIST);
  }

  @Test
  void watchesThatEndAtOnceLeadToAListInTheEnd() {
    sync("63");
    now += 10 * SECOND;
    ended(new End.Clean());
    for (int i = 0; i < 3; i++) {
      assertThat(ask().kind()).isEqualTo(Query.Kind.WATCH);
      now += SECOND / 10;
      ended(new End.Clean());
      pause();
    }
    assertThat(ask().kind()).isEqualTo(Query.Kind.WATCH_LIST);
  }

  @Test
  void aDeadConnectionIsFoundByItsMissingBookmarks() {
    sync("63");
    long end = reflector.deadline(true, now);
    assertThat(end - now).isBetween(330 * SECOND, 630 * SECOND);
    reflector.bookmark(new Bookmark("64", false, List.of()));
    assertThat(reflector.deadline(true, now) - now).isEqualTo(180 * SECOND);
  }

  @Test
  void theGateOffMeansListAndWatch() {
    reflector =
        new Reflector(
            ReflectorSettings.defaults().withWatchList(false),
            server,
            new Random(1),
            () -> ++rounds);
    assertThat(ask().kind()).isEqualTo(Query.Kind.LIST);
    assertThat(reflector.state()).isEqualTo(LIST);
    reflector.pageEnded("9", "", now);
    assertThat(reflector.state()).isEqualTo(WATCH);
  }

  @Test
  void aServerThatSendsDifferencesIsToldWhatIsHere() {
    ask();
    reflector.opened(new InitialEvents("h1", 100, false));
    reflector.event(EventType.ADDED, "n/a", "5");
    reflector.event(EventType.ADDED, "n/b c", "7");
    ended(new End.Broken(false, "reset"));
    pause();
    assertThat(ask().have())
        .isNotNull()
        .extracting(Have::value)
        .isEqualTo("history=h1; revision=0; until=n%2Fb%20c@100");
    reflector.opened(new InitialEvents("h1", 110, true));
    assertThat(reflector.bookmark(new Bookmark("", false, List.of("n/a")))).isEqualTo(Action.MARK);
    reflector.bookmark(endBookmark("110"));
    reflector.event(EventType.ADDED, "n/z", "115");
    now += 60 * SECOND;
    ended(refused(410, "Expired", false));
    assertThat(ask().have())
        .isNotNull()
        .extracting(Have::value)
        .isEqualTo("history=h1; revision=114");
    // Another history: what is here is worth nothing there.
    reflector.opened(new InitialEvents("h2", 300, false));
    ended(new End.Broken(false, "reset"));
    pause();
    assertThat(ask().have()).isNull();
  }

  @Test
  void aBookmarkSaysThatNothingOfAVersionIsStillToCome() {
    ask();
    reflector.opened(new InitialEvents("h1", 100, false));
    reflector.bookmark(endBookmark("100"));
    reflector.event(EventType.MODIFIED, "n/a", "105");
    reflector.bookmark(new Bookmark("105", false, List.of()));
    now += 60 * SECOND;
    ended(refused(410, "Expired", false));
    assertThat(ask().have())
        .isNotNull()
        .extracting(Have::value)
        .isEqualTo("history=h1; revision=105");
  }

  @Test
  void afterEverythingWasSentAgainWhatWasHereCountsNoMore() {
    ask();
    reflector.opened(new InitialEvents("h1", 100, false));
    reflector.bookmark(endBookmark("100"));
    now += 60 * SECOND;
    ended(refused(410, "Expired", false));
    assertThat(ask().have()).isNotNull();
    // The server's state is older than what it was told of, so it sends everything.
    reflector.opened(new InitialEvents("h1", 90, false));
    reflector.event(EventType.ADDED, "n/a", "80");
    ended(new End.Broken(false, "reset"));
    pause();
    assertThat(ask().have())
        .isNotNull()
        .extracting(Have::value)
        .isEqualTo("history=h1; revision=0; until=n%2Fa@90");
  }

  @Test
  void afterAFaultNothingIsToldOfWhatIsHere() {
    ask();
    reflector.opened(new InitialEvents("h1", 100, false));
    reflector.bookmark(endBookmark("100"));
    now += 60 * SECOND;
    ended(refused(410, "Expired", false));
    assertThat(ask().have()).isNotNull();
    reflector.opened(new InitialEvents("h1", 100, true));
    ended(new End.Faulty("the server calls 'x' unchanged, which is not here"));
    pause();
    assertThat(ask().have()).isNull();
  }

  @Test
  void stoppedIsStopped() {
    reflector.stop();
    assertThat(reflector.next(now)).isInstanceOf(Step.Stop.class);
    ended(new End.Clean());
    assertThat(reflector.next(now)).isInstanceOf(Step.Stop.class);
  }
}
