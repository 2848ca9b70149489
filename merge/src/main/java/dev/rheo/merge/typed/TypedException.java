package dev.rheo.merge.typed;

import java.util.List;

/** A value that is not of its type. The message names each fault with its path. */
public final class TypedException extends Exception {
  private static final long serialVersionUID = 1L;

  TypedException(List<String> faults) {
    super(faults.size() == 1 ? faults.getFirst() : "errors:\n  " + String.join("\n  ", faults));
  }
}
