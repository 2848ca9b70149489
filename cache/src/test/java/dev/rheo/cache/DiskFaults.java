package dev.rheo.cache;

/** Decides what becomes of each system call on a file of the spool. Safe for any thread. */
interface DiskFaults {
  int EIO = 5;

  /** A system call. */
  enum Call {
    OPEN,
    READ,
    /** A read that may not wait for the disk. */
    READ_NO_WAIT,
    WRITE
  }

  /**
   * The number of the error with which the call fails, or 0 if it succeeds.
   *
   * @param file counts the files in the order in which they were opened
   */
  int error(Call call, int file, long position, long count);

  /** The most bytes that a successful call transfers: 1 to {@code count}. */
  long most(Call call, long count);
}
