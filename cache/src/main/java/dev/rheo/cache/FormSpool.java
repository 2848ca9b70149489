package dev.rheo.cache;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The files of derived forms and the index of them: place of a version's record → its forms. Both
 * have a budget; when one is exceeded the oldest file goes, with all its forms. A form also goes
 * when its version does, and a file most of whose forms are gone.
 *
 * <p>Thread-safe. Neither finding nor forgetting waits for a form that is being written.
 */
final class FormSpool {
  /** Heap that a form takes, with its place in the index and in its file's list. */
  static final int FORM_HEAP = 112;

  /** Files of which more than this is dead are given up. */
  private static final int DEAD_PERCENT = 75;

  /** So many files hold what the budgets allow, or more. */
  private static final int FILES = 16;

  /** Files are not made smaller than this for the sake of {@link #FILES}. */
  private static final int SMALL_FILE = 256 << 10;

  /** Disk space that is left to others, the store above all, as long as there are older forms. */
  private static final long RESERVE = 1L << 30;

  private static final int WRITE_BUFFER = 256 << 10;

  private final Path directory;
  private SpoolFile.@Nullable Factory files;
  private final long diskBytes;
  private final int fileBytes;
  private final int maxForms;
  private final ConcurrentHashMap<Long, Form> index = new ConcurrentHashMap<>();

  /** Chains that left the index and are not accounted for yet. */
  private final ConcurrentLinkedQueue<Form> forgotten = new ConcurrentLinkedQueue<>();

  /** Guards what follows; held while a form is written. */
  private final ReentrantLock lock = new ReentrantLock();

  private final ArrayDeque<FormFile> open = new ArrayDeque<>();
  private @Nullable ByteBuffer writeBuffer;
  private long bytes;
  private long forms;
  private long evictedFiles;
  private boolean closed;

  /**
   * @param files null for what the platform has
   */
  FormSpool(Path directory, SpoolFile.@Nullable Factory files, CacheSettings settings) {
    this.directory = directory;
    this.files = files;
    this.diskBytes = settings.formDiskBytes();
    long share = Math.max(diskBytes / FILES, Math.min(SMALL_FILE, diskBytes));
    this.fileBytes = (int) Math.min(settings.segmentBytes(), share);
    this.maxForms = (int) Math.clamp(settings.formHeapBytes() / FORM_HEAP, FILES, 1 << 30);
  }

  /** The form, if it is there now. */
  @Nullable Form find(long place, FormKind kind, long revision) {
    return in(index.get(place), kind, revision);
  }

  private static @Nullable Form in(@Nullable Form chain, FormKind kind, long revision) {
    for (Form form = chain; form != null; form = form.next) {
      if (form.is(kind, revision)) {
        return form;
      }
    }
    return null;
  }

  /**
   * Keeps a form that was made.
   *
   * @throws IOException if it cannot be written, even with all other forms given up
   */
  void add(long place, FormKind kind, long revision, FormKind.Made made) throws IOException {
    lock.lock();
    try {
      if (closed) {
        throw new IOException("the cache is closed");
      }
      if (find(place, kind, revision) != null) {
        return;
      }
      FormFile file = append(place, made.bytes());
      int length = made.bytes().length;
      int offset = file.end() - length;
      Form form =
          new Form(kind, revision, file, offset, length, made.plainLength(), made.checksum(), null);
      index.compute(place, (p, chain) -> form.withNext(chain));
      forms++;
      bytes += length;
      tidy();
      while (open.size() > 1 && (bytes > diskBytes || forms > maxForms)) {
        evict(open.element());
      }
    } finally {
      lock.unlock();
    }
  }

  private FormFile append(long place, byte[] form) throws IOException {
    while (true) {
      FormFile head = open.peekLast();
      if (head == null
          || (long) head.end() + form.length > fileBytes && head.end() > 0
          || head.count() >= Math.max(1, maxForms / FILES)) {
        head = begin();
      }
      try {
        head.append(place, form, buffer());
        return head;
      } catch (IOException e) {
        // The disk may be full: what was made earlier can be made again.
        evict(open.element());
        if (open.isEmpty()) {
          throw e;
        }
      }
    }
  }

  private FormFile begin() throws IOException {
    while (!open.isEmpty() && Files.getFileStore(directory).getUsableSpace() < RESERVE) {
      evict(open.element());
    }
    SpoolFile.Factory factory = files;
    if (factory == null) {
      factory = SpoolFile.Factory.platform(directory);
      files = factory;
    }
    Path path = directory.resolve("forms-" + Long.toHexString(System.nanoTime()));
    FormFile file = new FormFile(path, factory.create(path));
    open.add(file);
    return file;
  }

  private ByteBuffer buffer() {
    ByteBuffer buffer = writeBuffer;
    if (buffer == null) {
      buffer = ByteBuffer.allocateDirect(WRITE_BUFFER);
      writeBuffer = buffer;
    }
    return buffer;
  }

  /** Gives up a file that cannot be read. */
  void failed(FormFile file, IOException e) {
    lock.lock();
    try {
      if (!file.evicted) {
        System.getLogger(FormSpool.class.getName())
            .log(Level.WARNING, "A file of forms cannot be read and is given up: " + e);
        evict(file);
      }
    } finally {
      lock.unlock();
    }
  }

  private void evict(FormFile file) {
    for (int i = 0; i < file.count(); i++) {
      index.computeIfPresent(
          file.place(i),
          (place, chain) -> {
            Form kept = null;
            for (Form form = chain; form != null; form = form.next) {
              if (form.file != file) {
                kept = form.withNext(kept);
              } else {
                forms--;
                bytes -= form.length();
              }
            }
            return kept;
          });
    }
    bytes -= file.dead;
    open.remove(file);
    file.evict();
    evictedFiles++;
  }

  /**
   * A version is gone: so are its forms. Does not touch the disk; what they took is accounted for
   * when the next form is kept or the figures are asked for.
   */
  void forget(long place) {
    Form chain = index.remove(place);
    if (chain != null) {
      forgotten.add(chain);
    }
  }

  /** No version stands in this segment of the spool any more. */
  void forgetSegment(int segment) {
    for (Long place : index.keySet()) {
      if (Place.segment(place) == segment) {
        forget(place);
      }
    }
  }

  /** Accounts for what was forgotten, and gives up files that are mostly dead. */
  private void tidy() {
    for (Form chain = forgotten.poll(); chain != null; chain = forgotten.poll()) {
      for (Form form = chain; form != null; form = form.next) {
        forms--;
        FormFile file = form.file;
        if (file.evicted) {
          // The file went before this form was accounted for, and without it.
          bytes -= form.length();
          continue;
        }
        file.dead += form.length();
        if (file != open.peekLast() && file.dead * 100 > (long) file.end() * DEAD_PERCENT) {
          evict(file);
        }
      }
    }
  }

  void close() {
    lock.lock();
    try {
      closed = true;
      while (!open.isEmpty()) {
        evict(open.element());
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Figures of this moment.
   *
   * @param bytes bytes of the files
   * @param evictedFiles files that were given up since the start
   */
  record Figures(long bytes, long forms, long evictedFiles) {}

  Figures figures() {
    lock.lock();
    try {
      tidy();
      return new Figures(bytes, forms, evictedFiles);
    } finally {
      lock.unlock();
    }
  }
}
