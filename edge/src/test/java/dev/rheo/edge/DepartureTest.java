package dev.rheo.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
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
      assertThat(fixture.edge.stats().budgets())
          .allSatisfy((name, usage) -> assertThat(usage.used()).as(name).isZero());
    }
  }
}
