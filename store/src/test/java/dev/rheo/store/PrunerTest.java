package dev.rheo.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.testing.Await;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.WALRecoveryMode;

@Timeout(60)
class PrunerTest {
  @TempDir Path directory;

  @Test
  void pruningGoesOnAfterAnUnexpectedFailure() throws Exception {
    NativeLibrary.load();
    Logger logger = Logger.getLogger(Pruner.class.getName());
    Failures failures = new Failures();
    logger.addHandler(failures);
    logger.setUseParentHandlers(false);
    try (Engine engine =
        new Engine(
            directory,
            RocksSettings.defaults(),
            Engine.Mode.CREATE,
            WALRecoveryMode.TolerateCorruptedTailRecords,
            new HealthState())) {
      byte[] undecodable = StorageFormat.position(2, 0);
      engine.db.put(engine.log, undecodable, new byte[1]);
      Head head = new Head(9, 0);
      Pruner pruner =
          new Pruner(
              new EngineGuard(engine, new PlatformPool("test", 1, 1), new HealthState()), head, 0);
      pruner.start();
      try {
        head.compact(3);
        assertThat(failures.seen.poll(30, TimeUnit.SECONDS)).isNotNull();
        assertThat(pruner.pruned()).isZero();
        engine.db.delete(engine.log, undecodable);
        head.compact(4);
        Await.until("pruned", () -> pruner.pruned() >= 4);
        assertThat(failures.seen).isEmpty();
      } finally {
        head.close();
        pruner.close();
      }
    } finally {
      logger.setUseParentHandlers(true);
      logger.removeHandler(failures);
    }
  }

  private static final class Failures extends Handler {
    private final BlockingQueue<Throwable> seen = new LinkedBlockingQueue<>();

    @Override
    public void publish(LogRecord entry) {
      seen.add(entry.getThrown());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
