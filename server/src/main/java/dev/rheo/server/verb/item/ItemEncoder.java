package dev.rheo.server.verb.item;

import dev.rheo.cache.Entry;
import dev.rheo.cache.EntryCursor;
import dev.rheo.cache.Form;
import dev.rheo.cache.FormKind;
import dev.rheo.cache.FormReader;
import dev.rheo.codec.json.RevisionSplice;
import dev.rheo.server.encoding.Encoding;
import dev.rheo.server.encoding.Encoding.Frame;
import dev.rheo.server.encoding.Encoding.ObjectInfo;
import dev.rheo.server.encoding.ObjectRange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Begins objects as items of a body: checks that the bytes to be written of an object are in
 * memory, requests those that are not, and adds the frame.
 *
 * <p>Belongs to one body; used on its event loop.
 */
public final class ItemEncoder {

  /** Stands for the object's own revision. */
  public static final long OWN_REVISION = 0;

  private static final byte[] NO_CELLS = {};

  /** Tells which entries follow an entry, so that their forms are made in advance. */
  @FunctionalInterface
  public interface Ahead {
    Ahead UNKNOWN = entry -> null;

    @Nullable EntryCursor after(Entry entry);
  }

  private final Encoding encoding;
  private final FormReader reader;

  /** A reader of its own, as cells and objects are in different files, each read sequentially. */
  private final FormReader cellsReader;

  private final FormWriter writer;
  private final ObjectRange part;
  private final @Nullable FormKind kind;
  private Ahead ahead;
  private Runnable wake = () -> {};

  /** The form of the entry that is ready. */
  private @Nullable Form form;

  private byte[] cells = NO_CELLS;
  private @Nullable ByteBuffer readingCells;
  private boolean first = true;

  /**
   * @param inList whether the objects are items of a list
   * @param compressed whether the writer writes a gzip member
   */
  public ItemEncoder(
      Encoding encoding, boolean inList, FormReader reader, boolean compressed, Ahead ahead) {
    this.encoding = encoding;
    this.reader = reader;
    this.cellsReader = encoding.cells() == null ? reader : reader.another();
    this.writer = new FormWriter(reader, compressed);
    this.part = encoding.part(inList);
    this.kind = compressed ? part.compressed() : part.kind();
    this.ahead = ahead;
  }

  public FormWriter writer() {
    return writer;
  }

  public Encoding encoding() {
    return encoding;
  }

  /** Whether no item was begun yet. */
  public boolean first() {
    return first;
  }

  /** Cancels the pending loads. */
  public void close() {
    reader.close();
    cellsReader.close();
  }

  public void onReady(Runnable wake) {
    this.wake = wake;
  }

  /**
   * Stops making forms in advance, as later entries come in no known order; releases the snapshot.
   */
  public void endAhead() {
    ahead = Ahead.UNKNOWN;
  }

  /**
   * Whether an entry can be begun or measured now. If not, the wake-up is run when it is time to
   * ask again for the same entry.
   *
   * @param revision replaces the entry's own, or {@link #OWN_REVISION}
   */
  public boolean ready(Entry entry, long revision) throws IOException {
    if (kind != null) {
      form = form(reader, kind, entry, revision);
      if (form == null) {
        return false;
      }
    }
    FormKind template = encoding.cells();
    return template == null || readCells(template, entry);
  }

  private @Nullable Form form(FormReader from, FormKind wanted, Entry entry, long revision)
      throws IOException {
    Form found = from.form(wanted, entry, revision);
    if (found == null) {
      EntryCursor next = revision == OWN_REVISION ? ahead.after(entry) : null;
      from.make(wanted, entry, revision, next, wake);
    }
    return found;
  }

  private boolean readCells(FormKind template, Entry entry) throws IOException {
    Form found = form(cellsReader, template, entry, OWN_REVISION);
    if (found == null) {
      return false;
    }
    ByteBuffer into = readingCells;
    if (into == null || into.capacity() != found.length()) {
      into = ByteBuffer.allocate(found.length());
      readingCells = into;
    }
    while (into.hasRemaining()) {
      int n = cellsReader.read(found, into.position(), into.remaining(), into);
      if (n == FormReader.NOT_IN_MEMORY) {
        cellsReader.load(found, into.position(), wake);
        return false;
      } else if (n == FormReader.GONE) {
        cellsReader.make(template, entry, OWN_REVISION, null, wake);
        return false;
      }
    }
    cells = into.array();
    readingCells = null;
    return true;
  }

  /** Uncompressed bytes to write of the entry that is ready. */
  public int length(Entry entry, long revision) {
    Form present = form;
    if (present != null) {
      return present.plainLength();
    }
    int digits =
        revision == OWN_REVISION ? 0 : RevisionSplice.digits(revision) - entry.revisionLength();
    return switch (part.extent()) {
      case WHOLE -> entry.length() - entry.metadataOffset() + digits;
      case METADATA -> entry.metadataEnd() - entry.metadataOffset() + digits;
      case NOTHING -> 0;
    };
  }

  private ObjectInfo subject(Entry entry, long revision) {
    long told = revision == OWN_REVISION ? entry.revision() : revision;
    return new ObjectInfo(length(entry, revision), told, cells, first);
  }

  /** Begins the entry that is ready as a single object. */
  public void beginObject(Entry entry) {
    begin(encoding.object(subject(entry, OWN_REVISION)), entry, OWN_REVISION);
  }

  /** Begins the entry that is ready as an item of a list. */
  public void beginItem(Entry entry) {
    begin(encoding.item(subject(entry, OWN_REVISION)), entry, OWN_REVISION);
  }

  /** Begins the entry that is ready as the object of an event. */
  public void beginEvent(String eventType, Entry entry, long revision) {
    begin(encoding.event(eventType, subject(entry, revision)), entry, revision);
  }

  private void begin(Frame frame, Entry entry, long revision) {
    first = false;
    Form present = form;
    if (present != null && kind != null) {
      writer.start(frame, entry, kind, present, revision);
    } else {
      int from = entry.metadataOffset();
      int to =
          switch (part.extent()) {
            case WHOLE -> entry.length();
            case METADATA -> entry.metadataEnd();
            case NOTHING -> from;
          };
      writer.start(frame, entry, from, to, revision);
    }
    form = null;
    cells = NO_CELLS;
  }

  /** Begins a bookmark. */
  public void beginBookmark(long revision) throws IOException {
    beginBookmark(revision, Map.of());
  }

  /** Begins a bookmark with an annotation. */
  public void beginBookmark(long revision, String annotation, String value) throws IOException {
    beginBookmark(revision, Map.of(annotation, value));
  }

  private void beginBookmark(long revision, Map<String, String> annotations) throws IOException {
    writer.start(encoding.bookmark(revision, annotations, first));
    first = false;
  }
}
