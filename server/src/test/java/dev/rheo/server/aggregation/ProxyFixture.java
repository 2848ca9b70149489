package dev.rheo.server.aggregation;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.edge.Edge;
import dev.rheo.edge.EdgeSettings;
import dev.rheo.edge.Handler;
import dev.rheo.edge.HttpRequest;
import dev.rheo.edge.HttpResponse;
import dev.rheo.edge.ledger.Ledger;
import dev.rheo.server.outbound.Connections;
import dev.rheo.server.request.info.RequestInfo;
import dev.rheo.server.security.Pki;
import dev.rheo.server.security.User;
import dev.rheo.testing.Await;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** An edge whose only handler is the proxy, an extension API server behind it, and a client. */
final class ProxyFixture implements AutoCloseable {
  static final User USER =
      new User("jane", "u1", List.of("dev", User.AUTHENTICATED), Map.of("Scopes/x", List.of("a")));

  final Ledger ledger;
  final Stub stub;
  final Connections connections;
  final ExtensionServer server;
  private final Edge edge;
  private final InetSocketAddress address;
  private final SSLContext trust;

  /** How long an answer may take; null for upstream's minute. */
  volatile @Nullable Duration allowed;

  volatile boolean available = true;

  ProxyFixture(Path folder, Ledger.Limits limits, Stub.Deed deed) throws Exception {
    Pki pki = Pki.open(folder, "127.0.0.1", Clock.systemUTC());
    ledger = new Ledger(limits);
    stub = new Stub(pki.tls(), deed);
    connections =
        new Connections(
            (namespace, name, port) -> InetSocketAddress.createUnresolved("127.0.0.1", port));
    ExtensionServers servers =
        new ExtensionServers(
            connections,
            ledger.aggregated(),
            new KeyManager[] {pki.frontProxy()},
            Clock.systemUTC());
    // The name for which a server of this kind has its certificate.
    ObjectNode spec = JsonNodeFactory.instance.objectNode();
    spec.putObject("service")
        .put("namespace", "default")
        .put("name", "kubernetes")
        .put("port", stub.port());
    spec.put("caBundle", Base64.getEncoder().encodeToString(pki.authorityPem()));
    server = servers.of("v1.ext.example.com", spec);
    ExtensionProxy proxy = new ExtensionProxy(ledger.descriptors(), true);
    Handler handler =
        new Handler() {
          @Override
          public @Nullable HttpResponse precheck(HttpRequest head) {
            head.vouch();
            return null;
          }

          @Override
          public HttpResponse handle(HttpRequest request) {
            ApiService service =
                new ApiService(
                    "v1.ext.example.com",
                    "",
                    "ext.example.com",
                    "v1",
                    1,
                    1,
                    false,
                    available,
                    server);
            return proxy.answer(request, RequestInfo.of(request), USER, service, allowed);
          }
        };
    edge =
        new Edge(
            EdgeSettings.defaults(new InetSocketAddress("127.0.0.1", 0)),
            ledger,
            pki.tls(),
            handler);
    address = edge.start();
    trust = trusting(pki);
  }

  ProxyFixture(Path folder, Stub.Deed deed) throws Exception {
    this(folder, Ledger.Limits.roomy(), deed);
  }

  private static SSLContext trusting(Pki pki) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry("ca", pki.authority());
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, factory.getTrustManagers(), null);
    return context;
  }

  boolean drain(Duration atMost) throws InterruptedException {
    return edge.drain(atMost);
  }

  /** A connection of a client. */
  SSLSocket connect() throws Exception {
    SSLSocket socket =
        (SSLSocket) trust.getSocketFactory().createSocket(address.getAddress(), address.getPort());
    socket.setSoTimeout(30_000);
    socket.startHandshake();
    return socket;
  }

  /** A connection on which a request was sent: a method, a target, and lines of header. */
  SSLSocket send(String request) throws Exception {
    SSLSocket socket = connect();
    String[] lines = request.split("\n", -1);
    String head = lines[0] + " HTTP/1.1\r\nHost: x\r\n";
    for (int i = 1; i < lines.length; i++) {
      head += lines[i] + "\r\n";
    }
    Stub.write(socket.getOutputStream(), head + "\r\n");
    return socket;
  }

  /** All that comes until the connection ends. The client asks that it does. */
  String ask(String request) throws Exception {
    try (SSLSocket socket = send(request + "\nConnection: close")) {
      return new String(rest(socket.getInputStream()), StandardCharsets.ISO_8859_1);
    }
  }

  static byte[] rest(InputStream in) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try {
      in.transferTo(all);
    } catch (Exception e) {
      // Cut off.
    }
    return all.toByteArray();
  }

  /** What comes up to some text. */
  static String until(InputStream in, String end) throws Exception {
    StringBuilder got = new StringBuilder();
    while (got.indexOf(end) < 0) {
      int next = in.read();
      if (next < 0) {
        throw new AssertionError("ended after " + got);
      }
      got.append((char) next);
    }
    return got.toString();
  }

  /** Waits until a writer is kept from writing. */
  static void awaitStandstill(AtomicLong sent) {
    AtomicLong before = new AtomicLong(-1);
    Await.holds(
        "the writer waits",
        Duration.ofMillis(300),
        () -> {
          long now = sent.get();
          return before.getAndSet(now) == now;
        });
  }

  long charged() {
    return ledger.aggregated().used();
  }

  @Override
  public void close() throws Exception {
    stub.close();
    connections.close();
    edge.close();
  }
}
