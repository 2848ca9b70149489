package dev.rheo.edge;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Logger;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;

/** TLS begins when the first record is complete, however it comes. */
class FirstRecordTest {

  /** Sends each byte as a packet of its own. */
  private static final class BytewiseSocket extends Socket {
    BytewiseSocket(int port) throws IOException {
      super("127.0.0.1", port);
      setTcpNoDelay(true);
      setSoTimeout(20_000);
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
      return new FilterOutputStream(super.getOutputStream());
    }
  }

  @Test
  void aHandshakeThatComesByteByByteSucceeds() throws Exception {
    try (EdgeFixture fixture = new EdgeFixture(request -> HttpResponse.empty(200));
        Socket bytewise = new BytewiseSocket(fixture.uri("/").getPort());
        SSLSocket tls =
            (SSLSocket)
                EdgeFixture.clientTls()
                    .getSocketFactory()
                    .createSocket(bytewise, "127.0.0.1", bytewise.getPort(), true)) {
      tls.getOutputStream()
          .write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      assertThat(EdgeFixture.status(tls)).isEqualTo("HTTP/1.1 200");
    }
  }

  /** Else it would wait for as many bytes as its text seems to announce. */
  @Test
  void whatIsNoTlsIsRefusedAtOnce() throws Exception {
    try (EdgeFixture fixture = new EdgeFixture(request -> HttpResponse.empty(200));
        Socket plain = fixture.rawTcp()) {
      plain.getOutputStream().write("GET / HTTP".getBytes(StandardCharsets.US_ASCII));
      byte[] answer = plain.getInputStream().readAllBytes();
      assertThat(new String(answer, StandardCharsets.ISO_8859_1)).doesNotContain("200");
    }
  }

  @Test
  void aRecordThatNeverBecomesCompleteEndsWithItsPeer() throws Exception {
    try (EdgeFixture fixture = new EdgeFixture(request -> HttpResponse.empty(200))) {
      try (Socket half = fixture.rawTcp()) {
        half.getOutputStream().write(new byte[] {22, 3, 1, 0x3f, (byte) 0xff, 1, 0, 0x3f});
        EdgeFixture.await("it is there", () -> fixture.edge.stats().connections() == 1);
      }
      EdgeFixture.await("it has left", () -> fixture.edge.stats().connections() == 0);
      assertThat(fixture.used("tls")).isZero();
    }
  }

  /** What peers do wrong is no news: a port scan must not fill the log. */
  @Test
  void aPeerThatResetsBeforeTlsBeginsIsNotLogged() throws Exception {
    Logger netty = Logger.getLogger("io.netty.channel.DefaultChannelPipeline");
    List<String> logged = new CopyOnWriteArrayList<>();
    netty.setFilter(entry -> !logged.add(entry.getMessage()));
    try (EdgeFixture fixture = new EdgeFixture(request -> HttpResponse.empty(200))) {
      try (Socket half = fixture.rawTcp()) {
        half.setSoLinger(true, 0);
        half.getOutputStream().write(new byte[] {22, 3, 1});
        EdgeFixture.await("it is there", () -> fixture.edge.stats().connections() == 1);
      }
      EdgeFixture.await("it has left", () -> fixture.edge.stats().connections() == 0);
    } finally {
      netty.setFilter(null);
    }
    assertThat(logged).isEmpty();
  }
}
