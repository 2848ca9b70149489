package dev.rheo.edge.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccountTest {

  private static final Duration LONG = Duration.ofMinutes(1);

  @Test
  void aPartIsBoundedByItselfAndByTheWhole() {
    Account whole = Account.root("whole", 100);
    Account strangers = whole.part("strangers", 30);
    assertThat(strangers.tryCharge(31)).isFalse();
    assertThat(strangers.tryCharge(30)).isTrue();
    assertThat(strangers.tryCharge(1)).isFalse();
    assertThat(whole.tryCharge(71)).isFalse();
    assertThat(whole.tryCharge(70)).isTrue();
    strangers.release(30);
    whole.release(70);
    assertThat(whole.usage()).isEqualTo(new Account.Usage(0, 100, 100, 1));
    assertThat(strangers.usage()).isEqualTo(new Account.Usage(0, 30, 30, 2));
  }

  @Test
  void aChargeMovesAsAWholeAndInTheAncestorsNotAtAll() throws Exception {
    Account whole = Account.root("whole", 100);
    Account one = whole.part("one", 80, 10);
    Account other = whole.part("other", 50, 10);
    assertThat(one.tryCharge(80)).isTrue();
    CompletableFuture<Boolean> waiting = one.charge(20, LONG);
    assertThat(one.move(60, other)).as("more than fits").isFalse();
    assertThat(one.used()).isEqualTo(80);
    assertThat(other.used()).isZero();
    assertThat(one.move(50, other)).isTrue();
    assertThat(waiting.get(10, TimeUnit.SECONDS)).as("room was made").isTrue();
    assertThat(one.used()).isEqualTo(50);
    assertThat(other.used()).isEqualTo(50);
    assertThat(whole.used()).isEqualTo(100);
    CompletableFuture<Boolean> behind = other.charge(10, LONG);
    assertThat(one.move(10, other)).as("others wait").isFalse();
    assertThat(other.move(50, whole)).as("the whole has it already").isTrue();
    assertThat(whole.used()).isEqualTo(100);
    assertThat(behind).isNotDone();
    whole.release(50);
    assertThat(behind.get(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void theCeilingIsTheLeastLimit() {
    Account whole = Account.root("whole", 100);
    Account part = whole.part("part", 80, 10);
    assertThat(part.ceiling()).isEqualTo(80);
    whole.limit(50);
    assertThat(part.ceiling()).isEqualTo(50);
    assertThat(part.highestCeiling()).as("before the whole was limited").isEqualTo(80);
    part.limit(200);
    assertThat(part.highestCeiling()).isEqualTo(100);
  }

  @Test
  void whatIsGivenBackInOnePartLetsAnotherGoOn() throws Exception {
    Account whole = Account.root("whole", 100);
    Account one = whole.part("one", 80, 10);
    Account other = whole.part("other", 80, 10);
    assertThat(one.tryCharge(80)).isTrue();
    CompletableFuture<Boolean> waiting = other.charge(50, LONG);
    CompletableFuture<Boolean> behind = other.charge(1, LONG);
    assertThat(waiting).isNotDone();
    assertThat(behind).isNotDone();
    // A waiting charge is not overtaken, although a small one would fit.
    assertThat(other.tryCharge(1)).isFalse();
    one.release(80);
    assertThat(waiting.get(10, TimeUnit.SECONDS)).isTrue();
    assertThat(behind.get(10, TimeUnit.SECONDS)).isTrue();
    assertThat(whole.used()).isEqualTo(51);
  }

  @Test
  void whoWaitsInVainGetsNothingAndKeepsNobodyBack() throws Exception {
    Account account = Account.root("whole", 100).part("part", 100, 1);
    assertThat(account.tryCharge(60)).isTrue();
    CompletableFuture<Boolean> large = account.charge(50);
    assertThat(account.charge(1, LONG).get()).as("one may wait, no more").isFalse();
    assertThat(large).isNotDone();
    assertThat(large.complete(false)).isTrue();
    assertThat(account.charge(101, LONG).get()).as("it can never fit").isFalse();
    assertThat(account.charge(40, LONG).get(10, TimeUnit.SECONDS)).isTrue();
    assertThat(account.used()).isEqualTo(100);
  }

  @Test
  void aLimitThatGrowsAdmitsWhoWaits() throws Exception {
    Account whole = Account.root("whole", 10);
    Account part = whole.part("part", 100, 10);
    CompletableFuture<Boolean> waiting = part.charge(50, LONG);
    assertThat(waiting).isNotDone();
    whole.limit(60);
    assertThat(waiting.get(10, TimeUnit.SECONDS)).isTrue();
    whole.limit(20);
    assertThat(part.tryCharge(1)).isFalse();
    part.release(50);
    assertThat(part.tryCharge(20)).isTrue();
  }

  /**
   * After any sequence of charges and releases the sums are right, and no limit is ever exceeded.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void theBooksBalance(long seed) {
    Random random = new Random(seed);
    Account whole = Account.root("whole", 1000);
    List<Account> parts = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      parts.add(whole.part("part " + i, 200 + random.nextInt(600)));
    }
    parts.add(parts.getFirst().part("part of a part", 100));
    List<Deque<Long>> held = new ArrayList<>();
    parts.forEach(part -> held.add(new ArrayDeque<>()));
    for (int step = 0; step < 5000; step++) {
      int at = random.nextInt(parts.size());
      if (random.nextBoolean()) {
        long units = random.nextInt(200);
        if (parts.get(at).tryCharge(units)) {
          held.get(at).add(units);
        }
      } else if (!held.get(at).isEmpty()) {
        parts.get(at).release(held.get(at).poll());
      }
      long sum = 0;
      for (int i = 0; i < parts.size(); i++) {
        long own = held.get(i).stream().mapToLong(Long::longValue).sum();
        sum += own;
        long below = i == 0 ? held.getLast().stream().mapToLong(Long::longValue).sum() : 0;
        Account.Usage usage = parts.get(i).usage();
        assertThat(usage.used()).isEqualTo(own + below).isLessThanOrEqualTo(usage.limit());
      }
      assertThat(whole.used()).isEqualTo(sum).isLessThanOrEqualTo(1000);
    }
  }
}
