package dev.rheo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

class LogThrottleTest {

  private static final long MINUTE = 60_000_000_000L;

  private final AtomicLong now = new AtomicLong();
  private final LogThrottle throttle = new LogThrottle(now::get);

  private static LogRecord record(String logger, String message, Throwable thrown) {
    LogRecord record = new LogRecord(Level.SEVERE, message);
    record.setLoggerName(logger);
    record.setThrown(thrown);
    return record;
  }

  private static RuntimeException failure(int i) {
    return new IllegalStateException("of request " + i);
  }

  @Test
  void theFirstOfItsKindIsWholeAndTheRestIsCounted() {
    int shown = 0;
    for (int i = 0; i < 10_000; i++) {
      LogRecord record = record("a.B", "GET /" + i + " failed", failure(i));
      if (throttle.admits(record)) {
        assertThat(record.getThrown() != null).isEqualTo(shown == 0);
        assertThat(record.getMessage()).contains("/" + i);
        shown++;
      }
    }
    assertThat(shown).isEqualTo(LogThrottle.LINES_A_KIND);
    now.addAndGet(MINUTE);
    LogRecord next = record("a.B", "GET / failed", failure(0));
    assertThat(throttle.admits(next)).isTrue();
    assertThat(next.getMessage()).contains("9995 of the kind");
    assertThat(next.getThrown()).isNotNull();
  }

  @Test
  void anotherKindIsNotHeldUp() {
    for (int i = 0; i < 1000; i++) {
      throttle.admits(record("a.B", "x", failure(i)));
    }
    assertThat(throttle.admits(record("a.B", "x", new RuntimeException()))).isTrue();
    assertThat(throttle.admits(record("a.C", "x", failure(0)))).isTrue();
    assertThat(throttle.admits(record("a.B", "stopping", null))).isTrue();
  }

  @Test
  void whatALibrarySaysInEverNewWordsIsOneKind() {
    int shown = 0;
    for (int i = 0; i < 1000; i++) {
      if (throttle.admits(record("io.netty.X", "[id: " + i + "] ignored", null))) {
        shown++;
      }
    }
    assertThat(shown).isEqualTo(LogThrottle.LINES_A_KIND);
  }

  @Test
  void allKindsTogetherAreBounded() {
    int shown = 0;
    for (int i = 0; i < 10_000; i++) {
      if (throttle.admits(record("a.B", "message " + i, null))) {
        shown++;
      }
    }
    assertThat(shown).isEqualTo(LogThrottle.LINES);
    now.addAndGet(MINUTE);
    LogRecord next = record("a.B", "after {0}", null);
    next.setParameters(new Object[] {"that"});
    assertThat(throttle.admits(next)).isTrue();
    assertThat(new TextLogFormatter().formatMessage(next))
        .isEqualTo("after that (and 9900 of other kinds before, not shown)");
  }
}
