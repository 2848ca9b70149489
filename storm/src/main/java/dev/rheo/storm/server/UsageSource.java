package dev.rheo.storm.server;

import dev.rheo.storm.result.Memory;
import org.jspecify.annotations.Nullable;

/** Source of the server's {@link Usage}. Thread-safe. */
public interface UsageSource extends AutoCloseable {

  /** A source whose usage is always unknown. */
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

  /** Returns the current usage, at most two seconds old, or null if it is unknown. */
  @Nullable Usage read();

  /** Returns the last known usage, however old, or null. Memory limits are checked against it. */
  default @Nullable Usage latest() {
    return read();
  }

  /**
   * Takes a new reading and returns it; if that fails, returns {@link #read}. May block on the
   * server.
   */
  default @Nullable Usage readNow() throws InterruptedException {
    return read();
  }

  @Override
  default void close() {}
}
