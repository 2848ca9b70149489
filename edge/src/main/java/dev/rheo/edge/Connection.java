package dev.rheo.edge;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is known of one connection. Event loop only. */
final class Connection {

  /** What is done with a connection that has nothing to do, or must not get more to do. */
  interface Protocol {
    /** Tells the peer to send no new requests; closes when there is none left. */
    void drain();

    /** Asks for a sign of life. False if the protocol has no such thing. */
    boolean ping();
  }

  final Channel channel;
  final Pump pump;
  final Room room;
  final long acceptedNanos = System.nanoTime();

  /** Requests that have begun and are not answered completely. */
  final Set<Exchange> exchanges = new LinkedHashSet<>();

  /** Streams that wait because the connection as a whole holds enough. */
  final ArrayDeque<Drawn> crowdedOut = new ArrayDeque<>();

  /** Null until the protocol is negotiated. */
  @Nullable Protocol protocol;

  @Nullable X509Certificate clientCertificate;

  /** Body bytes written and not yet taken by the kernel. */
  long outstanding;

  /** Written to in this round of the pump. */
  boolean touched;

  boolean handshakeDone;
  boolean draining;
  long requests;
  long lastReadNanos = acceptedNanos;

  /** Whether a whole TLS record has come. */
  boolean spoke;

  /** When the last step to a request was done: accepted, first record, handshake. */
  long stepNanos = acceptedNanos;

  /** When the server was done with the bytes that last came, be it of a handshake. */
  long lastBytesNanos = acceptedNanos;

  long pingNanos;

  /** When the last request ended, or the connection came to be. */
  long idleSinceNanos = acceptedNanos;

  /** When the first byte of a header came that is not complete yet; 0 if there is none. */
  long headerSinceNanos;

  /** When the kernel last took bytes. */
  long progressNanos = acceptedNanos;

  /** What waited in front of the socket when that was last looked at. */
  long pendingSeen = -1;

  /** Whether the accounts were charged for it. */
  boolean charged;

  /** Whether somebody known has made a request here, or shown a certificate that counts. */
  boolean known;

  /** Whether it has a member's place. */
  boolean member;

  /** What the decoder behind TLS keeps. */
  final Cumulation kept = new Cumulation();

  /** Bytes of a TLS record that has not come whole. */
  int recordBytes;

  /** Bytes, decrypted, of a frame or a header that has not come whole. */
  int wholeless;

  /** Lines among them. */
  int wholelessLines;

  /** What the accounts of headers and of incoming bytes were charged. */
  long headersHeld;

  long incomingHeld;

  Connection(Channel channel, Pump pump, Room room) {
    this.channel = channel;
    this.pump = pump;
    this.room = room;
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
    whole();
  }

  void ended(Exchange exchange) {
    if (exchanges.remove(exchange) && exchanges.isEmpty()) {
      idleSinceNanos = System.nanoTime();
    }
  }

  /** What came makes a whole now. */
  void whole() {
    wholeless = 0;
    wholelessLines = 0;
  }

  /** Ends the connection without a word, and without waiting for what the peer does not take. */
  void closeHard() {
    if (channel.isOpen()) {
      channel.config().setOption(ChannelOption.SO_LINGER, 0);
      channel.unsafe().close(channel.voidPromise());
    }
  }

  /** Everything that the connection carried is over. */
  void closed() {
    for (Exchange exchange : exchangesNow()) {
      exchange.peerGone();
    }
    crowdedOut.clear();
    room.left(this);
  }
}
