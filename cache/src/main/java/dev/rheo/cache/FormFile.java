package dev.rheo.cache;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A file of derived forms. Unlike a {@link Segment} it may be given up while forms in it are still
 * read: readers are told so, and the disk space is free at once.
 */
final class FormFile extends Readable {
  /** The file was given up. */
  static final class GoneException extends IOException {
    private static final long serialVersionUID = 1L;

    GoneException() {
      super("given up");
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
      return this;
    }
  }

  private final Path path;
  private final SpoolFile file;

  /** Reads under way, and one for as long as the file is in use. */
  private final AtomicInteger users = new AtomicInteger(1);

  private volatile int end;

  /** The versions whose forms stand here. This and what follows belong to {@link FormSpool}. */
  private long[] places = new long[64];

  private int count;

  /** Bytes of forms whose version is gone. */
  long dead;

  boolean evicted;

  FormFile(Path path, SpoolFile file) {
    this.path = path;
    this.file = file;
  }

  @Override
  int end() {
    return end;
  }

  @Override
  int read(ByteBuffer dst, int position, boolean mayBlock) throws IOException {
    if (!acquire()) {
      throw new GoneException();
    }
    try {
      return file.read(dst, position, mayBlock);
    } finally {
      release();
    }
  }

  private boolean acquire() {
    int now = users.get();
    while (now > 0) {
      if (users.compareAndSet(now, now + 1)) {
        return true;
      }
      now = users.get();
    }
    return false;
  }

  private void release() {
    if (users.decrementAndGet() == 0) {
      file.close();
    }
  }

  /** Appends a form of the version at this place. */
  void append(long place, byte[] bytes, ByteBuffer through) throws IOException {
    int at = end;
    for (int done = 0; done < bytes.length; ) {
      int n = Math.min(bytes.length - done, through.capacity());
      through.clear();
      through.put(bytes, done, n).flip();
      file.write(through, at + done);
      done += n;
    }
    end = at + bytes.length;
    if (count == places.length) {
      places = Arrays.copyOf(places, 2 * count);
    }
    places[count++] = place;
  }

  long place(int index) {
    return places[index];
  }

  int count() {
    return count;
  }

  /** Gives the file up: once. */
  void evict() {
    evicted = true;
    places = new long[0];
    count = 0;
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      System.getLogger(FormFile.class.getName())
          .log(System.Logger.Level.WARNING, "Cannot delete " + path, e);
    }
    release();
  }
}
