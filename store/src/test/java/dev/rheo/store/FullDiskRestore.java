package dev.rheo.store;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** A child process of {@link FullDiskTest}: restores more than its small disk takes. */
final class FullDiskRestore {
  private static final int VALUE = 100_000;
  private static final int KEYS = 800;

  private FullDiskRestore() {}

  public static void main(String[] args) {
    Path data = Path.of(args[0]).resolve("data");
    try (StoreSnapshot large = new Large()) {
      StoreBackup.restore(data, large, 0, RocksSettings.defaults());
    } catch (StoreException e) {
      System.out.println(e.getMessage());
    }
    System.out.println(Files.exists(data.resolve(StoreDirectory.DATA)) ? "a store" : "no store");
  }

  /** More values than fit. */
  private static final class Large implements StoreSnapshot {
    private final Random random = new Random(7);
    private int read;

    @Override
    public Header header() {
      return new Header(KEYS, KEYS, 0, "history");
    }

    @Override
    public @Nullable Item next() {
      if (read == KEYS) {
        return null;
      }
      read++;
      byte[] value = new byte[VALUE];
      random.nextBytes(value);
      return new Entry("/registry/%05d".formatted(read), value, read, read, 0);
    }

    @Override
    public void close() {}
  }
}
