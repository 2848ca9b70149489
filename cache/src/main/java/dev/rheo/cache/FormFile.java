package dev.rheo.cache;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A file of derived forms. Unlike a {@link Segment} it can be evicted while its forms are being
 * read: readers get a {@link GoneException}, and the disk space is free as soon as the reads under
 * way end.
 */
final class FormFile extends AppendOnlyFile {
  /** The file was evicted. */
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

  /** Reads under way, plus one while the file is in use. */
  private final AtomicInteger users = new AtomicInteger(1);

  private volatile int end;

  /**
   * Places of the versions whose forms are in this file. {@link FormSpool}'s lock guards this and
   * the fields below.
   */
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

  /** Appends a form of the version whose record is at {@code place}. */
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

  /** Evicts the file. Called once. */
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
