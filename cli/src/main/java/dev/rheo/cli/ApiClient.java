package dev.rheo.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.rheo.access.Access;
import dev.rheo.access.AccessException;
import dev.rheo.access.Kubeconfig;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Requests of commands to a server that a kubeconfig names. */
final class ApiClient {
  private static final Duration CONNECT = Duration.ofSeconds(15);

  /** How often a busy server is asked again, and after which time. */
  private static final int BUSY_TIMES = 40;

  private static final Duration BUSY_PAUSE = Duration.ofMillis(250);

  private static final int MOST_OF_A_REFUSAL = 64 << 10;

  private final Access access;
  private final HttpClient http;

  private ApiClient(Access access, HttpClient http) {
    this.access = access;
    this.http = http;
  }

  /**
   * @param context of the kubeconfig, or null for its current one
   */
  static ApiClient of(Path kubeconfig, @Nullable String context) throws CommandFailedException {
    try {
      Access access = Kubeconfig.read(kubeconfig, context);
      if (!access.insecure() && !access.serverName().equals(access.host())) {
        throw new CommandFailedException(
            kubeconfig + " uses tls-server-name, which is not supported here", null);
      }
      // HTTP/1.1, since one answer comes at a time, and the kernel then does the flow control.
      HttpClient.Builder http =
          HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT);
      if (access.tls()) {
        http.sslContext(tls(access));
      }
      return new ApiClient(access, http.build());
    } catch (AccessException e) {
      throw new CommandFailedException(String.valueOf(e.getMessage()), e);
    } catch (GeneralSecurityException | IOException e) {
      throw new CommandFailedException(
          "the certificates of %s cannot be used: %s".formatted(kubeconfig, e.getMessage()), e);
    }
  }

  /**
   * The body of the answer to a GET.
   *
   * @param path begins with a slash
   */
  InputStream get(String path) throws CommandFailedException, InterruptedException {
    return send(HttpRequest.newBuilder(URI.create(access.url() + path)).GET());
  }

  /** The body of the answer to a POST without a body. */
  InputStream post(String path) throws CommandFailedException, InterruptedException {
    return send(
        HttpRequest.newBuilder(URI.create(access.url() + path)).POST(BodyPublishers.noBody()));
  }

  private InputStream send(HttpRequest.Builder request)
      throws CommandFailedException, InterruptedException {
    String token = access.token().token();
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    HttpResponse<InputStream> answer;
    try {
      answer = http.send(request.build(), BodyHandlers.ofInputStream());
      for (int i = 0; i < BUSY_TIMES && answer.statusCode() == 429; i++) {
        answer.body().close();
        Thread.sleep(BUSY_PAUSE.toMillis());
        answer = http.send(request.build(), BodyHandlers.ofInputStream());
      }
    } catch (IOException e) {
      String why = e.getMessage() == null ? "no connection" : e.getMessage();
      throw new CommandFailedException("%s cannot be reached: %s".formatted(access.url(), why), e);
    }
    if (answer.statusCode() != 200) {
      throw refusal(answer);
    }
    return answer.body();
  }

  private CommandFailedException refusal(HttpResponse<InputStream> answer) {
    String why = "";
    try (InputStream body = answer.body()) {
      JsonNode status = new JsonMapper().readTree(body.readNBytes(MOST_OF_A_REFUSAL));
      why = status == null ? "" : status.path("message").asText();
    } catch (IOException e) {
      why = "";
    }
    return new CommandFailedException(
        "%s answers %d%s"
            .formatted(access.url(), answer.statusCode(), why.isEmpty() ? "" : ": " + why),
        null);
  }

  private static SSLContext tls(Access access) throws GeneralSecurityException, IOException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys(access), trust(access), null);
    return context;
  }

  private static KeyManager @Nullable [] keys(Access access)
      throws GeneralSecurityException, IOException {
    List<X509Certificate> chain = access.clientCertificate();
    PrivateKey key = access.clientKey();
    if (chain == null || key == null) {
      return null;
    }
    KeyStore store = empty();
    store.setKeyEntry("client", key, new char[0], chain.toArray(new X509Certificate[0]));
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, new char[0]);
    return factory.getKeyManagers();
  }

  private static TrustManager @Nullable [] trust(Access access)
      throws GeneralSecurityException, IOException {
    if (access.insecure()) {
      return new TrustManager[] {new TrustsAll()};
    }
    if (access.authorities().isEmpty()) {
      return null;
    }
    KeyStore store = empty();
    int count = 0;
    for (X509Certificate authority : access.authorities()) {
      store.setCertificateEntry("ca" + count++, authority);
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory.getTrustManagers();
  }

  private static KeyStore empty() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }

  /** As {@code insecure-skip-tls-verify} asks. */
  private static final class TrustsAll extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
