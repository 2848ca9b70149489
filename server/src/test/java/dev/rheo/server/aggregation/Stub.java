package dev.rheo.server.aggregation;

import dev.rheo.edge.TlsMaterial;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** An extension API server of the tests: what it says to a request, each test decides. */
final class Stub implements AutoCloseable {
  private static final char[] PASSWORD = "stub".toCharArray();

  final AtomicInteger accepted = new AtomicInteger();
  final AtomicInteger ended = new AtomicInteger();
  final List<String> requests = new CopyOnWriteArrayList<>();
  final List<X509Certificate> clients = new CopyOnWriteArrayList<>();
  private final List<Socket> open = new CopyOnWriteArrayList<>();
  private final SSLServerSocket socket;
  private volatile Deed deed;

  /** Answers a request on its connection, which goes on if it returns true. */
  @FunctionalInterface
  interface Deed {
    boolean answer(String head, InputStream in, OutputStream out) throws Exception;
  }

  Stub(TlsMaterial tls, Deed deed) throws Exception {
    this.deed = deed;
    KeyStore keys = KeyStore.getInstance("PKCS12");
    keys.load(null, null);
    keys.setKeyEntry(
        "key", tls.privateKey(), PASSWORD, tls.certificateChain().toArray(new Certificate[0]));
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(keys, PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(factory.getKeyManagers(), new TrustManager[] {new Anyone()}, null);
    socket =
        (SSLServerSocket)
            context
                .getServerSocketFactory()
                .createServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
    socket.setWantClientAuth(true);
    Thread.ofVirtual().start(this::accept);
  }

  /** The text as an answer that goes on. */
  static Deed says(String answer) {
    return (_, _, out) -> {
      write(out, answer);
      return true;
    };
  }

  /** The text, after which the connection ends. */
  static Deed breaksOffAfter(String answer) {
    return (_, _, out) -> {
      write(out, answer);
      return false;
    };
  }

  static void write(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
  }

  void does(Deed with) {
    deed = with;
  }

  int port() {
    return socket.getLocalPort();
  }

  /** Connections that are open. */
  int connections() {
    return accepted.get() - ended.get();
  }

  private void accept() {
    while (true) {
      try {
        SSLSocket client = (SSLSocket) socket.accept();
        open.add(client);
        accepted.incrementAndGet();
        Thread.ofVirtual().start(() -> serve(client));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(SSLSocket client) {
    try (client) {
      client.startHandshake();
      clients.add((X509Certificate) client.getSession().getPeerCertificates()[0]);
      InputStream in = new BufferedInputStream(client.getInputStream());
      while (true) {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
          int next = in.read();
          if (next < 0) {
            return;
          }
          head.append((char) next);
        }
        requests.add(head.toString());
        if (!deed.answer(head.toString(), in, client.getOutputStream())) {
          return;
        }
      }
    } catch (Exception e) {
      // The proxy has closed the connection.
    } finally {
      ended.incrementAndGet();
    }
  }

  private static final class Anyone implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  /** As if the server were killed. */
  @Override
  public void close() throws IOException {
    socket.close();
    for (Socket each : open) {
      each.close();
    }
  }
}
