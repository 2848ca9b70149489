package dev.rheo.edge;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * Finds the items of a CBOR sequence (RFC 8742). A sequence has no separators, so the end of an
 * item is found by following its nesting. Only item heads are decoded; the bytes of strings are
 * skipped.
 */
final class CborMessages extends Messages {

  private static final int MAX_DEPTH = 10_000;
  private static final long UNTIL_BREAK = -1;
  private static final int INDEFINITE = 31;

  /**
   * For each open array, map and indefinite-length string: remaining items, or {@link
   * #UNTIL_BREAK}.
   */
  private long[] open = new long[16];

  private int depth;

  /** Remaining bytes of a string. */
  private long skip;

  /** The head being read: initial byte, argument so far, and remaining bytes of the argument. */
  private int head;

  private long argument;
  private int argumentLeft;

  @Override
  public int end(ByteBuf in, int from, int to) {
    int at = from;
    while (at < to) {
      boolean itemDone;
      if (skip > 0) {
        int passed = (int) Math.min(skip, to - at);
        at += passed;
        skip -= passed;
        itemDone = skip == 0;
      } else if (argumentLeft > 0) {
        argument = argument << 8 | in.getUnsignedByte(at++);
        itemDone = --argumentLeft == 0 && headDone();
      } else {
        head = in.getUnsignedByte(at++);
        int info = head & 31;
        argument = info < 24 ? info : 0;
        argumentLeft = info < 24 || info == INDEFINITE ? 0 : argumentBytes(info);
        itemDone = argumentLeft == 0 && headDone();
      }
      if (itemDone && closeComplete()) {
        return at;
      }
    }
    return -1;
  }

  private static int argumentBytes(int info) {
    if (info > 27) {
      throw new IllegalStateException("not CBOR: additional information " + info);
    }
    return 1 << (info - 24);
  }

  /** Whether the head completed an item. */
  private boolean headDone() {
    boolean indefinite = (head & 31) == INDEFINITE;
    switch (head >> 5) {
      case 2, 3 -> {
        if (indefinite) {
          push(UNTIL_BREAK);
          return false;
        }
        skip = requireLength(argument);
        return skip == 0;
      }
      case 4 -> {
        return container(indefinite, argument);
      }
      case 5 -> {
        return container(indefinite, 2 * requireLength(argument));
      }
      case 6 -> {
        // The tagged item follows.
        return false;
      }
      case 7 -> {
        if (indefinite) {
          if (depth == 0 || open[depth - 1] != UNTIL_BREAK) {
            throw new IllegalStateException("not CBOR: a break that ends nothing");
          }
          depth--;
        }
        return true;
      }
      default -> {
        return true;
      }
    }
  }

  private boolean container(boolean indefinite, long items) {
    if (!indefinite && requireLength(items) == 0) {
      return true;
    }
    push(indefinite ? UNTIL_BREAK : items);
    return false;
  }

  /** Closes the containers that the completed item completes. True if none is left open. */
  private boolean closeComplete() {
    while (depth > 0) {
      if (open[depth - 1] == UNTIL_BREAK || --open[depth - 1] > 0) {
        return false;
      }
      depth--;
    }
    return true;
  }

  private void push(long items) {
    if (depth == MAX_DEPTH) {
      throw new IllegalStateException("CBOR nested too deep");
    }
    if (depth == open.length) {
      open = Arrays.copyOf(open, 2 * depth);
    }
    open[depth++] = items;
  }

  private static long requireLength(long length) {
    if (length < 0 || length > Integer.MAX_VALUE * 2L) {
      throw new IllegalStateException("not CBOR that a server makes: a length of " + length);
    }
    return length;
  }
}
