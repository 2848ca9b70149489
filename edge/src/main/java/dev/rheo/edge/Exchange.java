package dev.rheo.edge;

import dev.rheo.edge.ledger.Account;
import dev.rheo.edge.ledger.Ledger;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * One request and its response, whichever protocol carries them.
 *
 * <pre>
 *   READING     the request body arrives and is charged
 *   HANDLING    the handler runs, off the event loop
 *   RESPONDING  the response is drawn
 *   OVER
 * </pre>
 *
 * <p>Each state may be followed by OVER (the peer left), READING by RESPONDING (refused early).
 * Event loop only, except what {@link #handle} does.
 */
final class Exchange implements BodyStream.Listener {

  private enum State {
    READING,
    HANDLING,
    RESPONDING,
    OVER
  }

  /** Unsent bytes above which a stalled peer is disconnected instead of refused with a response. */
  private static final int UNREAD = 2 << 10;

  private static final long LARGE_HEADER = 4 << 10;

  /** A peer is not stalled if the kernel accepted bytes for it within this time. */
  private static final long TAKING_NANOS = 500_000_000;

  private final EdgeContext edge;
  private final Connection connection;

  /**
   * Replaced by {@link HttpRequest#bare()} once the request is refused or ends with a large header.
   */
  private HttpRequest request;

  private final Wire wire;
  private final RequestClass requestClass;
  private final Charges charges;
  private final long beganNanos;
  private State state = State.READING;

  /** The request body while it arrives. */
  final BodyIntake body;

  /** Charge for the header fields and the target while they are retained. */
  private long headerWeight;

  /** Charge to the event loop's part of the strangers' account. */
  private long strangerWeight;

  private boolean longRunning;
  private @Nullable BodyStream drawn;

  /** What the connection is switched to by the response, unless it is a WebSocket of the edge. */
  @Nullable Tunnel tunnel;

  Exchange(EdgeContext edge, HttpRequest request, Wire wire) {
    this.edge = edge;
    this.beganNanos = edge.clock.nanoTime();
    this.connection = wire.connection();
    this.request = request;
    this.wire = wire;
    this.requestClass = edge.handler.classify(request);
    this.charges = new Charges(edge.ledger, () -> this.request.vouched(), edge.clock);
    this.body = new BodyIntake(this, edge, wire, charges);
    request.onPromise(bytes -> roomForAnswer(charges.promise(bytes, roomWait(), this::askForRoom)));
  }

  HttpRequest request() {
    return request;
  }

  Connection connection() {
    return connection;
  }

  @Nullable BodyStream drawn() {
    return drawn;
  }

  /** Whether the body is still being read and the request began before {@code nanos}. */
  boolean readingSinceBefore(long nanos) {
    return state == State.READING && beganNanos - nanos < 0;
  }

  /**
   * Begins a request whose header is complete.
   *
   * @param hasBody whether a body follows
   * @param declared its declared length, or -1
   * @param asks whether the peer waits for {@code 100 Continue}
   */
  void begin(boolean hasBody, long declared, boolean asks) {
    edge.exchangeBegun();
    connection.begun(this);
    body.expect(hasBody);
    CompletableFuture<?> awaited = edge.handler.prepare(request);
    if (awaited == null) {
      HttpResponse early = prechecked();
      if (admitted()) {
        proceed(early, hasBody, declared, asks);
      }
    } else if (admitted()) {
      body.hold();
      awaited.whenCompleteAsync((_, _) -> prepared(hasBody, declared, asks), loop());
    }
  }

  /** Goes on once it can be told whose request it is. */
  private void prepared(boolean hasBody, long declared, boolean asks) {
    body.release();
    if (state == State.READING) {
      identified(hasBody, declared, asks);
    }
    body.readOn();
  }

  private void identified(boolean hasBody, long declared, boolean asks) {
    HttpResponse early = prechecked();
    boolean room = true;
    if (request.vouched()) {
      // It was charged as a stranger's.
      charges.releaseStream();
      connection.room.strangerLeft(strangerWeight);
      strangerWeight = 0;
      room = admitted();
    }
    if (room) {
      proceed(early, hasBody, declared, asks);
    }
  }

  private @Nullable HttpResponse prechecked() {
    try {
      return edge.handler.precheck(request);
    } catch (Exception e) {
      return Refusals.of(request, e);
    }
  }

  private void proceed(
      @Nullable HttpResponse refusal, boolean hasBody, long declared, boolean asks) {
    HttpResponse early = refusal;
    if (early == null && declared > 0) {
      early = body.refusal(declared);
    }
    if (early != null) {
      respond(early);
    } else if (!hasBody) {
      dispatch();
    } else {
      body.start(declared, asks);
    }
  }

  /** Begins a request whose header is complete but invalid. */
  void beginRefused(boolean hasBody, HttpResponse refusal) {
    edge.exchangeBegun();
    connection.begun(this);
    body.expect(hasBody);
    if (admitted()) {
      respond(refusal);
    }
  }

  /** Charges the request. If that fails, the request is refused and this returns false. */
  private boolean admitted() {
    if (request.vouched()) {
      connection.room.admission.vouched(connection);
    }
    boolean stranger = isStranger();
    Ledger ledger = edge.ledger;
    boolean watch = isWatch();
    headerWeight = Weights.of(request);
    long weight =
        (watch ? Weights.WATCH : Weights.STREAM) + headerWeight + edge.handler.weight(request);
    Account account = streamAccount(weight);
    // A guest's watch would keep a stranger's place for hours, and a health check from connecting.
    boolean fits = !watch || stranger || connection.member;
    if (fits && connection.room.admit(this, account, weight, stranger)) {
      charges.stream(account, weight);
      strangerWeight = stranger ? weight : 0;
      if (state == State.OVER) {
        // Making room evicted this connection, too.
        giveBack();
        return false;
      }
      return true;
    }
    if (requestClass == RequestClass.EXEMPT && ledger.health().tryCharge(weight)) {
      charges.stream(ledger.health(), weight);
      return true;
    }
    edge.counters.refused(Counters.Refusal.STREAMS);
    dropHeader();
    if (leaves(UNREAD)) {
      // A stalled peer would not read a refusal either, and the refusal would occupy memory.
      connection.closeHard();
      connection.closed();
    } else if (state == State.OVER) {
      return false;
    } else if (!stranger && connection.room.refusals.tryCharge(this, charges)) {
      respond(Refusals.tooManyRequests());
    } else if (wire.refuse()) {
      connection.pump.touch(connection);
      over(false);
    } else {
      // HTTP/1.1 has one request at a time, which the connection's charge covers.
      respond(Refusals.tooManyRequests());
    }
    return false;
  }

  private Account streamAccount(long weight) {
    Ledger ledger = edge.ledger;
    if (isStranger()) {
      return ledger.strangerStreams();
    }
    if (isWatch()) {
      return ledger.watches();
    }
    return weight > FairShares.LARGE ? ledger.largeStreams() : ledger.streams();
  }

  /** Whether more than {@code bytes} are unsent and the peer has read nothing for a while. */
  private boolean leaves(long bytes) {
    if (edge.clock.nanoTime() - connection.progressNanos < TAKING_NANOS) {
      return false;
    }
    if (Transport.pendingBytes(connection.channel) > bytes) {
      // Some of the unsent bytes may not have been offered to the socket yet.
      connection.channel.flush();
    }
    return Transport.pendingBytes(connection.channel) > bytes;
  }

  /** Whether the peer has not authenticated. */
  boolean isStranger() {
    return !request.vouched();
  }

  long beganNanos() {
    return beganNanos;
  }

  /** Charges of the request so far, in bytes. */
  long weight() {
    return charges.total();
  }

  /** Whether the peer has read a part of the response. */
  boolean isTaken() {
    BodyStream stream = drawn;
    return stream != null && stream.taken;
  }

  /**
   * Whether the request has waited for its peer to send or read, without progress, since {@code
   * nanos}.
   */
  boolean restsSince(long nanos) {
    return switch (state) {
      case READING -> !connection.inputQueued && body.restsSince(nanos);
      case HANDLING, OVER -> false;
      case RESPONDING -> {
        BodyStream stream = drawn;
        if (stream == null || stream.state == BodyStream.State.OVER) {
          yield connection.progressNanos - nanos <= 0;
        }
        yield stream.state == BodyStream.State.BLOCKED
            && stream.progressNanos - nanos <= 0
            && (stream.block != BodyStream.Block.CONNECTION
                || connection.progressNanos - nanos <= 0);
      }
    };
  }

  /** Ends the request because its room is needed. */
  void evict() {
    boolean stuck = leaves(0);
    if (state == State.OVER) {
      return;
    }
    if (stuck || connection.protocol instanceof Http1Handler) {
      // A farewell would be stuck as well.
      connection.closeHard();
      connection.closed();
    } else {
      giveUp();
    }
  }

  boolean isReading() {
    return state == State.READING;
  }

  /** Refuses a request that is still being read. */
  void refuse(HttpResponse response) {
    if (state == State.READING) {
      respond(response);
    }
  }

  /** The peer disconnected or reset the stream. */
  void peerGone() {
    request.cancel();
    BodyStream stream = drawn;
    if (stream != null && stream.state != BodyStream.State.OVER) {
      stream.cancel();
    } else {
      over(false);
    }
  }

  /** The connection has ended. */
  void abandon() {
    wire.abandon();
    peerGone();
  }

  /** Cuts a response that its peer does not read. */
  void giveUp() {
    request.cancel();
    wire.cut(Wire.Cut.GIVEN_UP);
    connection.pump.touch(connection);
    peerGone();
  }

  @Override
  public void drawn(boolean complete) {
    over(complete);
  }

  /** Hands the request, whose body is complete, to its handler. */
  void dispatch() {
    state = State.HANDLING;
    request.setBody(body.take());
    if (requestClass == RequestClass.EXEMPT) {
      edge.health.execute(this::handle);
    } else {
      edge.requestThreads.newThread(this::handle).start();
    }
  }

  /** Runs on the request's virtual thread, or on that of the health checks. */
  private void handle() {
    HttpResponse response;
    try {
      response = WebSocketHandshake.answer(request, edge.handler.handle(request));
      byte[] bytes = response.bytes();
      // A completed write gets its response, whose size was charged before the write.
      boolean done = requestClass == RequestClass.MUTATING || requestClass == RequestClass.EXEMPT;
      int length = bytes == null ? 0 : bytes.length;
      if (!roomForAnswer(charges.answerIs(length, done, roomWait(), this::askForRoom))) {
        response = Refusals.tooManyRequests();
      }
    } catch (Throwable e) {
      response = Refusals.of(request, e);
    }
    HttpResponse answer = response;
    try {
      loop().execute(() -> handled(answer));
    } catch (RejectedExecutionException e) {
      // The event loop has shut down, and the connection with it.
      answer.discard();
      release();
    }
  }

  private boolean roomForAnswer(boolean room) {
    if (!room) {
      edge.counters.refused(Counters.Refusal.ANSWERS);
    }
    return room;
  }

  /** Any thread. */
  private void askForRoom() {
    connection.room.ask(isStranger());
  }

  private Duration roomWait() {
    return edge.settings.timeouts().roomWait();
  }

  private void handled(HttpResponse response) {
    if (state == State.OVER) {
      response.discard();
      release();
      return;
    }
    respond(response);
  }

  /** Whether this is a watch, responded to or not. */
  boolean isWatch() {
    return requestClass == RequestClass.LONG_RUNNING;
  }

  boolean isLongRunning() {
    return longRunning;
  }

  /** As {@link BodyStream#mayStall}. */
  boolean mayStall() {
    BodyStream stream = drawn;
    return stream != null && stream.mayStall();
  }

  /** Asks a watch to finish. */
  void finish() {
    BodyStream stream = drawn;
    if (stream != null) {
      connection.pump.finish(stream);
    }
  }

  private void respond(HttpResponse response) {
    state = State.RESPONDING;
    body.drop();
    request.dropAttachment();
    byte[] bytes = response.bytes();
    if (response.isLongRunning()) {
      longRunning = true;
      edge.counters.longRunning.increment();
    }
    boolean noBody =
        request.method().equals("HEAD")
            || response.status() == 204
            || response.status() == 304
            || (bytes != null && bytes.length == 0);
    tunnel = response.body() instanceof Tunnel switched ? switched : null;
    Future<?> head =
        wire.head(
            response.status(),
            response.completed(request.auditId(), edge.clock.instant()),
            response.length(),
            noBody);
    connection.pump.touch(connection);
    if (noBody) {
      response.discard();
      head.addListener(f -> over(f.isSuccess()));
      return;
    }
    BodyStream stream = new BodyStream(connection.pump, response.source(), wire, longRunning, this);
    drawn = stream;
    connection.pump.start(stream);
    if (longRunning && edge.draining) {
      connection.pump.finish(stream);
    }
  }

  private void over(boolean complete) {
    if (state == State.OVER) {
      return;
    }
    boolean handling = state == State.HANDLING;
    state = State.OVER;
    body.drop();
    if (longRunning) {
      edge.counters.longRunning.decrement();
    }
    if (!handling) {
      // A running handler still holds the request's body; {@link #handled} releases it.
      release();
    }
    connection.ended(this);
    wire.done(complete);
  }

  private void release() {
    edge.exchangeEnded();
    giveBack();
  }

  private void giveBack() {
    charges.release();
    if (headerWeight > LARGE_HEADER) {
      // The stream object outlives its charge by a moment.
      dropHeader();
    }
    connection.room.refusals.left(this);
    connection.room.strangerLeft(strangerWeight);
    strangerWeight = 0;
  }

  private void dropHeader() {
    request = request.bare();
    headerWeight = 0;
  }

  private EventLoop loop() {
    return connection.pump.loop();
  }
}
