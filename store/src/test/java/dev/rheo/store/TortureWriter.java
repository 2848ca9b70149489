package dev.rheo.store;

import dev.rheo.store.RevisionStore.Event;
import dev.rheo.store.RevisionStore.Op;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * The child process that {@link KillTortureTest} kills. It writes with many threads and prints each
 * acknowledged commit. The operations of a commit are derived from its {@link Id}, with which each
 * of its values begins.
 */
final class TortureWriter {
  static final int THREADS = 12;

  /** A small memory budget, so that flushes and compactions are frequent. */
  static final RocksSettings SETTINGS = RocksSettings.defaults().withNativeMemory(4 << 20);

  private static final int KEYS = 20;

  private TortureWriter() {}

  record Id(int run, int thread, int sequence) {
    static Id of(Event first) {
      ByteBuffer value = ByteBuffer.wrap(first.value());
      return new Id(value.getInt(), value.getInt(), value.getInt());
    }
  }

  /** The operations of a commit: updates of the thread's counter and of some of its keys. */
  static List<Op> operations(Id id) {
    Random random = new Random(id.run() * 1_000_003L + id.thread() * 7919L + id.sequence());
    List<Op> ops = new ArrayList<>();
    ops.add(new Op.Put("counter/" + id.thread(), value(id, random, 64), Op.ANY));
    int base = random.nextInt(KEYS);
    for (int i = random.nextInt(4); i > 0; i--) {
      String key = "key/%d/%02d".formatted(id.thread(), (base + i) % KEYS);
      int size = random.nextInt(40) == 0 ? 200_000 : random.nextInt(3000);
      ops.add(new Op.Put(key, value(id, random, size), Op.ANY));
    }
    // This key is created by one commit of the thread and deleted by its next.
    String passing = "passing/%d/%d".formatted(id.thread(), id.run());
    if (id.sequence() % 2 == 0) {
      ops.add(new Op.Put(passing, value(id, random, 100), Op.ABSENT));
    } else {
      ops.add(new Op.Delete(passing, Op.ANY));
    }
    return ops;
  }

  private static byte[] value(Id id, Random random, int size) {
    ByteBuffer value = ByteBuffer.allocate(12 + size);
    value.putInt(id.run()).putInt(id.thread()).putInt(id.sequence());
    byte[] rest = new byte[size];
    random.nextBytes(rest);
    return value.put(rest).array();
  }

  public static void main(String[] args) throws Exception {
    int run = Integer.parseInt(args[1]);
    PrintStream out = System.out;
    RocksRevisionStore store = RocksRevisionStore.open(Path.of(args[0]), SETTINGS);
    long opened = store.currentRevision();
    for (int t = 0; t < THREADS; t++) {
      int thread = t;
      Thread.ofPlatform()
          .start(
              () -> {
                try {
                  for (int sequence = 0; ; sequence++) {
                    long revision = store.commit(operations(new Id(run, thread, sequence)));
                    out.println("ack %d %d %d .".formatted(thread, sequence, revision));
                  }
                } catch (Exception e) {
                  out.println("failed " + e + " .");
                }
              });
    }
    // Compacts only what the parent has verified; the parent still needs the rest.
    Random random = new Random(run);
    for (long to = store.compactedRevision(); to < opened; ) {
      Thread.sleep(20);
      to = Math.min(opened, to + 1 + random.nextInt(500));
      store.compact(to);
      out.println("compacted " + to + " .");
    }
  }
}
