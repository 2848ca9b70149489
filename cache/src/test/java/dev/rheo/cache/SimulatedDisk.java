package dev.rheo.cache;

import dev.rheo.simulation.Scheduler;

/**
 * A disk on which the seed decides which system calls fail, are interrupted, transfer less than was
 * asked, or would have to wait.
 */
final class SimulatedDisk implements DiskFaults {
  private final Scheduler scheduler;

  /** The disk is full, or there are no descriptors: writing and opening fails. */
  boolean full;

  /** One read in so many fails; 0 for none. */
  int unreadable;

  /** How many of 16 reads would have to wait for the disk. */
  int cold;

  /** Calls that failed because of {@code full} or {@code unreadable}. */
  long faults;

  SimulatedDisk(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  boolean healthy() {
    return !full && unreadable == 0;
  }

  void heal() {
    full = false;
    unreadable = 0;
  }

  @Override
  public int error(Call call, int file, long position, long count) {
    scheduler.point("disk");
    int error = error(call);
    scheduler
        .trace()
        .add(call + " of file " + file + ": " + count + " at " + position + ", error " + error);
    return error;
  }

  private int error(Call call) {
    boolean fails =
        switch (call) {
          case OPEN, WRITE -> full && one(2);
          case READ, READ_NO_WAIT -> unreadable > 0 && one(unreadable);
        };
    if (fails) {
      faults++;
      return switch (call) {
        case OPEN -> LinuxCalls.EMFILE;
        case WRITE -> LinuxCalls.ENOSPC;
        case READ, READ_NO_WAIT -> EIO;
      };
    }
    if (call == Call.READ_NO_WAIT && scheduler.random().nextInt(16) < cold) {
      return LinuxCalls.EAGAIN;
    }
    return call != Call.OPEN && one(64) ? LinuxCalls.EINTR : 0;
  }

  @Override
  public long most(Call call, long count) {
    return one(16) ? scheduler.random().nextLong(1, count + 1) : count;
  }

  private boolean one(int in) {
    return scheduler.random().nextInt(in) == 0;
  }
}
