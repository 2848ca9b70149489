package dev.rheo.server.verb.read;

import dev.rheo.cache.Entry;
import dev.rheo.cache.WorkBudget;
import dev.rheo.codec.schema.ListMetadata;
import dev.rheo.server.verb.item.FilteredCursor;
import dev.rheo.server.verb.item.ItemBody;
import dev.rheo.server.verb.item.ItemEncoder;
import java.io.IOException;

/**
 * A list, written item by item from a snapshot: its head, the items, its end. It holds only a
 * position in the snapshot. If the head contains the list's size (protobuf), the items are measured
 * first, which needs their forms but not their bytes.
 */
final class ListBody extends ItemBody {

  private enum Phase {
    MEASURING,
    HEAD,
    ITEMS,
    ENDED
  }

  private final ListMetadata meta;
  private final FilteredCursor measured;
  private final FilteredCursor entries;
  private Phase phase;
  private long size;

  /**
   * @param measured the entries of the list, to be measured
   * @param entries the same entries, to be written
   */
  ListBody(
      ItemEncoder items,
      WorkBudget effort,
      ListMetadata meta,
      FilteredCursor measured,
      FilteredCursor entries) {
    super(items, effort);
    this.meta = meta;
    this.measured = measured;
    this.entries = entries;
    this.phase = items.encoding().sized() ? Phase.MEASURING : Phase.HEAD;
  }

  @Override
  protected State next() throws IOException {
    switch (phase) {
      case MEASURING -> {
        Entry entry = measured.peek();
        if (entry == null && measured.paused()) {
          return State.MORE;
        } else if (entry == null) {
          phase = Phase.HEAD;
        } else if (items.ready(entry, ItemEncoder.OWN_REVISION)) {
          size += items.encoding().itemSize(items.length(entry, ItemEncoder.OWN_REVISION));
          measured.next();
        } else {
          return State.WAIT;
        }
      }
      case HEAD -> {
        writer.start(items.encoding().listHead(meta, size));
        phase = Phase.ITEMS;
      }
      case ITEMS -> {
        Entry entry = entries.peek();
        if (entry == null && entries.paused()) {
          return State.MORE;
        } else if (entry == null) {
          writer.start(items.encoding().listEnd(meta, items.first()));
          phase = Phase.ENDED;
        } else if (items.ready(entry, ItemEncoder.OWN_REVISION)) {
          items.beginItem(entry);
          entries.next();
        } else {
          return State.WAIT;
        }
      }
      case ENDED -> {
        return State.END;
      }
    }
    return State.MORE;
  }

  @Override
  public String toString() {
    return "a list";
  }
}
