package dev.rheo.cache;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/** Spool files that can be made to fail, or to be cold. */
final class FaultyFiles implements SpoolFile.Factory {
  volatile boolean writesFail;
  volatile boolean readsFail;

  /** The number of files that can be open at once. */
  volatile int descriptors = Integer.MAX_VALUE;

  /** Reads that may not block find nothing. */
  volatile boolean cold;

  /** Run before each read that may block. */
  volatile Runnable beforeBlocking = () -> {};

  /** A read waited for the disk on a virtual thread, and so kept its carrier thread. */
  volatile boolean heldCarrier;

  final AtomicInteger blockingReads = new AtomicInteger();
  final AtomicInteger open = new AtomicInteger();
  final AtomicInteger mostOpen = new AtomicInteger();

  @Override
  public SpoolFile create(Path path) throws IOException {
    if (writesFail) {
      throw new IOException("no space left on device");
    }
    if (open.get() >= descriptors) {
      throw new IOException("too many open files");
    }
    SpoolFile file = ChannelFile.create(path);
    mostOpen.accumulateAndGet(open.incrementAndGet(), Math::max);
    return new SpoolFile() {
      @Override
      public int read(ByteBuffer dst, long position, boolean mayBlock) throws IOException {
        if (readsFail) {
          throw new IOException("input/output error");
        }
        if (cold && !mayBlock) {
          return WOULD_BLOCK;
        }
        if (mayBlock) {
          heldCarrier |= Thread.currentThread().isVirtual();
          blockingReads.incrementAndGet();
          beforeBlocking.run();
        }
        return file.read(dst, position, mayBlock);
      }

      @Override
      public void write(ByteBuffer src, long position) throws IOException {
        if (writesFail) {
          // Like a full disk: only a part is written.
          ByteBuffer half = src.slice(src.position(), src.remaining() / 2);
          file.write(half, position);
          throw new IOException("no space left on device");
        }
        file.write(src, position);
      }

      @Override
      public void close() {
        open.decrementAndGet();
        file.close();
      }
    };
  }
}
