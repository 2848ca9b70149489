package dev.rheo.simulation;

import java.util.ArrayDeque;

/** What happened in a run: a hash of all lines, and the last ones. */
public final class Trace {
  private static final int KEPT = 100;

  private final ArrayDeque<String> last = new ArrayDeque<>();
  private long hash = 0xcbf29ce484222325L;
  private long lines;

  public void add(String line) {
    for (int i = 0; i < line.length(); i++) {
      hash = (hash ^ line.charAt(i)) * 0x100000001b3L;
    }
    hash = (hash ^ '\n') * 0x100000001b3L;
    lines++;
    last.add(line);
    if (last.size() > KEPT) {
      last.remove();
    }
  }

  /** FNV-1a of all lines, and their number. Equal for two runs of one seed. */
  public String digest() {
    return "%016x of %d lines".formatted(hash, lines);
  }

  /** The last lines, oldest first. */
  public String tail() {
    return String.join("\n", last);
  }
}
