package dev.rheo.edge;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Tells the events of a stream apart, as its bytes come by in pieces of any size. What the media
 * type puts before an event, to tell where it ends, is no part of the message.
 *
 * <p>Holds a position in one stream; its bytes are handed in once and in order.
 */
abstract sealed class Messages permits CborMessages, Messages.Lines, Messages.Prefixed {

  /** For a media type as a watch's {@code Content-Type} names it, or null for one unknown. */
  static @Nullable Messages of(String mediaType) {
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
   * Passes over what stands before a message.
   *
   * @param from where to go on in {@code in}; less than {@code to}
   * @return the index of the message's first byte, at most {@code to}, or -1 if that is still to
   *     come
   */
  int begin(ByteBuf in, int from, int to) {
    return from;
  }

  /**
   * Looks for the end of the message that was begun.
   *
   * @return the index after its last byte, or -1 if that is still to come
   */
  abstract int end(ByteBuf in, int from, int to);

  /** JSON without line breaks inside, a line break after each event. */
  static final class Lines extends Messages {

    @Override
    boolean areText() {
      return true;
    }

    @Override
    int end(ByteBuf in, int from, int to) {
      int at = in.indexOf(from, to, (byte) '\n');
      return at < 0 ? -1 : at + 1;
    }
  }

  /**
   * Kubernetes' length-delimited frames: four bytes, big-endian, then as many bytes as they say.
   */
  static final class Prefixed extends Messages {

    private int prefixSeen;
    private long left;

    @Override
    int begin(ByteBuf in, int from, int to) {
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
    int end(ByteBuf in, int from, int to) {
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
