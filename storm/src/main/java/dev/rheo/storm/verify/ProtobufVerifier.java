package dev.rheo.storm.verify;

import dev.rheo.storm.result.Failure.Kind;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Verifies a list or the events of a watch in Kubernetes' protobuf. A list, and the object of each
 * event, is in an envelope ({@code k8s\0} and a {@code runtime.Unknown}); each event is preceded by
 * its length in four bytes. Field numbers are those of the {@code generated.proto} files of {@code
 * k8s.io/api/core/v1} and {@code k8s.io/apimachinery}. Input may be split anywhere; only short
 * strings are buffered.
 */
final class ProtobufVerifier implements StreamVerifier {
  /** The messages that are parsed; all others are skipped. */
  private enum Message {
    EVENT,
    RAW_EXTENSION,
    EVENT_ENVELOPE,
    LIST_ENVELOPE,
    LIST,
    LIST_META,
    OBJECT,
    OBJECT_META,
    ANNOTATION,
    DATA,
    STATUS
  }

  /** The strings that are read. */
  private enum Text {
    NONE,
    TYPE,
    LIST_VERSION,
    CONTINUE,
    NAME,
    NAMESPACE,
    VERSION,
    ANNOTATION_KEY,
    ANNOTATION_VALUE,
    DATA_KEY,
    STATUS_MESSAGE
  }

  private enum State {
    FRAME,
    MAGIC,
    TAG,
    LENGTH,
    VARINT,
    SKIP,
    TEXT,
    PAYLOAD
  }

