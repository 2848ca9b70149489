package dev.rheo.edge;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Finds the boundaries of the events in a stream that arrives in pieces of any size. A length
 * prefix that the media type puts before an event is not part of the message.
 *
 * <p>Holds the position in one stream; the caller passes each byte once and in order.
 */
public abstract sealed class Messages permits CborMessages, Messages.Lines, Messages.Prefixed {

  /** For the {@code Content-Type} of a watch; null for an unknown media type. */
  public static @Nullable Messages of(String mediaType) {
    String[] parts = mediaType.split(";", -1);
    return switch (parts[0].strip().toLowerCase(java.util.Locale.ROOT)) {
      case "application/json" -> new Lines();
      case "application/vnd.kubernetes.protobuf" -> new Prefixed();
      case "application/cbor-seq" -> new CborMessages();
      default -> null;
    };
  }

  /** Whether messages are UTF-8 text. */
  boolean areText() {
    return false;
  }

  /**
   * Skips the prefix of a message.
   *
   * @param from where to go on in {@code in}; less than {@code to}
   * @return index of the first byte of the message, at most {@code to}; -1 if the prefix is
   *     incomplete
   */
  public int begin(ByteBuf in, int from, int to) {
    return from;
  }

  /**
   * Finds the end of the message that has begun.
   *
   * @return index after its last byte; -1 if that byte has not arrived
   */
  public abstract int end(ByteBuf in, int from, int to);

  /** JSON events without inner line breaks, each followed by one. */
  static final class Lines extends Messages {

    @Override
    boolean areText() {
      return true;
    }

    @Override
    public int end(ByteBuf in, int from, int to) {
      int at = in.indexOf(from, to, (byte) '\n');
      return at < 0 ? -1 : at + 1;
    }
  }

  /** Kubernetes' length-delimited frames: a length of four bytes, big-endian, then the message. */
  static final class Prefixed extends Messages {

    private int prefixSeen;
    private long left;

    @Override
    public int begin(ByteBuf in, int from, int to) {
      int at = from;
      while (prefixSeen < 4) {
        if (at == to) {
          return -1;
        }
        left = left << 8 | in.getUnsignedByte(at++);
        prefixSeen++;
      }
      return at;
    }

    @Override
    public int end(ByteBuf in, int from, int to) {
      if (left > to - from) {
        left -= to - from;
        return -1;
      }
      int at = from + (int) left;
      left = 0;
      prefixSeen = 0;
      return at;
    }
  }
}
