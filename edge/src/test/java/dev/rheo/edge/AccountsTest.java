package dev.rheo.edge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.edge.ledger.Ledger;
import io.netty.util.ResourceLeakDetector;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Compares the sum of the accounts with the growth of the heap: open requests take no more than
 * their charges, and the charges are not far above that.
 */
@Timeout(120)
class AccountsTest {

  private static final int LARGE = 60_000;

  /** Tolerance for other heap use in this process. */
  private static final long NOISE = 2 << 20;

  /** Maximum ratio of charges to actual use. */
  private static final int CARE = 2;

  private static final int LOOKS = 12;

  private final Handler handler =
      new Handler() {
        @Override
        public HttpResponse precheck(HttpRequest head) {
          head.vouch();
          return null;
        }

        @Override
        public HttpResponse handle(HttpRequest request) {
          byte[] answer = new byte[request.path().equals("/large") ? LARGE : 2];
          return HttpResponse.bytes(200, "text/plain", answer);
        }
      };

  private final List<AutoCloseable> peers = new ArrayList<>();

  /** Bytes that the peers have written since the load began. */
  private long written;

  private interface Load {
    /** Makes requests that stay open; returns once all of them are charged. */
    void make(EdgeFixture fixture) throws Exception;
  }

  @Test
  void streamsWhoseAnswersNobodyTakes() throws Exception {
    List<RawHttp2> clients = new ArrayList<>();
    addedUp(
        fixture -> clients.addAll(closedWindows(fixture, 40)),
        fixture -> {
          askAHundredTimes(clients, "/small");
          EdgeFixture.await("all begun", () -> fixture.edge.stats().requestsTotal() == 4000);
        });
  }

  @Test
  void answersThatNobodyTakes() throws Exception {
    List<RawHttp2> clients = new ArrayList<>();
    addedUp(
        fixture -> clients.addAll(closedWindows(fixture, 2)),
        fixture -> {
          askAHundredTimes(clients, "/large");
          EdgeFixture.await("all charged", () -> fixture.used("answers") >= 200L * LARGE);
        });
  }

  @Test
  void bodiesThatDoNotComeToAnEnd() throws Exception {
    List<SSLSocket> sockets = new ArrayList<>();
    int length = 1_000_000;
    byte[] most = new byte[length - 1];
    addedUp(
        fixture -> sockets.addAll(connected(fixture, 20)),
        fixture -> {
          for (SSLSocket socket : sockets) {
            write(socket, "POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n", length);
            socket.getOutputStream().write(most);
            written += most.length;
          }
          EdgeFixture.await("all came", () -> fixture.used("request-bodies") >= 20L * length);
        });
  }

  @Test
  void headersOfRequestsThatStay() throws Exception {
    List<SSLSocket> sockets = new ArrayList<>();
    StringBuilder fields = new StringBuilder();
    for (int i = 0; i < 300; i++) {
      fields.append("X-Field-").append(i).append(": ").append("v".repeat(100)).append("\r\n");
    }
    addedUp(
        fixture -> sockets.addAll(connected(fixture, 100)),
        fixture -> {
          for (SSLSocket socket : sockets) {
            write(socket, "POST /small HTTP/1.1\r\nHost: x\r\n%sContent-Length: 9\r\n\r\n", fields);
          }
          EdgeFixture.await("all begun", () -> fixture.edge.stats().requestsTotal() == 200);
        });
  }

  @Test
  void headersThatDoNotComeToAnEnd() throws Exception {
    List<SSLSocket> sockets = new ArrayList<>();
    String lines = "a: b\r\n".repeat(2000);
    addedUp(
        fixture -> sockets.addAll(connected(fixture, 50)),
        fixture -> {
          for (SSLSocket socket : sockets) {
            write(socket, "GET /small HTTP/1.1\r\nHost: x\r\n%s", lines);
          }
          EdgeFixture.await(
              "all came", () -> fixture.used("headers") >= 50 * 2000L * Weights.FIELD);
        });
  }

  /** Sets up the peers, which live in this process, before it measures the load. */
  private void addedUp(Load peersOnly, Load load) throws Exception {
    ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();
    try (EdgeFixture fixture = new EdgeFixture(handler, s -> s, Ledger.Limits.roomy(), true)) {
      // The detector's records are on the heap, too.
      ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
      peersOnly.make(fixture);
      long receivedBefore = fixture.edge.stats().bytesIn();
      written = 0;
      long heapBefore = heap();
      long chargedBefore = charged(fixture);
      load.make(fixture);
      EdgeFixture.await(
          "all is decoded", () -> fixture.edge.stats().bytesIn() - receivedBefore >= written);
      long grown = heap() - heapBefore;
      long charged = charged(fixture) - chargedBefore;
      assertThat(grown).as("of what is charged: %,d", charged).isLessThan(charged + NOISE);
      assertThat(charged).as("of what is taken: %,d", grown).isLessThan(CARE * (grown + NOISE));
      assertThat(charged).as("the load is large enough to be seen").isGreaterThan(3 * NOISE);
    } finally {
      ResourceLeakDetector.setLevel(level);
      for (AutoCloseable peer : peers) {
        peer.close();
      }
    }
  }

  private static long charged(EdgeFixture fixture) {
    // All other accounts are parts of these, outside the heap, or not used by these loads.
    return fixture.used("heap") + fixture.used("connections") + fixture.used("incoming");
  }

  /**
   * The minimum of several measurements, since a thread that wakes up takes a new allocation
   * buffer.
   */
  private static long heap() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < LOOKS; i++) {
      System.gc();
      least = Math.min(least, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    }
    return least;
  }

  private List<RawHttp2> closedWindows(EdgeFixture fixture, int count) throws IOException {
    List<RawHttp2> clients = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      RawHttp2 client = new RawHttp2(fixture);
      peers.add(client);
      clients.add(client);
      client.closeWindow();
    }
    return clients;
  }

  private static void askAHundredTimes(List<RawHttp2> clients, String path) throws IOException {
    for (RawHttp2 client : clients) {
      for (int i = 0; i < 100; i++) {
        client.get(2 * i + 1, path);
      }
    }
  }

  /** Connections that have had a response. */
  private List<SSLSocket> connected(EdgeFixture fixture, int count) throws IOException {
    List<SSLSocket> sockets = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      SSLSocket socket = fixture.rawTls();
      peers.add(socket);
      sockets.add(socket);
      write(socket, "GET /small HTTP/1.1\r\nHost: x\r\n\r\n");
      StringBuilder answer = new StringBuilder();
      while (!answer.toString().endsWith("\r\n\r\n\0\0")) {
        answer.append((char) socket.getInputStream().read());
      }
    }
    return sockets;
  }

  private void write(SSLSocket socket, String format, Object... values) throws IOException {
    byte[] text = format.formatted(values).getBytes(StandardCharsets.US_ASCII);
    socket.getOutputStream().write(text);
    written += text.length;
  }
}
