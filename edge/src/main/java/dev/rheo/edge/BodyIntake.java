package dev.rheo.edge;

import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The body of one request while it arrives. Its bytes are charged before they are kept. While a
 * charge waits for room in its account, the protocol reads no more of the body.
 *
 * <p>Event loop only.
 */
final class BodyIntake {

  /** What a body of unknown length is charged before its first byte. */
  private static final int FIRST_BUFFER = 4 << 10;

  /** The most that such a body is charged beyond what has come. */
  private static final int CHARGE_STEP = 64 << 10;

  /** The largest body that counts as small: most objects are. */
  private static final int SMALL = 16 << 10;

  private static final byte[] NO_BYTES = {};

  private final Exchange exchange;
  private final EdgeContext edge;
  private final Wire wire;
  private final Charges charges;

  private byte[] bytes = NO_BYTES;
  private int received;
  private boolean waiting;
  private boolean complete;
  private long lastDataNanos;

  BodyIntake(Exchange exchange, EdgeContext edge, Wire wire, Charges charges) {
    this.exchange = exchange;
    this.edge = edge;
    this.wire = wire;
    this.charges = charges;
    this.lastDataNanos = edge.clock.nanoTime();
  }

  /** Says whether a body follows the header. */
  void expect(boolean hasBody) {
    complete = !hasBody;
  }

  /** The refusal of a body of which more is declared than may come, or null. */
  @Nullable HttpResponse refusal(long declared) {
    if (declared > limit()) {
      edge.counters.refused(Counters.Refusal.BODY_TOO_LARGE);
      return Refusals.bodyTooLarge(limit());
    }
    if (declared > edge.ledger.requestBodies().limit()) {
      // A server with fewer objects has room for it.
      edge.counters.refused(Counters.Refusal.REQUEST_BODIES);
      return Refusals.tooManyObjects();
    }
    return null;
  }

  private int limit() {
    return (int)
        Math.min(
            edge.settings.limits().requestBodyBytes(),
            edge.ledger.requestBodies().highestCeiling());
  }

  /** Keeps the body back until it is started, because it is not known yet who sends it. */
  void hold() {
    waiting = true;
    wire.pauseInput();
  }

  /** Ends the hold. The caller starts the body, or answers, before the protocol reads on. */
  void release() {
    waiting = false;
    lastDataNanos = edge.clock.nanoTime();
    charges.releaseHeldBack();
  }

  /** Has the protocol read on after a hold, unless the body waits for room. */
  void readOn() {
    if (!waiting) {
      wire.resumeInput();
    }
  }

  /**
   * Charges the body, or its first step, so that it can be read.
   *
   * @param declared its declared length, or -1
   * @param asks whether the peer waits for {@code 100 Continue}
   */
  void start(long declared, boolean asks) {
    if (declared >= 0 && declared <= SMALL) {
      charges.bodyIsSmall();
    }
    // After a hold, some or all of it may be here.
    reserve(
        declared < 0 ? Math.max(FIRST_BUFFER, received) : declared,
        () -> {
          if (asks && !complete) {
            wire.askForBody();
          }
        });
    if (complete && exchange.isReading() && !waiting) {
      exchange.dispatch();
    }
  }

  /** Whether the whole body has arrived, or there is none. */
  boolean isComplete() {
    return complete;
  }

  /** Whether the body is held or waits to be charged, so that nothing more of it is read. */
  boolean isWaitingForRoom() {
    return waiting;
  }

  /** Whether the peer could have sent more of the body since {@code nanos} and did not. */
  boolean restsSince(long nanos) {
    return !waiting && lastDataNanos - nanos <= 0;
  }

  /**
   * Charges body bytes that arrive while the body waits; refuses the request if they do not fit.
   */
  void heldBack(int length) {
    if (!charges.tryHeldBack(length)) {
      edge.counters.refused(Counters.Refusal.INCOMING);
      exchange.refuse(Refusals.tooManyRequests());
    }
  }

  /** Appends a piece of the body. The caller keeps the buffer. */
  void data(ByteBuf piece) {
    int length = piece.readableBytes();
    if (!exchange.isReading() || length == 0) {
      return;
    }
    lastDataNanos = edge.clock.nanoTime();
    int limit = limit();
    if (length > limit - received) {
      edge.counters.refused(Counters.Refusal.BODY_TOO_LARGE);
      exchange.refuse(Refusals.bodyTooLarge(limit));
      return;
    }
    if (bytes.length - received < length) {
      // The charge must cover the whole array, not just its used part.
      long doubled = Math.min(Math.max(FIRST_BUFFER, 2L * bytes.length), charges.body());
      bytes = Arrays.copyOf(bytes, (int) Math.min(Math.max(received + length, doubled), limit));
    }
    piece.readBytes(bytes, received, length);
    received += length;
    if (received > charges.body() && !waiting) {
      // Not much more than has come: bodies that never end would keep others out with less.
      long ahead = Math.clamp(received / 2, FIRST_BUFFER, CHARGE_STEP);
      long wanted = Math.min(limit, received + ahead) - charges.body();
      reserve(wanted, () -> {});
    }
  }

  /** The body is complete. */
  void end() {
    complete = true;
    if (exchange.isReading() && !waiting) {
      exchange.dispatch();
    }
  }

  /** The whole body, which is charged by its length from now on and no longer kept here. */
  byte[] take() {
    byte[] whole = received == bytes.length ? bytes : Arrays.copyOf(bytes, received);
    drop();
    charges.bodyIs(received);
    return whole;
  }

  /** Drops the bytes, because nobody will ask for them. */
  void drop() {
    bytes = NO_BYTES;
  }

  private void reserve(long length, Runnable then) {
    if (charges.tryBody(length)) {
      then.run();
      return;
    }
    Connection connection = exchange.connection();
    connection.room.makeRoom(exchange, exchange.isStranger());
    waiting = true;
    wire.pauseInput();
    Duration patience = edge.settings.timeouts().roomWait();
    charges
        .awaitBody(length, patience)
        .whenCompleteAsync(
            (granted, failure) -> roomGranted(length, granted, then), connection.pump.loop());
  }

  private void roomGranted(long length, boolean granted, Runnable then) {
    waiting = false;
    // The peer could not send while the body waited.
    lastDataNanos = edge.clock.nanoTime();
    charges.releaseHeldBack();
    if (granted) {
      charges.bodyGranted(length, exchange.isReading());
    }
    if (!exchange.isReading()) {
      return;
    }
    if (!granted) {
      edge.counters.refused(Counters.Refusal.REQUEST_BODIES);
      exchange.refuse(Refusals.tooManyRequests());
      return;
    }
    if (complete) {
      exchange.dispatch();
      wire.resumeInput();
      return;
    }
    then.run();
    // Bytes that were held back may arrive from within this call and complete the body.
    wire.resumeInput();
  }
}
