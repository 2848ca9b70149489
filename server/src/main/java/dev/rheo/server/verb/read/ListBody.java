package dev.rheo.server.verb.read;

import dev.rheo.cache.Entry;
import dev.rheo.cache.EntryCursor;
import dev.rheo.server.http.Body;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A list, written item by item from a snapshot: its head, the items with commas between them, its
 * end. What it holds is a place in the snapshot.
 */
final class ListBody implements Body {

  private static final Logger LOG = System.getLogger(ListBody.class.getName());

  /** How many entries one draw looks at before others get their turn. */
  private static final int ENTRIES_PER_DRAW = 1024;

  private static final byte[] FIRST = "{".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] NEXT = ",{".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] END = "]}\n".getBytes(StandardCharsets.US_ASCII);

  private final FormWriter writer;
  private final Items items;
  private final EntryCursor entries;
  private final Selection selection;
  private final @Nullable String lastKey;
  private Runnable wake = () -> {};

  /** The selected entry that is to be written next, if it could not be begun yet. */
  private @Nullable Entry pending;

  private boolean first = true;
  private boolean complete;
  private boolean ended;

  /**
   * @param head all that stands before the first item
   * @param lastKey the key of the last item if the list is a page of a longer one, else null
   */
  ListBody(
      byte[] head,
      FormWriter writer,
      Items items,
      EntryCursor entries,
      Selection selection,
      @Nullable String lastKey) {
    this.writer = writer;
    this.items = items;
    this.entries = entries;
    this.selection = selection;
    this.lastKey = lastKey;
    writer.start(head);
  }

  @Override
  public void onReady(Runnable wake) {
    this.wake = wake;
  }

  @Override
  public State draw(ByteBuf out) {
    try {
      for (int examined = 0; examined < ENTRIES_PER_DRAW; examined++) {
        switch (writer.write(out)) {
          case FULL -> {
            return State.MORE;
          }
          case COLD -> {
            writer.load(wake);
            return State.WAIT;
          }
          case DONE -> {}
        }
        if (ended) {
          return State.END;
        }
        Entry entry = pending != null ? pending : complete ? null : entries.next();
        if (entry == null) {
          writer.start(END);
          ended = true;
        } else if (pending != null || selection.matches(entry)) {
          if (!items.beginInList(writer, first ? FIRST : NEXT, entry, wake)) {
            pending = entry;
            return State.WAIT;
          }
          pending = null;
          first = false;
          complete = entry.key().equals(lastKey);
        }
      }
      return State.MORE;
    } catch (IOException | RuntimeException e) {
      LOG.log(Level.ERROR, "a list broke off", e);
      return State.ABORT;
    }
  }

  @Override
  public void close() {}
}
