package dev.rheo.server.conversion;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;

/** A webhook of the tests: answers each request with bytes of the test's choice. */
final class Hook implements AutoCloseable {
  private static final char[] PASSWORD = "webhook".toCharArray();

  final AtomicInteger connections = new AtomicInteger();
  final List<String> requests = new CopyOnWriteArrayList<>();
  private final SSLServerSocket socket;
  private final List<Socket> open = new CopyOnWriteArrayList<>();
  private final KeyStore keys;

  /** The bytes of the answer to a request; null to say nothing and keep the connection open. */
  private volatile Function<String, byte[]> answers;

  Hook(Function<String, byte[]> answers) throws IOException, GeneralSecurityException {
    this.answers = answers;
    keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Hook.class.getResourceAsStream("webhook.p12")) {
      keys.load(Objects.requireNonNull(in), PASSWORD);
    }
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(keys, PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(factory.getKeyManagers(), null, null);
    socket =
        (SSLServerSocket)
            context
                .getServerSocketFactory()
                .createServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
    Thread.ofVirtual().start(this::accept);
  }

  void answer(Function<String, byte[]> with) {
    answers = with;
  }

  int port() {
    return socket.getLocalPort();
  }

  /** The certificate as a {@code caBundle}. */
  String bundle() throws GeneralSecurityException {
    byte[] der = keys.getCertificate("hook").getEncoded();
    String pem =
        "-----BEGIN CERTIFICATE-----\n"
            + Base64.getMimeEncoder().encodeToString(der)
            + "\n-----END CERTIFICATE-----\n";
    return Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.US_ASCII));
  }

  static byte[] ok(String json) {
    return http("200 OK", "Content-Type: application/json\r\n", json);
  }

  static byte[] http(String status, String headers, String body) {
    byte[] content = body.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(
        "HTTP/1.1 %s\r\n%sContent-Length: %d\r\n\r\n"
            .formatted(status, headers, content.length)
            .getBytes(StandardCharsets.ISO_8859_1));
    out.writeBytes(content);
    return out.toByteArray();
  }

  private void accept() {
    while (!socket.isClosed()) {
      try {
        Socket peer = socket.accept();
        open.add(peer);
        Thread.ofVirtual().start(() -> serve(peer));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket peer) {
    try (peer) {
      InputStream in = new BufferedInputStream(peer.getInputStream());
      OutputStream out = peer.getOutputStream();
      boolean first = true;
      while (true) {
        String request = request(in);
        if (first) {
          connections.incrementAndGet();
          first = false;
        }
        requests.add(request);
        byte[] answer = answers.apply(request);
        if (answer.length == 0) {
          in.read();
          return;
        }
        out.write(answer);
        out.flush();
        if (new String(answer, StandardCharsets.ISO_8859_1).contains("Connection: close")) {
          return;
        }
      }
    } catch (IOException e) {
      // The client has gone.
    }
  }

  private static String request(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("the client has gone");
      }
      head.append((char) next);
    }
    int at = head.indexOf("Content-Length: ");
    int length =
        at < 0 ? 0 : Integer.parseInt(head.substring(at + 16, head.indexOf("\r", at)).strip());
    return head + new String(in.readNBytes(length), StandardCharsets.UTF_8);
  }

  @Override
  public void close() throws IOException {
    socket.close();
    for (Socket peer : open) {
      peer.close();
    }
  }
}
