package dev.rheo.edge;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** State of one connection. Event loop only. */
final class Connection {

  /** Protocol-specific actions on idle and draining connections. */
  interface Protocol {
    /** Tells the peer to send no new requests; closes the connection once none is left. */
    void drain();

    /** Sends a PING. False if the protocol has none. */
    boolean ping();

    /** Releases what the protocol still holds. Called once, when the connection has ended. */
    default void ended() {}
  }

  final Channel channel;
  final Pump pump;
  final RequestAdmission room;
  final EdgeClock clock;
  final long acceptedNanos;

  /** Requests that have begun and whose responses are not complete. */
  final Set<Exchange> exchanges = new LinkedHashSet<>();

  /** Streams blocked by the limit or the flow-control window of the connection as a whole. */
  final ArrayDeque<BodyStream> crowdedOut = new ArrayDeque<>();

  /** Null until the protocol is negotiated. */
  @Nullable Protocol protocol;

  @Nullable X509Certificate clientCertificate;

  /** Body bytes written and not yet accepted by the kernel. */
  long outstanding;

  /** Whether something was written since the pump last flushed the connection. */
  boolean touched;

  boolean handshakeDone;
  boolean draining;
  long requests;
  long lastReadNanos;

  /** Whether a complete TLS record has arrived. */
  boolean spoke;

  /** Time of the last step towards a first request: accept, first TLS record, end of handshake. */
  long stepNanos;

  /** When the server was done with the bytes that last came, be it of a handshake. */
  long lastBytesNanos;

  long pingNanos;

  /** When the connection became idle: at the end of its last request, else of the handshake. */
  long idleSinceNanos;

  /** When the first byte of an incomplete HTTP/1 header arrived; 0 if there is none. */
  long headerSinceNanos;

  /** When the kernel last accepted bytes. */
  long progressNanos;

  /** Result of the previous {@link Transport#pendingBytes} check; -1 before the first. */
  long pendingSeen = -1;

  /** Whether {@link ConnectionAdmission} has charged the connection. */
  boolean charged;

  /** Whether the peer has authenticated, by a request or by its client certificate. */
  boolean authenticated;

  /** Whether it is charged to connections-members instead of connections-strangers. */
  boolean member;

  /** Cumulation of the decoder behind TLS. */
  final Cumulation kept = new Cumulation();

  /** Received bytes of an incomplete TLS record. */
  int recordBytes;

  /** Decrypted bytes that wait for the connection's turn. */
  int heldInput;

  /** Whether these bytes wait for a turn, and not for the protocol to read again. */
  boolean inputQueued;

  private boolean inputWanted = true;
  private boolean holdsEnough;

  /** Decrypted bytes of an incomplete frame or header, or of pipelined requests. */
  int unparsedBytes;

  /** Number of lines in these bytes, while they are an HTTP/1 header. */
  int unparsedLines;

  /** Charge to the account {@code headers}; {@code incomingHeld} is the one to {@code incoming}. */
  long headersHeld;

  long incomingHeld;

  Connection(Channel channel, Pump pump, RequestAdmission room) {
    this.channel = channel;
    this.pump = pump;
    this.room = room;
    this.clock = pump.clock();
    this.acceptedNanos = clock.nanoTime();
    this.lastReadNanos = acceptedNanos;
    this.stepNanos = acceptedNanos;
    this.lastBytesNanos = acceptedNanos;
    this.idleSinceNanos = acceptedNanos;
    this.progressNanos = acceptedNanos;
  }

  /** The protocol wants more input, or none for now. */
  void wantInput(boolean wanted) {
    inputWanted = wanted;
    readOrNot();
  }

  boolean isInputWanted() {
    return inputWanted;
  }

  /** Whether so much decrypted input waits for its turn that the socket is to be left alone. */
  void holdEnough(boolean enough) {
    holdsEnough = enough;
    readOrNot();
  }

  private void readOrNot() {
    channel.config().setAutoRead(inputWanted && !holdsEnough);
  }

  InetSocketAddress remote() {
    return channel.remoteAddress() instanceof InetSocketAddress address
        ? address
        : InetSocketAddress.createUnresolved("unknown", 0);
  }

  List<Exchange> exchangesNow() {
    return new ArrayList<>(exchanges);
  }

  void begun(Exchange exchange) {
    exchanges.add(exchange);
    requests++;
    headerSinceNanos = 0;
    inputParsed();
  }

  void ended(Exchange exchange) {
    if (exchanges.remove(exchange) && exchanges.isEmpty()) {
      idleSinceNanos = clock.nanoTime();
    }
  }

  /** All input received so far is parsed. */
  void inputParsed() {
    unparsedBytes = 0;
    unparsedLines = 0;
  }

  /** Closes after an exception. What peers do wrong must not flood the log. */
  static void failed(ChannelHandlerContext ctx, Throwable cause) {
    Pump.LOG.log(System.Logger.Level.DEBUG, "connection failed", cause);
    ctx.close();
  }

  /** Closes with a TCP reset: sends no farewell and discards unsent bytes. */
  void closeHard() {
    if (channel.isOpen()) {
      channel.config().setOption(ChannelOption.SO_LINGER, 0);
      channel.unsafe().close(channel.voidPromise());
    }
  }

  /** How many of the open requests are such. */
  int count(Predicate<Exchange> which) {
    return (int) exchanges.stream().filter(which).count();
  }

  /** Charges of the open requests that are not watches, in bytes. */
  long requestWeight() {
    return exchanges.stream().filter(e -> !e.isWatch()).mapToLong(Exchange::weight).sum();
  }

  /** Ends all requests of the connection and releases its charges. */
  void closed() {
    for (Exchange exchange : exchangesNow()) {
      exchange.peerGone();
    }
    crowdedOut.clear();
    room.left(this);
  }
}
