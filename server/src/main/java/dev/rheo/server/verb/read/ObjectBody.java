package dev.rheo.server.verb.read;

import dev.rheo.cache.Effort;
import dev.rheo.cache.Entry;
import java.io.IOException;

/** One object, drawn from its form. */
final class ObjectBody extends DrawnItems {

  private final Entry entry;
  private boolean begun;

  ObjectBody(Items items, Entry entry) {
    super(items, new Effort(EFFORT_PER_DRAW));
    this.entry = entry;
  }

  @Override
  State next() throws IOException {
    if (begun) {
      return State.END;
    }
    if (!items.ready(entry, Items.OWN_REVISION)) {
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
