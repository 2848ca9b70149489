package dev.rheo.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.store.RevisionStore.WatchCursor;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Adds what holds of engines that expire keys by the clock that they are given. */
public abstract class ExpiryContract extends RevisionStoreContract {
  @Test
  void aKeyIsDeletedWhenItsTimeIsOver() throws Exception {
    store().commit(List.of(live("a", "1", 10), put("b", "1")));
    pass(9);
    assertThat(expireAll()).isZero();
    assertThat(text(store().get("a", 0))).isEqualTo("a=1@2 since 2");
    try (WatchCursor watch = store().watch(ALL, ALL, 3)) {
      pass(1);
      assertThat(text(store().get("a", 0))).as("until it is deleted").isEqualTo("a=1@2 since 2");
      assertThat(expireAll()).isEqualTo(1);
      assertThat(watch.next(LONG).events().stream().map(e -> text(e))).containsExactly("-a@3");
    }
    assertThat(store().get("a", 0)).isNull();
    assertThat(text(store().get("a", 2))).isEqualTo("a=1@2 since 2");
    assertThat(range(ALL, ALL, 0)).containsExactly("b=1@2 since 2");
    assertThat(store().currentRevision()).isEqualTo(3);
    assertThat(store().stats().keys()).isIn(1L, -1L);
    assertThat(expireAll()).as("once").isZero();
  }

  @Test
  void eachExpiryIsACommitOfItsOwn() throws Exception {
    store().commit(List.of(live("a", "1", 2), live("b", "1", 1), live("c", "1", 3)));
    pass(5);
    assertThat(expireAll()).isEqualTo(3);
    assertThat(store().currentRevision()).isEqualTo(5);
    assertThat(events(ALL, ALL, 3, 5).stream().map(e -> e.substring(2)))
        .containsExactly("@3", "@4", "@5");
    assertThat(range(ALL, ALL, 0)).isEmpty();
  }

  @Test
  void aPutRenewsTheTimeAndOneWithoutEndsIt() throws Exception {
    store().commit(List.of(live("renewed", "1", 10), live("kept", "1", 10), put("late", "1")));
    pass(5);
    store().commit(List.of(live("renewed", "2", 10), put("kept", "2"), live("late", "2", 1)));
    pass(5);
    assertThat(expireAll()).isEqualTo(1);
    assertThat(keys(ALL, ALL)).containsExactly("kept", "renewed");
    pass(5);
    assertThat(expireAll()).isEqualTo(1);
    assertThat(range(ALL, ALL, 0)).containsExactly("kept=2@3 since 2");
    pass(1000);
    assertThat(expireAll()).isZero();
  }

  @Test
  void aKeyThatIsDeletedOrMadeAgainDoesNotExpire() throws Exception {
    store().commit(List.of(live("gone", "1", 10), live("again", "1", 10)));
    store().commit(List.of(delete("gone"), delete("again")));
    store().commit(List.of(put("again", "2")));
    pass(20);
    assertThat(expireAll()).isZero();
    assertThat(range(ALL, ALL, 0)).containsExactly("again=2@4 since 4");
    assertThat(store().currentRevision()).isEqualTo(4);
  }

  @Test
  void aShorterTimeThatComesLaterIsNotMissed() throws Exception {
    store().commit(List.of(live("long", "1", 100)));
    assertThat(expireAll()).isZero();
    store().commit(List.of(live("short", "1", 1)));
    pass(1);
    assertThat(expireAll()).isEqualTo(1);
    assertThat(keys(ALL, ALL)).containsExactly("long");
    pass(-50);
    store().commit(List.of(live("earlier", "1", 1)));
    pass(1);
    assertThat(expireAll()).as("after the clock went back").isEqualTo(1);
    pass(148);
    assertThat(expireAll()).isEqualTo(1);
    assertThat(keys(ALL, ALL)).isEmpty();
  }

  @Test
  void aMassExpiryIsDoneInSteps() throws Exception {
    for (int i = 0; i < 50; i++) {
      store().commit(List.of(live("k" + i, "1", 1 + i % 7)));
    }
    pass(7);
    int steps = 1;
    for (long before = store().currentRevision(); store().expire(10); steps++) {
      assertThat(store().currentRevision() - before).isLessThanOrEqualTo(10);
      before = store().currentRevision();
    }
    assertThat(steps).isBetween(5, 6);
    assertThat(keys(ALL, ALL)).isEmpty();
    assertThat(store().stats().expiredKeys()).isEqualTo(50);
  }

  @Test
  void writersAndExpiryDoNotDisturbEachOther() throws Exception {
    for (int i = 0; i < 300; i++) {
      store().commit(List.of(live("k" + i % 100, "" + i, 1 + i % 5)));
    }
    pass(10);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> sweeping = threads.submit(() -> expireAll());
      for (int i = 0; i < 100; i++) {
        store().commit(List.of(put("k" + i, "kept")));
      }
      sweeping.get();
    }
    expireAll();
    assertThat(range(ALL, ALL, 0)).hasSize(100).allMatch(text -> text.contains("=kept@"));
  }
}
