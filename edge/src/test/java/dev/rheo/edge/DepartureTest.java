package dev.rheo.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Connections with many open streams end: their streams are closed in turns. */
class DepartureTest {
  private static final int CONNECTIONS = 20;
  private static final int STREAMS = 90;

  private final AtomicInteger opened = new AtomicInteger();
  private final AtomicInteger closed = new AtomicInteger();

  private final class Endless implements Body {
    Endless() {
      opened.incrementAndGet();
    }

    @Override
    public void onReady(Runnable wake) {}

    @Override
    public State draw(ByteBuf out) {
      return State.WAIT;
    }

    @Override
    public void finish() {}

    @Override
    public void close() {
      closed.incrementAndGet();
    }
  }

  @Test
  void allThatTheyHeldIsReleased() throws Exception {
    try (EdgeFixture fixture =
        new EdgeFixture(request -> HttpResponse.streaming(200, "text/plain", new Endless()))) {
      List<RawHttp2> peers = new ArrayList<>();
      for (int i = 0; i < CONNECTIONS; i++) {
        RawHttp2 peer = new RawHttp2(fixture);
        peers.add(peer);
        for (int stream = 0; stream < STREAMS; stream++) {
          peer.get(1 + 2 * stream, "/endless");
        }
      }
      EdgeFixture.await("all are open", () -> opened.get() == CONNECTIONS * STREAMS);
      for (RawHttp2 peer : peers) {
        peer.close();
      }
      EdgeFixture.await("they have left", () -> fixture.edge.stats().connections() == 0);
      EdgeFixture.await("their bodies are closed", () -> closed.get() == opened.get());
      assertNothingIsHeld(fixture);
    }
  }

  /** Events wait in the codec, behind headers that the socket of a silent peer does not take. */
  @Test
  void whatWaitsInTheCodecIsReleased() throws Exception {
    Queue<Feed> feeds = new ConcurrentLinkedQueue<>();
    String padding = "x".repeat(8 << 10);
    try (EdgeFixture fixture =
            new EdgeFixture(
                request ->
                    switch (request.target()) {
                      case "/large" ->
                          HttpResponse.streaming(200, "text/plain", new SyntheticBody(64 << 20));
                      case "/headers" ->
                          HttpResponse.streaming(200, "text/plain", fed(feeds))
                              .header("x-padding", padding);
                      default -> HttpResponse.streaming(200, "text/plain", fed(feeds));
                    });
        RawHttp2 peer = new RawHttp2(fixture)) {
      peer.openWindows();
      int watches = STREAMS / 3;
      for (int stream = 0; stream < watches; stream++) {
        peer.get(1 + 2 * stream, "/watch");
      }
      EdgeFixture.await("watches", () -> feeds.size() == watches);
      List<Feed> watched = List.copyOf(feeds);
      peer.get(1 + 2 * watches, "/large");
      EdgeFixture.await("the socket is full", () -> isStuck(fixture));
      for (int stream = watches + 1; stream < STREAMS; stream++) {
        peer.get(1 + 2 * stream, "/headers");
      }
      EdgeFixture.await("headers", () -> feeds.size() == STREAMS - 1);
      long before = outgoing(fixture);
      watched.forEach(feed -> feed.give("x".repeat(1 << 10)));
      EdgeFixture.await("events", () -> outgoing(fixture) == before + (watches << 10));
      peer.close();
      EdgeFixture.await("it has left", () -> fixture.edge.stats().connections() == 0);
      assertNothingIsHeld(fixture);
    }
  }

  private static Feed fed(Queue<Feed> feeds) {
    Feed feed = new Feed();
    feeds.add(feed);
    return feed;
  }

  /** Whether some bytes are outstanding, and none leaves for a while. */
  private static boolean isStuck(EdgeFixture fixture) {
    long before = outgoing(fixture);
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
    return before > 0 && outgoing(fixture) == before;
  }

  private static long outgoing(EdgeFixture fixture) {
    return fixture.edge.stats().budgets().get("outgoing").used();
  }

  private static void assertNothingIsHeld(EdgeFixture fixture) {
    assertThat(fixture.edge.stats().budgets())
        .allSatisfy((name, usage) -> assertThat(usage.used()).as(name).isZero());
  }
}
