package dev.rheo.store.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.store.etcd.Progress.Known;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private final List<Known> back = new ArrayList<>();
  private final Progress progress = new Progress((known, header) -> back.add(known));

  private boolean answered(long revision, long term, Known before) {
    return progress.answered(new Messages.Header(1, revision, term), before);
  }

  @Test
  void answersThatOvertakeEachOtherAreNotGoingBack() {
    Known before = progress.now();
    assertThat(answered(12, 2, before)).isTrue();
    assertThat(answered(10, 2, before)).isTrue();
    assertThat(progress.now()).isEqualTo(new Known(12, 2, 0));
    assertThat(back).isEmpty();
  }

  @Test
  void aLowerRevisionIs() {
    assertThat(answered(12, 2, progress.now())).isTrue();
    Known before = progress.now();
    assertThat(answered(11, 3, before)).isFalse();
    assertThat(back).containsExactly(new Known(12, 2, 0));
    // What was asked before it was noticed is told once.
    assertThat(answered(9, 3, before)).isFalse();
    assertThat(back).hasSize(1);
    assertThat(answered(11, 3, progress.now())).isTrue();
  }

  @Test
  void aLowerTermIsThoughTheRevisionIsHigher() {
    assertThat(answered(12, 9, progress.now())).isTrue();
    assertThat(answered(500, 2, progress.now())).isFalse();
    assertThat(back).hasSize(1);
  }

  @Test
  void whatAWatchToldCounts() {
    int times = progress.now().times();
    assertThat(answered(12, 2, progress.now())).isTrue();
    progress.told(20, times);
    assertThat(answered(19, 2, progress.now())).isFalse();
    // Of the history of before.
    progress.told(25, times);
    assertThat(answered(20, 2, progress.now())).isTrue();
  }
}
