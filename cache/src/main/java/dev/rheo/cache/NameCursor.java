package dev.rheo.cache;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The entries with a name in any namespace. It leaps from namespace to namespace and returns each
 * entry on which it lands: the wanted ones and at most two others in each namespace.
 */
final class NameCursor implements EntryCursor {
  private final EntryTree tree;
  private final byte[] name;
  private byte @Nullable [] from;
  private @Nullable Entry landed;
  private boolean ended;

  NameCursor(EntryTree tree, byte[] name, byte @Nullable [] start) {
    this.tree = tree;
    this.name = name;
    this.from = start;
  }

  @Override
  public @Nullable Entry next() {
    Entry entry = peek();
    if (entry != null) {
      landed = null;
      from = after(entry);
    }
    return entry;
  }

  @Override
  public @Nullable Entry peek() {
    if (landed == null && !ended) {
      landed = tree.cursor(new byte[0], from).peek();
      ended = landed == null;
    }
    return landed;
  }

  /** The next key that may have the name: in this entry's namespace or above it. */
  private byte[] after(Entry entry) {
    int slash = entry.slash();
    if (slash < 0) {
      return Arrays.copyOf(entry.key, entry.key.length + 1);
    }
    byte[] wanted = Arrays.copyOf(entry.key, slash + 1 + name.length);
    System.arraycopy(name, 0, wanted, slash + 1, name.length);
    if (Arrays.compareUnsigned(entry.key, wanted) < 0) {
      return wanted;
    }
    byte[] above = Arrays.copyOf(wanted, slash + 1);
    above[slash]++;
    return above;
  }
}
