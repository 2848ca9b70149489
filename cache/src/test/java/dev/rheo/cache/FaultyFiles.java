package dev.rheo.cache;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The files that production uses, on a disk that can fail, be full or be slow: the faults are those
 * of the system calls beneath {@link LinuxFile}, or of the channel beneath {@link ChannelFile}.
 */
final class FaultyFiles implements SpoolFile.Factory {
  volatile boolean writesFail;
  volatile boolean readsFail;

  /** The number of writes after which the disk is full. */
  final AtomicInteger writesLeft = new AtomicInteger(Integer.MAX_VALUE);

  /** The number of files that can be open at once. */
  volatile int descriptors = Integer.MAX_VALUE;

  /** Reads that may not block find nothing. */
  volatile boolean cold;

  /** Run before each read that may block. */
  volatile Runnable beforeBlocking = () -> {};

  /** A read waited for the disk on a virtual thread, and so kept its carrier thread. */
  volatile boolean heldCarrier;

  volatile long usableSpace = Long.MAX_VALUE;

  final AtomicInteger blockingReads = new AtomicInteger();
  final AtomicInteger open = new AtomicInteger();
  final AtomicInteger mostOpen = new AtomicInteger();

  private final AtomicInteger opened = new AtomicInteger();
  private final boolean linux;
  private final DiskFaults faults;

  /** Files of this platform, whose faults the fields decide. */
  FaultyFiles() {
    this.linux = LinuxFile.linked();
    this.faults = new ByFields();
  }

  /**
   * @param linux whether they are {@link LinuxFile}s, or else {@link ChannelFile}s
   */
  FaultyFiles(boolean linux, DiskFaults faults) {
    this.linux = linux;
    this.faults = faults;
  }

  @Override
  public SpoolFile create(Path path) throws IOException {
    return linux
        ? LinuxFile.create(path, new Calls())
        : new Cold(ChannelFile.create(path, Channel::new));
  }

  @Override
  public long usableSpace(Path directory) {
    return usableSpace;
  }

  private void opened() {
    mostOpen.accumulateAndGet(open.incrementAndGet(), Math::max);
  }

  private void beforeBlocking() {
    heldCarrier |= Thread.currentThread().isVirtual();
    blockingReads.incrementAndGet();
    beforeBlocking.run();
  }

  private final class ByFields implements DiskFaults {
    @Override
    public int error(Call call, int file, long position, long count) {
      return switch (call) {
        case OPEN ->
            writesFail ? LinuxCalls.ENOSPC : open.get() >= descriptors ? LinuxCalls.EMFILE : 0;
        case READ -> readsFail ? EIO : 0;
        case READ_NO_WAIT -> readsFail ? EIO : cold ? LinuxCalls.EAGAIN : 0;
        // A full disk takes a part first.
        case WRITE ->
            writesLeft.getAndDecrement() <= 0 || writesFail && count == 1 ? LinuxCalls.ENOSPC : 0;
      };
    }

    @Override
    public long most(Call call, long count) {
      return call == Call.WRITE && writesFail ? count / 2 : count;
    }
  }

  private final class Calls implements LinuxCalls {
    private final int file = opened.incrementAndGet();

    @Override
    public int open(MemorySegment path, int flags) {
      int error = faults.error(DiskFaults.Call.OPEN, file, 0, 0);
      if (error != 0) {
        return -error;
      }
      int fd = NATIVE.open(path, flags);
      if (fd >= 0) {
        opened();
      }
      return fd;
    }

    @Override
    public long pread(int fd, MemorySegment to, long count, long position) {
      int error = faults.error(DiskFaults.Call.READ, file, position, count);
      if (error != 0) {
        return -error;
      }
      beforeBlocking();
      return NATIVE.pread(fd, to, faults.most(DiskFaults.Call.READ, count), position);
    }

    /** The test decides what is in memory, not the page cache. */
    @Override
    public long preadNoWait(int fd, MemorySegment to, long count, long position) {
      int error = faults.error(DiskFaults.Call.READ_NO_WAIT, file, position, count);
      return error != 0
          ? -error
          : NATIVE.pread(fd, to, faults.most(DiskFaults.Call.READ_NO_WAIT, count), position);
    }

    @Override
    public long pwrite(int fd, MemorySegment from, long count, long position) {
      int error = faults.error(DiskFaults.Call.WRITE, file, position, count);
      return error != 0
          ? -error
          : NATIVE.pwrite(fd, from, faults.most(DiskFaults.Call.WRITE, count), position);
    }

    @Override
    public int close(int fd) {
      open.decrementAndGet();
      return NATIVE.close(fd);
    }
  }

  /** A channel has no read that does not wait: it is cold as the test wants it. */
  private final class Cold implements SpoolFile {
    private final SpoolFile file;

    Cold(SpoolFile file) {
      this.file = file;
    }

    @Override
    public int read(ByteBuffer dst, long position, boolean mayBlock) throws IOException {
      return cold && !mayBlock ? WOULD_BLOCK : file.read(dst, position, mayBlock);
    }

    @Override
    public void write(ByteBuffer src, long position) throws IOException {
      file.write(src, position);
    }

    @Override
    public void close() {
      file.close();
    }
  }

  private final class Channel extends PositionedChannel {
    private final int file = opened.incrementAndGet();
    private final FileChannel channel;

    Channel(Path path) throws IOException {
      fail(DiskFaults.Call.OPEN, 0, 0);
      channel = ChannelFile.open(path);
      opened();
    }

    private void fail(DiskFaults.Call call, long position, long count) throws IOException {
      int error = faults.error(call, file, position, count);
      if (error != 0 && error != LinuxCalls.EINTR) {
        throw new IOException(call + " failed: errno " + error);
      }
    }

    @Override
    public int read(ByteBuffer dst, long position) throws IOException {
      fail(DiskFaults.Call.READ, position, dst.remaining());
      beforeBlocking();
      int limit = dst.limit();
      dst.limit(dst.position() + (int) faults.most(DiskFaults.Call.READ, dst.remaining()));
      try {
        return channel.read(dst, position);
      } finally {
        dst.limit(limit);
      }
    }

    @Override
    public int write(ByteBuffer src, long position) throws IOException {
      fail(DiskFaults.Call.WRITE, position, src.remaining());
      int limit = src.limit();
      src.limit(src.position() + (int) faults.most(DiskFaults.Call.WRITE, src.remaining()));
      try {
        return channel.write(src, position);
      } finally {
        src.limit(limit);
      }
    }

    @Override
    protected void implCloseChannel() throws IOException {
      open.decrementAndGet();
      channel.close();
    }
  }
}
