package dev.rheo.cache;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The files of derived forms and their index, from the place of a version's record to its forms.
 * Both have a budget; when one is exceeded, the oldest file is evicted with all its forms. A form
 * is also dropped with its version, and a file is evicted when most of it is dead.
 *
 * <p>Thread-safe. Neither finding nor dropping a form waits for one that is being written.
 */
final class FormSpool {
  /** Heap of a form, including its index entry and its slot in the file's list. */
  static final int FORM_HEAP = 112;

  /** A file is evicted when more than this share of it is dead, in percent. */
  private static final int DEAD_PERCENT = 75;

  /**
   * Free disk space left to others, above all the store: older forms are evicted to preserve it.
   */
  private static final long RESERVE = 1L << 30;

  private static final int WRITE_BUFFER = 256 << 10;

  private final Path directory;
  private SpoolFile.@Nullable Factory files;
  private final long diskBytes;
  private final int fileBytes;
  private final int maxFiles;
  private final int maxForms;
  private final boolean encrypted;
  private final ConcurrentHashMap<Long, Form> index = new ConcurrentHashMap<>();

  /** Chains that left the index but are not yet accounted for. */
  private final ConcurrentLinkedQueue<Form> forgotten = new ConcurrentLinkedQueue<>();

  /** Guards the fields below; held while a form is written. */
  private final ReentrantLock lock;

  private final ArrayDeque<FormFile> open = new ArrayDeque<>();
  private @Nullable ByteBuffer writeBuffer;
  private long bytes;
  private long forms;
  private long evictedFiles;
  private boolean closed;

  /**
   * @param files null for the platform's default
   */
  FormSpool(
      Threads threads, Path directory, SpoolFile.@Nullable Factory files, CacheSettings settings) {
    this.lock = threads.lock();
    this.directory = directory;
    this.files = files;
    this.encrypted = settings.encrypted();
    this.diskBytes = settings.formDiskBytes();
    this.fileBytes = settings.formFileBytes();
    this.maxFiles = settings.formFiles();
    this.maxForms =
        (int) Math.clamp(settings.formHeapBytes() / FORM_HEAP, CacheSettings.FORM_FILES, 1 << 30);
  }

  /** The form, or null if there is none now. */
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
   * Adds a form.
   *
   * @throws NotCachedException if the kind is released
   * @throws IOException if the form cannot be written even after all other forms were evicted
   */
  void add(long place, FormKind kind, long revision, FormKind.Made made) throws IOException {
    lock.lock();
    try {
      if (closed) {
        throw new IOException("the cache is closed");
      }
      if (kind.isReleased()) {
        throw new NotCachedException("forms of " + kind);
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
          || head.count() >= maxForms / CacheSettings.FORM_FILES) {
        head = begin();
      }
      try {
        head.append(place, form, buffer());
        return head;
      } catch (IOException e) {
        // The disk may be full, and older forms can be made again.
        evict(open.element());
        if (open.isEmpty()) {
          throw e;
        }
      }
    }
  }

  private FormFile begin() throws IOException {
    SpoolFile.Factory factory = files;
    if (factory == null) {
      factory = SpoolFile.Factory.platform(directory, encrypted);
      files = factory;
    }
    while (open.size() >= maxFiles
        || (!open.isEmpty() && factory.usableSpace(directory) < RESERVE)) {
      evict(open.element());
    }
    while (true) {
      try {
        Path path = directory.resolve(AppendOnlyFile.name("forms-"));
        FormFile file = new FormFile(path, factory.create(path));
        open.add(file);
        return file;
      } catch (IOException e) {
        // There may be no descriptor or no space for one more, and older forms can be made again.
        if (open.isEmpty()) {
          throw e;
        }
        evict(open.element());
      }
    }
  }

  private ByteBuffer buffer() {
    ByteBuffer buffer = writeBuffer;
    if (buffer == null) {
      buffer = ByteBuffer.allocateDirect(WRITE_BUFFER);
      writeBuffer = buffer;
    }
    return buffer;
  }

  /** Evicts a file that cannot be read. */
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
   * Drops the forms of a version that is gone. Does not touch the disk; their space is accounted
   * for when the next form is added or the figures are read.
   */
  void forget(long place) {
    Form chain = index.remove(place);
    if (chain != null) {
      forgotten.add(chain);
    }
  }

  /** Drops the forms of all versions whose records are in an unlinked segment. */
  void forgetSegment(int segment) {
    for (Long place : index.keySet()) {
      if (Place.segment(place) == segment) {
        forget(place);
      }
    }
  }

  /**
   * Drops all forms of released kinds. Looks at every form; afterwards there are none of these
   * kinds, and there will be none.
   */
  void dropReleased() {
    // Under the lock, so that no form is added any more that passed its check before the release.
    lock.lock();
    try {
      for (Map.Entry<Long, Form> entry : index.entrySet()) {
        if (hasReleased(entry.getValue())) {
          index.computeIfPresent(entry.getKey(), (place, chain) -> withoutReleased(chain));
        }
      }
      tidy();
    } finally {
      lock.unlock();
    }
  }

  private static boolean hasReleased(Form chain) {
    for (Form form = chain; form != null; form = form.next) {
      if (form.kind.isReleased()) {
        return true;
      }
    }
    return false;
  }

  private @Nullable Form withoutReleased(Form chain) {
    Form kept = null;
    for (Form form = chain; form != null; form = form.next) {
      if (form.kind.isReleased()) {
        forgotten.add(form.withNext(null));
      } else {
        kept = form.withNext(kept);
      }
    }
    return kept;
  }

  /** Accounts for dropped forms, and evicts files that are mostly dead. */
  private void tidy() {
    for (Form chain = forgotten.poll(); chain != null; chain = forgotten.poll()) {
      for (Form form = chain; form != null; form = form.next) {
        forms--;
        FormFile file = form.file;
        if (file.evicted) {
          // The eviction did not count this form, which had already left the index.
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
   * Current figures.
   *
   * @param bytes bytes of the files
   * @param evictedFiles files evicted since the start
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
