package dev.rheo.cache;

import java.lang.foreign.MemorySegment;

/**
 * The system calls of a {@link LinuxFile}. Each returns what the kernel does: a negative number is
 * a negated error number. A test injects faults here, beneath the file.
 */
interface LinuxCalls {
  LinuxCalls NATIVE = new NativeCalls();

  int EINTR = 4;
  int EAGAIN = 11;
  int EMFILE = 24;
  int ENOSPC = 28;
  int EOPNOTSUPP = 95;

  /**
   * @param path ends with a zero byte
   */
  int open(MemorySegment path, int flags);

  long pread(int fd, MemorySegment to, long count, long position);

  /** As {@code pread}, but {@link #EAGAIN} instead of waiting for the disk. */
  long preadNoWait(int fd, MemorySegment to, long count, long position);

  long pwrite(int fd, MemorySegment from, long count, long position);

  int close(int fd);
}
