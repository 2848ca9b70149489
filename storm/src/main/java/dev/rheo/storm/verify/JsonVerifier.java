package dev.rheo.storm.verify;

import dev.rheo.storm.result.Failure.Kind;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Verifies a list, or the events of a watch one after the other, in JSON. Members may come in any
 * order.
 */
final class JsonVerifier extends JsonStream implements StreamVerifier {
  /** Names of the members that are read; {@link #wanted} checks their place. */
  private enum Member {
    TYPE("type"),
    OBJECT("object"),
    ITEMS("items"),
    METADATA("metadata"),
    NAME("name"),
    NAMESPACE("namespace"),
    RESOURCE_VERSION("resourceVersion"),
    CONTINUE("continue"),
    ANNOTATIONS("annotations"),
    INITIAL_EVENTS_END("k8s.io/initial-events-end"),
    DATA("data"),
    PAYLOAD(ObjectSet.KEY),
    MESSAGE("message"),
    OTHER("");

    final byte[] bytes;

    Member(String name) {
      bytes = name.getBytes(StandardCharsets.US_ASCII);
    }

    static final Member[] ALL = values();

    static Member of(byte[] name, int length) {
      for (Member member : ALL) {
        if (Arrays.equals(name, 0, length, member.bytes, 0, member.bytes.length)) {
          return member;
        }
      }
      return OTHER;
    }
  }

  /** Deeper members are skipped. */
  private static final int MAX_PATH = 5;

  private final Audit audit;
  private final Seen seen;
  private final boolean watch;

  /** Depth of an object's own members. */
  private final int objectDepth;

  private final CRC32C crc = new CRC32C();
  private long payloadLength;

  /** The current member at each depth, from 1. */
  private final Member[] path = new Member[MAX_PATH + 1];

  private Member reading = Member.OTHER;
  private Audit.@Nullable Type type;
  private boolean listEnded;

  JsonVerifier(Audit audit, boolean watch) {
    this.audit = audit;
    this.seen = audit.seen();
    this.watch = watch;
    this.objectDepth = watch ? 2 : 3;
    Arrays.fill(path, Member.OTHER);
  }

  @Override
  public void accept(byte[] bytes, int from, int to) throws VerificationException {
    feed(bytes, from, to);
  }

  @Override
  public void end() throws VerificationException {
    if (!atRest()) {
      throw new VerificationException(
          Kind.TRUNCATED, position(), "the answer ended in the middle of " + whatIsRead());
    }
    if (watch && !audit.synced()) {
      throw audit.endedEarly();
    }
    if (!watch && !listEnded) {
      throw new VerificationException(Kind.TRUNCATED, position(), "the answer is empty");
    }
  }

  private String whatIsRead() {
    return seen.named() ? seen.key() : watch ? "an event" : "the list";
  }

  @Override
  String position() {
    return audit.position();
  }

  @Override
  void name(byte[] bytes, int length) {
    int depth = depth();
    if (depth <= MAX_PATH) {
      path[depth] = Member.of(bytes, length);
    }
  }

  @Override
  void begun(boolean array) throws VerificationException {
    if (listEnded) {
      throw new VerificationException(Kind.MALFORMED, position(), "something follows the list");
    }
    int depth = depth();
    if (depth <= MAX_PATH) {
      path[depth] = Member.OTHER;
    }
    if (depth == objectDepth && inObjects()) {
      seen.clear();
    }
  }

  @Override
  void ended() throws VerificationException {
    if (watch && depth() == 0) {
      if (type == null) {
        throw new VerificationException(
            Kind.MALFORMED, position(), "an event without a known type");
      }
      audit.event(type, seen);
      type = null;
      seen.clear();
    } else if (!watch && depth() == objectDepth - 1 && inObjects()) {
      audit.initial(seen);
      seen.clear();
    } else if (!watch && depth() == 0) {
      audit.listEnd();
      listEnded = true;
    }
  }

  private boolean inObjects() {
    return path[1] == (watch ? Member.OBJECT : Member.ITEMS);
  }

  @Override
  Want string() {
    int depth = depth();
    reading = Member.OTHER;
    if (depth < 1 || depth > MAX_PATH) {
      return Want.SKIP;
    }
    reading = wanted(depth, path[depth]);
    return switch (reading) {
      case OTHER -> Want.SKIP;
      case PAYLOAD -> {
        crc.reset();
        payloadLength = 0;
        yield Want.PIECES;
      }
      default -> Want.TEXT;
    };
  }

  /** Returns the member if it is read at this place, else {@link Member#OTHER}. */
  private Member wanted(int depth, Member member) {
    Member parent = depth > 1 ? path[depth - 1] : Member.OTHER;
    boolean ofObject = depth >= objectDepth && inObjects();
    boolean matters =
        switch (member) {
          case TYPE -> watch && depth == 1;
          case MESSAGE -> ofObject && depth == objectDepth;
          case NAME, NAMESPACE -> ofObject && depth == objectDepth + 1 && parent == Member.METADATA;
          case RESOURCE_VERSION ->
              parent == Member.METADATA
                  && (ofObject ? depth == objectDepth + 1 : !watch && depth == 2);
          case CONTINUE -> parent == Member.METADATA && !watch && depth == 2;
          case INITIAL_EVENTS_END ->
              ofObject
                  && depth == objectDepth + 2
                  && parent == Member.ANNOTATIONS
                  && path[depth - 2] == Member.METADATA;
          case PAYLOAD -> ofObject && depth == objectDepth + 1 && parent == Member.DATA;
          default -> false;
        };
    return matters ? member : Member.OTHER;
  }

  @Override
  void text(byte[] bytes, int length) throws VerificationException {
    switch (reading) {
      case TYPE -> type = Audit.Type.of(bytes, length);
      case NAME -> seen.name(bytes, length);
      case NAMESPACE -> seen.namespace(bytes, length);
      case MESSAGE -> seen.message(bytes, length);
      case RESOURCE_VERSION -> {
        if (inObjects()) {
          seen.revision(bytes, length);
        } else {
          audit.listRevision(Seen.number(bytes, length));
        }
      }
      case CONTINUE -> {
        if (length > 0) {
          throw new VerificationException(
              Kind.TRUNCATED, position(), "the server sent only one page");
        }
      }
      case INITIAL_EVENTS_END -> {
        if (length == 4 && bytes[0] == 't') {
          seen.initialEventsEnd();
        }
      }
      default -> throw new AssertionError(reading);
    }
  }

  @Override
  void piece(byte[] bytes, int from, int to) {
    crc.update(bytes, from, to - from);
    payloadLength += to - from;
  }

  @Override
  void pieceEnd() {
    seen.payload((int) crc.getValue(), payloadLength);
  }
}
