package dev.rheo.storm.server;

import dev.rheo.storm.result.Memory;
import org.jspecify.annotations.Nullable;

/** Where the server's usage is read. Thread-safe. */
public interface UsageSource extends AutoCloseable {

  /** Knows nothing. */
  UsageSource NONE =
      new UsageSource() {
        @Override
        public Memory.Source source() {
          return Memory.Source.NONE;
        }

        @Override
        public @Nullable Usage read() {
          return null;
        }
      };

  Memory.Source source();

  /** The present usage, at most a second old; null if it is not known now. */
  @Nullable Usage read();

  /** The last usage that was known, however old: for limits. */
  default @Nullable Usage latest() {
    return read();
  }

  /** A reading that is made now, or null. May wait for the server. */
  default @Nullable Usage readNow() throws InterruptedException {
    return read();
  }

  @Override
  default void close() {}
}
