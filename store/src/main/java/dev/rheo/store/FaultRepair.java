package dev.rheo.store;

import dev.rheo.api.io.IoFailures;
import dev.rheo.store.StorageFormat.HeadFigures;
import dev.rheo.store.StoreException.Fault;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Makes a store writable again after a failed write, most often because the disk was full.
 *
 * <p>After a failed write RocksDB refuses further ones, and whether the end of its log is on the
 * disk is unknown. Reopening it replays the log and flushes the result to new files. That decides
 * the undecided commits: they are in the store, or they never will be. Reopening takes disk space,
 * so it is attempted only when there is some; if it still fails, the store goes on with a read-only
 * engine.
 */
final class FaultRepair implements Committer.Repair {
  private static final System.Logger LOGGER = System.getLogger(FaultRepair.class.getName());
  private static final int PROBE_BYTES = 256 << 10;

  private final StoreDirectory directory;
  private final RocksSettings settings;
  private final EngineGuard gate;
  private final Head head;
  private final Tail tail;
  private final HealthState health;
  private final FileRecorder recorder;

  FaultRepair(
      StoreDirectory directory,
      RocksSettings settings,
      EngineGuard gate,
      Head head,
      Tail tail,
      HealthState health,
      FileRecorder recorder) {
    this.directory = directory;
    this.settings = settings;
    this.gate = gate;
    this.head = head;
    this.tail = tail;
    this.health = health;
    this.recorder = recorder;
  }

  @Override
  public HeadFigures repair(StoreException cause) throws StoreException {
    probe(cause);
    reopen();
    HeadFigures recovered =
        gate.call("repair", engine -> Recovered.from(engine, directory.id()).figures());
    long known = head.current();
    if (recovered.revision() < known) {
      throw StoreException.damaged(
          "revision %d was acknowledged, the disk has %d".formatted(known, recovered.revision()));
    }
    if (recovered.revision() > known) {
      tail.clear();
      head.advance(recovered.revision());
    }
    String again = "writing again, at revision " + recovered.revision();
    SafeLog.log(LOGGER, System.Logger.Level.INFO, again, null);
    return recovered;
  }

  /** Fails while the disk has no space for the files that reopening writes. */
  private void probe(StoreException cause) throws StoreException {
    Path probe = directory.data().resolve("probe.dbtmp");
    try {
      long needed = 2L * PROBE_BYTES;
      try (Stream<Path> files = Files.list(directory.data())) {
        List<Path> logs = files.filter(file -> file.toString().endsWith(".log")).toList();
        for (Path log : logs) {
          needed += Files.size(log);
        }
      }
      long usable = Files.getFileStore(directory.data()).getUsableSpace();
      if (usable < needed) {
        String left = "%d bytes are left, %d are needed".formatted(usable, needed);
        throw unwritable(cause, DiskFault.FULL, DiskFault.FULL.reason() + ": " + left, null);
      }
      try (FileChannel channel =
          FileChannel.open(probe, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        ByteBuffer zeros = ByteBuffer.allocate(PROBE_BYTES);
        while (zeros.hasRemaining()) {
          channel.write(zeros);
        }
        channel.force(true);
      } finally {
        Files.deleteIfExists(probe);
      }
    } catch (IOException e) {
      String told = IoFailures.tell(e);
      DiskFault disk = DiskFault.of(told);
      String now = (disk == null ? "it fails" : disk.reason()) + " (" + told + ")";
      throw unwritable(cause, disk, now, e);
    }
  }

  private static StoreException unwritable(
      StoreException since, @Nullable DiskFault now, String detail, @Nullable IOException e) {
    return new StoreException(
        Fault.UNWRITABLE,
        now == null ? since.reason() : now.reason(),
        "since %s; now %s".formatted(since.getMessage(), detail),
        false,
        e);
  }

  private void reopen() throws StoreException {
    @Nullable StoreException[] refused = {null};
    gate.exchange(
        () -> {
          try {
            Engine engine =
                RocksRevisionStore.openEngine(
                    directory.data(), settings, Engine.Mode.WRITE, health);
            engine.recordIn(recorder);
            return engine;
          } catch (StoreException e) {
            refused[0] = e;
            return RocksRevisionStore.openEngine(
                directory.data(), settings, Engine.Mode.READ, health);
          }
        });
    StoreException why = refused[0];
    if (why != null) {
      throw why.again();
    }
  }
}
