package dev.rheo.edge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.edge.ledger.Ledger;
import dev.rheo.testing.Await;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.EventLoop;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.netty.util.ResourceLeakDetector;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** An edge on a free loopback port, and clients for it. Checks for leaks when it is closed. */
final class EdgeFixture implements AutoCloseable {

  private static final List<String> LEAKS = new CopyOnWriteArrayList<>();
  private static final X509Bundle AUTHORITY = authority();
  private static final TlsMaterial TLS = tls();

  static {
    // Small windows, so that the JDK's client exhausts them, too.
    System.setProperty("jdk.httpclient.windowsize", "65536");
    System.setProperty("jdk.httpclient.connectionWindowSize", "1048576");
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
    ByteBufUtil.setLeakListener((type, records) -> LEAKS.add(type + "\n" + records));
  }

  final Ledger ledger;
  final Edge edge;
  final InetSocketAddress address;

  EdgeFixture(Handler handler) throws IOException {
    this(handler, settings -> settings, true);
  }

  EdgeFixture(Handler handler, UnaryOperator<EdgeSettings> tune) throws IOException {
    this(handler, tune, true);
  }

  EdgeFixture(Handler handler, UnaryOperator<EdgeSettings> tune, boolean nativeAllowed)
      throws IOException {
    this(handler, tune, Ledger.Limits.roomy(), nativeAllowed);
  }

  EdgeFixture(
      Handler handler,
      UnaryOperator<EdgeSettings> tune,
      Ledger.Limits limits,
      boolean nativeAllowed)
      throws IOException {
    this(handler, tune, limits, nativeAllowed, EdgeClock.SYSTEM);
  }

  /** An edge with the default settings, whose time the test determines. */
  EdgeFixture(Handler handler, ManualClock clock) throws IOException {
    this(handler, Ledger.Limits.roomy(), clock);
  }

  EdgeFixture(Handler handler, Ledger.Limits limits, ManualClock clock) throws IOException {
    this(handler, settings -> settings, limits, true, clock);
  }

  EdgeFixture(
      Handler handler,
      UnaryOperator<EdgeSettings> tune,
      Ledger.Limits limits,
      boolean nativeAllowed,
      EdgeClock clock)
      throws IOException {
    EdgeSettings settings =
        tune.apply(EdgeSettings.defaults(new InetSocketAddress("127.0.0.1", 0)));
    ledger = new Ledger(limits);
    edge = new Edge(settings, ledger, TLS, handler, nativeAllowed, clock);
    address = edge.start();
  }

  URI uri(String target) {
    return URI.create("https://127.0.0.1:" + address.getPort() + target);
  }

  static HttpClient client(HttpClient.Version version) {
    return HttpClient.newBuilder().sslContext(clientTls()).version(version).build();
  }

  java.net.http.HttpRequest.Builder request(String target) {
    return java.net.http.HttpRequest.newBuilder(uri(target)).timeout(Duration.ofSeconds(20));
  }

  java.net.http.HttpRequest post(String target, byte[] body) {
    return request(target).POST(BodyPublishers.ofByteArray(body)).build();
  }

  /** A connection for HTTP/1.1 written by hand. */
  SSLSocket rawTls() throws IOException {
    SSLSocket socket =
        (SSLSocket) clientTls().getSocketFactory().createSocket("127.0.0.1", address.getPort());
    socket.setSoTimeout(20_000);
    return socket;
  }

  Socket rawTcp() throws IOException {
    Socket socket = new Socket("127.0.0.1", address.getPort());
    socket.setSoTimeout(20_000);
    return socket;
  }

  /** Begins to read a response: {@code HTTP/1.1 200}. */
  static String status(Socket socket) throws IOException {
    byte[] status = socket.getInputStream().readNBytes("HTTP/1.1 200".length());
    return new String(status, StandardCharsets.US_ASCII);
  }

  static SSLContext clientTls() {
    try {
      KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
      trusted.load(null);
      trusted.setCertificateEntry("ca", AUTHORITY.getCertificate());
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, factory.getTrustManagers(), new SecureRandom());
      return context;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** The use of an account, which must not exceed its limit. */
  long used(String account) {
    EdgeStats.Usage usage = edge.stats().budgets().get(account);
    assertThat(usage).as(account).isNotNull();
    assertThat(usage.used()).as(account).isLessThanOrEqualTo(usage.limit());
    return usage.used();
  }

  /** Waits for a condition that another thread brings about. */
  static void await(String what, BooleanSupplier condition) {
    Await.until(what, condition::getAsBoolean);
  }

  /** Lets time pass in steps until a condition comes true. */
  static void advanceUntil(
      ManualClock clock, Duration step, String what, BooleanSupplier condition) {
    await(
        what,
        () -> {
          clock.advance(step);
          return condition.getAsBoolean();
        });
  }

  /**
   * Begins a drain.
   *
   * @param drain drains the edge, on a thread of its own
   * @return the drain's result, once each event loop has begun
   */
  static Future<Boolean> beginDrain(ManualClock clock, Callable<Boolean> drain) {
    int watchdogs = clock.repeated();
    FutureTask<Boolean> drained = new FutureTask<>(drain);
    Thread.ofVirtual().start(drained);
    await("the drain begins", () -> clock.repeated() == 2 * watchdogs);
    return drained;
  }

  static <T> T onLoop(EventLoop loop, Callable<T> task) throws Exception {
    return loop.submit(task).get(20, TimeUnit.SECONDS);
  }

  /** Waits for a condition that only the event loop may look at. */
  static void awaitOnLoop(EventLoop loop, String what, BooleanSupplier condition) {
    await(
        what,
        () -> {
          try {
            return onLoop(loop, condition::getAsBoolean);
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
  }

  @Override
  public void close() {
    edge.close();
    // A handler may still be running for a peer that is gone.
    await("streams left", () -> edge.stats().streams() == 0);
    EdgeStats stats = edge.stats();
    assertThat(stats.longRunning()).as("long-running left").isZero();
    stats
        .budgets()
        .forEach((name, usage) -> assertThat(usage.used()).as("budget %s", name).isZero());
    assertThat(stats.connections()).as("connections left").isZero();
    await("pinned buffers given back: " + edge.pinnedBytes(), () -> edge.pinnedBytes() == 0);
    System.gc();
    assertThat(LEAKS).isEmpty();
  }

  private static X509Bundle authority() {
    try {
      return new CertificateBuilder()
          .subject("CN=edge-test-ca")
          .setIsCertificateAuthority(true)
          .ecp256()
          .buildSelfSigned();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static TlsMaterial tls() {
    try {
      X509Bundle server =
          new CertificateBuilder()
              .subject("CN=edge-test")
              .addSanIpAddress("127.0.0.1")
              .addSanDnsName("localhost")
              .addExtendedKeyUsageServerAuth()
              .ecp256()
              .buildIssuedBy(AUTHORITY);
      return new TlsMaterial(
          List.of(server.getCertificatePathWithRoot()),
          server.getKeyPair().getPrivate(),
          List.of(AUTHORITY.getCertificate()));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