  private static final byte[] MAGIC = {'k', '8', 's', 0};
  private static final byte[] END_KEY =
      "k8s.io/initial-events-end".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] PAYLOAD_KEY = ObjectSet.KEY.getBytes(StandardCharsets.US_ASCII);

  private static final int FIXED64 = 1;
  private static final int BYTES = 2;
  private static final int FIXED32 = 5;

  private static final int MAX_DEPTH = 12;
  private static final int MAX_TEXT = JsonStream.MAX_TEXT;
  private static final int MAX_VARINT_BITS = 63;

  private final Audit audit;
  private final Seen seen;
  private final boolean watch;

  private final Message[] messages = new Message[MAX_DEPTH];
  private final long[] ends = new long[MAX_DEPTH];
  private int depth;

  private State state;

  /** Bytes consumed so far. */
  private long offset;

  /** Bytes still to come of an event's length, the magic, or the current value. */
  private long remaining;

  private long varint;
  private int varintBits;
  private int field;

  private Text reading = Text.NONE;
  private final byte[] text = new byte[MAX_TEXT];
  private int textLength;
  private boolean keyMatches;
  private final CRC32C crc = new CRC32C();
  private long payloadLength;

  private Audit.@Nullable Type type;
  private boolean listEnded;

  ProtobufVerifier(Audit audit, boolean watch) {
    this.audit = audit;
    this.seen = audit.seen();
    this.watch = watch;
    this.state = watch ? State.FRAME : State.MAGIC;
    this.remaining = Integer.BYTES;
    if (!watch) {
      // A list's envelope ends with the response.
      messages[0] = Message.LIST_ENVELOPE;
      ends[0] = Long.MAX_VALUE;
      depth = 1;
    }
  }

  @Override
  public void accept(byte[] bytes, int from, int to) throws VerificationException {
    int at = from;
    while (at < to) {
      switch (state) {
        case FRAME, MAGIC -> prefix(bytes[at++]);
        case TAG, LENGTH, VARINT -> varint(bytes[at++]);
        case SKIP, TEXT, PAYLOAD -> {
          int length = (int) Math.min(remaining, to - at);
          take(bytes, at, length);
          at += length;
        }
      }
    }
  }

  @Override
  public void end() throws VerificationException {
    boolean whole =
        watch
            ? state == State.FRAME && remaining == Integer.BYTES
            : listEnded && depth == 1 && state == State.TAG && varintBits == 0;
    if (!whole) {
      throw new VerificationException(
          Kind.TRUNCATED,
          audit.position(),
          "the answer ended in the middle of "
              + (seen.named() ? seen.key() : watch ? "an event" : "the list"));
    }
    if (watch && !audit.synced()) {
      throw audit.endedEarly();
    }
  }

  private void prefix(byte b) throws VerificationException {
    offset++;
    if (state == State.MAGIC) {
      if (b != MAGIC[(int) (Integer.BYTES - remaining)]) {
        throw malformed("an object without the prefix k8s\\0");
      }
    } else {
      varint = varint << Byte.SIZE | b & 0xff;
    }
    if (--remaining > 0) {
      return;
    }
    if (state == State.FRAME) {
      seen.clear();
      long length = varint;
      varint = 0;
      enter(Message.EVENT, length);
    } else {
      state = State.TAG;
      closeFinished();
    }
  }

  private void varint(byte b) throws VerificationException {
    offset++;
    varint |= (long) (b & 0x7f) << varintBits;
    varintBits += 7;
    if (b < 0) {
      if (varintBits > MAX_VARINT_BITS) {
        throw malformed("a varint that is too long");
      }
      return;
    }
    long value = varint;
    varint = 0;
    varintBits = 0;
    switch (state) {
      case TAG -> tag(value);
      case LENGTH -> value(value);
      default -> {
        state = State.TAG;
        closeFinished();
      }
    }
  }

  private void tag(long tag) throws VerificationException {
    field = (int) (tag >>> 3);
    switch ((int) (tag & 7)) {
      case 0 -> state = State.VARINT;
      case FIXED64 -> skip(Long.BYTES);
      case FIXED32 -> skip(Integer.BYTES);
      case BYTES -> state = State.LENGTH;
      default -> throw malformed("an unknown wire type");
    }
  }

  private void skip(long length) throws VerificationException {
    begin(State.SKIP, length);
  }

  private void begin(State next, long length) throws VerificationException {
    if (length < 0 || length > ends[depth - 1] - offset) {
      throw malformed("a field that is longer than what it is in");
    }
    state = next;
    remaining = length;
    if (length == 0) {
      taken();
    }
  }

  /** Handles the start of a length-delimited field, by its message and number. */
  private void value(long length) throws VerificationException {
    switch (messages[depth - 1]) {
      case EVENT -> {
        switch (field) {
          case 1 -> read(Text.TYPE, length);
          case 2 -> enter(Message.RAW_EXTENSION, length);
          default -> skip(length);
        }
      }
      case RAW_EXTENSION -> {
        if (field == 1) {
          enter(Message.EVENT_ENVELOPE, length);
        } else {
          skip(length);
        }
      }
      case EVENT_ENVELOPE -> {
        if (field == 2) {
          enter(type == Audit.Type.ERROR ? Message.STATUS : Message.OBJECT, length);
        } else {
          skip(length);
        }
      }
      case LIST_ENVELOPE -> {
        if (field == 2 && !listEnded) {
          enter(Message.LIST, length);
        } else {
          skip(length);
        }
      }
      case LIST -> {
        switch (field) {
          case 1 -> enter(Message.LIST_META, length);
          case 2 -> {
            seen.clear();
            enter(Message.OBJECT, length);
          }
          default -> skip(length);
        }
      }
      case LIST_META -> {
        switch (field) {
          case 2 -> read(Text.LIST_VERSION, length);
          case 3 -> read(Text.CONTINUE, length);
          default -> skip(length);
        }
      }
      case OBJECT -> {
        switch (field) {
          case 1 -> enter(Message.OBJECT_META, length);
          case 2 -> {
            keyMatches = false;
            enter(Message.DATA, length);
          }
          default -> skip(length);
        }
      }
      case OBJECT_META -> {
        switch (field) {
          case 1 -> read(Text.NAME, length);
          case 3 -> read(Text.NAMESPACE, length);
          case 6 -> read(Text.VERSION, length);
          case 12 -> {
            keyMatches = false;
            enter(Message.ANNOTATION, length);
          }
          default -> skip(length);
        }
      }
      case ANNOTATION -> {
        switch (field) {
          case 1 -> read(Text.ANNOTATION_KEY, length);
          case 2 -> read(Text.ANNOTATION_VALUE, length);
          default -> skip(length);
        }
      }
      case DATA -> {
        if (field == 1) {
          read(Text.DATA_KEY, length);
        } else if (field == 2 && keyMatches) {
          crc.reset();
          payloadLength = length;
          begin(State.PAYLOAD, length);
        } else {
          skip(length);
        }
      }
      case STATUS -> {
        if (field == 3) {
          read(Text.STATUS_MESSAGE, length);
        } else {
          skip(length);
        }
      }
    }
  }

  private void read(Text what, long length) throws VerificationException {
    reading = what;
    textLength = 0;
    begin(State.TEXT, length);
  }

  private void enter(Message message, long length) throws VerificationException {
    if (depth > 0 && length > ends[depth - 1] - offset) {
      throw malformed("a message that is longer than what it is in");
    }
    messages[depth] = message;
    ends[depth] = offset + length;
    depth++;
    state = State.TAG;
    if (message == Message.EVENT_ENVELOPE) {
      state = State.MAGIC;
      remaining = Integer.BYTES;
    }
    closeFinished();
  }

  private void take(byte[] bytes, int from, int length) throws VerificationException {
    if (state == State.PAYLOAD) {
      crc.update(bytes, from, length);
    } else if (state == State.TEXT) {
      int kept = Math.min(length, MAX_TEXT - textLength);
      System.arraycopy(bytes, from, text, textLength, kept);
      textLength += kept;
    }
    offset += length;
    remaining -= length;
    if (remaining == 0) {
      taken();
    }
  }

  private void taken() throws VerificationException {
    if (state == State.PAYLOAD) {
      seen.payload((int) crc.getValue(), payloadLength);
    } else if (state == State.TEXT) {
      textTaken();
    }
    state = State.TAG;
    closeFinished();
  }

  private void textTaken() throws VerificationException {
    switch (reading) {
      case TYPE -> type = Audit.Type.of(text, textLength);
      case NAME -> seen.name(text, textLength);
      case NAMESPACE -> seen.namespace(text, textLength);
      case VERSION -> seen.revision(text, textLength);
      case LIST_VERSION -> audit.listRevision(Seen.number(text, textLength));
      case CONTINUE -> {
        if (textLength > 0) {
          throw new VerificationException(
              Kind.TRUNCATED, audit.position(), "the server sent only one page");
        }
      }
      case ANNOTATION_KEY -> keyMatches = textIs(END_KEY);
      case ANNOTATION_VALUE -> {
        if (keyMatches && textLength == 4 && text[0] == 't') {
          seen.initialEventsEnd();
        }
      }
      case DATA_KEY -> keyMatches = textIs(PAYLOAD_KEY);
      case STATUS_MESSAGE -> seen.message(text, textLength);
      case NONE -> throw new AssertionError();
    }
  }

  private boolean textIs(byte[] expected) {
    return Arrays.equals(text, 0, textLength, expected, 0, expected.length);
  }

  /** Closes the messages that end at this offset. */
  private void closeFinished() throws VerificationException {
    while (depth > 0 && offset >= ends[depth - 1]) {
      if (offset > ends[depth - 1] || state == State.MAGIC) {
        throw malformed("a field that is longer than what it is in");
      }
      depth--;
      left(messages[depth]);
    }
    if (depth == 0) {
      state = State.FRAME;
      remaining = Integer.BYTES;
    }
  }

  private void left(Message message) throws VerificationException {
    switch (message) {
      case EVENT -> {
        if (type == null) {
          throw malformed("an event without a known type");
        }
        audit.event(type, seen);
        type = null;
      }
      case OBJECT -> {
        if (!watch) {
          audit.initial(seen);
          seen.clear();
        }
      }
      case LIST -> {
        audit.listEnd();
        listEnded = true;
      }
      default -> {}
    }
  }

  private VerificationException malformed(String what) {
    return new VerificationException(Kind.MALFORMED, audit.position(), what);
  }
}
