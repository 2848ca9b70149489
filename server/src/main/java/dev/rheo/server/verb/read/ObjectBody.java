package dev.rheo.server.verb.read;

import dev.rheo.cache.Entry;
import dev.rheo.cache.WorkBudget;
import dev.rheo.server.verb.item.ItemBody;
import dev.rheo.server.verb.item.ItemEncoder;
import java.io.IOException;

/** One object, drawn from its form. */
final class ObjectBody extends ItemBody {

  private final Entry entry;
  private boolean begun;

  ObjectBody(ItemEncoder items, Entry entry) {
    super(items, new WorkBudget(EFFORT_PER_DRAW));
    this.entry = entry;
  }

  @Override
  protected State next() throws IOException {
    if (begun) {
      return State.END;
    }
    if (!items.ready(entry, ItemEncoder.OWN_REVISION)) {
      return State.WAIT;
    }
    items.beginObject(entry);
    begun = true;
    return State.MORE;
  }

  @Override
  public String toString() {
    return "reading " + entry.key();
  }
}
