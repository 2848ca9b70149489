package dev.rheo.server.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rheo.api.status.ApiException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AccessTest {

  private final CertificateIssuer minter = new CertificateIssuer(Instant.now());
  private final Authorizer authorizer = new Authorizer();

  private TokenFile tokens(Path folder, String text) throws IOException {
    return TokenFile.read(Files.writeString(folder.resolve("tokens.csv"), text));
  }

  @Test
  void readsTokensAsUpstreamDoes(@TempDir Path folder) throws Exception {
    TokenFile tokens =
        tokens(folder, "t1,alice,1\n\nt2,\"bob, the 2nd\",2,\"dev,ops\"\n,nobody,3\nt3,c,4,one\n");
    assertThat(tokens.user("t1")).isEqualTo(new User("alice", "1", List.of(User.AUTHENTICATED)));
    assertThat(tokens.user("t2"))
        .isEqualTo(new User("bob, the 2nd", "2", List.of("dev", "ops", User.AUTHENTICATED)));
    assertThat(tokens.user("t3").groups()).contains("one");
    assertThat(tokens.user("")).isNull();
    assertThat(tokens.user("t4")).isNull();
  }

  /** "c2VjcmV0" is "secret". */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "T.c2VjcmV0,v1 | | alice",
        "v1,T.c2VjcmV0 | | alice",
        "T.c2VjcmV0,v1 | Bearer nonsense | alice",
        "T.bm9uc2Vuc2U,v1 | Bearer secret | alice",
        "v1,v2 | | system:anonymous",
        // No other subprotocol is left to answer with.
        "T.c2VjcmV0 | | 401",
        "T.c2VjcmV0,T.c2VjcmV0,v1 | | 401",
        "T.bm9uc2Vuc2U,v1 | | 401",
        "T.c2VjcmV0!,v1 | | 401",
        // The first one has padding, the second one is not UTF-8.
        "T.c2VjcmV0cw==,v1 | | 401",
        "T._w,v1 | | 401",
      })
  void aWebSocketMayBringItsTokenAsASubprotocol(
      String protocols, String authorization, String user, @TempDir Path folder) throws Exception {
    TokenFile tokens = tokens(folder, "secret,alice,1\nsecrets,carol,2\n");
    Authenticator authenticator = new Authenticator(List.of(), tokens, Clock.systemUTC());
    List<String> asked =
        List.of(protocols.replace("T.", "base64url.bearer.authorization.k8s.io.").split(","));
    if (user.equals("401")) {
      assertThatThrownBy(() -> authenticate(authenticator, authorization, asked))
          .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(401));
    } else {
      assertThat(authenticate(authenticator, authorization, asked).name()).isEqualTo(user);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "secret,alice | at least 3 columns",
        "secret,'\"alice',1 | line 2",
        "secret,\"alice,1 | not closed",
        "secret,\"al\"ice,1 | after the closing quote",
        "secret,al\"ice,1 | stray quote"
      })
  void errorsNameTheLineAndKeepTheSecret(String line, String problem, @TempDir Path folder) {
    assertThatThrownBy(() -> tokens(folder, "ok,u,1\n" + line + "\n"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("tokens.csv, line 2")
        .hasMessageContaining(problem)
        .hasMessageNotContaining("secret");
  }

  @Test
  void knowsUsersByCertificateThenByToken(@TempDir Path folder) throws Exception {
    KeyPair caKey = minter.newKey();
    X509Certificate ca = minter.authority("ca", caKey, Duration.ofDays(10));
    KeyPair key = minter.newKey();
    Duration day = Duration.ofDays(1);
    X509Certificate good =
        minter.client(ca, caKey.getPrivate(), key.getPublic(), "ann", "dev", day);
    KeyPair otherKey = minter.newKey();
    X509Certificate other = minter.authority("ca", otherKey, Duration.ofDays(10));
    X509Certificate foreign =
        minter.client(other, otherKey.getPrivate(), key.getPublic(), "ann", User.MASTERS, day);
    X509Certificate forServers =
        minter.server(ca, caKey.getPrivate(), key.getPublic(), "srv", List.of(), day);
    Authenticator now =
        new Authenticator(List.of(ca), tokens(folder, "tok,tim,7\n"), Clock.systemUTC());
    for (int i = 0; i < 2; i++) {
      assertThat(now.authenticate(good, null))
          .isEqualTo(new User("ann", "", List.of("dev", User.AUTHENTICATED)));
    }
    assertThat(now.authenticate(null, null)).isEqualTo(User.ANONYMOUS);
    assertThat(now.authenticate(null, "Basic eDp5")).isEqualTo(User.ANONYMOUS);
    assertThat(now.authenticate(null, "bearer tok").name()).isEqualTo("tim");
    assertThat(now.authenticate(foreign, "Bearer tok").name()).isEqualTo("tim");
    assertThat(now.authenticate(good, "Bearer wrong").name()).isEqualTo("ann");
    for (X509Certificate bad : List.of(foreign, forServers)) {
      assertUnauthorized(() -> now.authenticate(bad, null));
    }
    assertUnauthorized(() -> now.authenticate(null, "Bearer wrong"));
    Authenticator later =
        new Authenticator(
            List.of(ca), TokenFile.none(), Clock.offset(Clock.systemUTC(), Duration.ofDays(2)));
    assertUnauthorized(() -> later.authenticate(good, null));
  }

  @Test
  void aCertificateIsVerifiedOnceWhetherGoodOrForged() throws Exception {
    KeyPair caKey = minter.newKey();
    X509Certificate ca = minter.authority("ca", caKey, Duration.ofDays(10));
    KeyPair otherKey = minter.newKey();
    X509Certificate other = minter.authority("ca", otherKey, Duration.ofDays(10));
    KeyPair key = minter.newKey();
    Duration day = Duration.ofDays(1);
    X509Certificate good =
        minter.client(ca, caKey.getPrivate(), key.getPublic(), "ann", "dev", day);
    X509Certificate forged =
        minter.client(other, otherKey.getPrivate(), key.getPublic(), "ann", User.MASTERS, day);
    AtomicInteger verified = new AtomicInteger();
    Authenticator authenticator =
        new Authenticator(
            List.of(ca),
            TokenFile.none(),
            BearerTokens.NONE,
            Clock.systemUTC(),
            (certificate, by) -> {
              verified.incrementAndGet();
              certificate.verify(by);
            });
    for (int i = 0; i < 5; i++) {
      assertThat(authenticator.authenticate(good, null).name()).isEqualTo("ann");
      assertUnauthorized(() -> authenticator.authenticate(forged, null));
    }
    assertThat(verified).hasValue(2);
  }

  @Test
  void aVerifiedCertificateIsRefusedOnceItsAuthorityHasExpired() throws Exception {
    AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
    KeyPair caKey = minter.newKey();
    X509Certificate ca = minter.authority("ca", caKey, Duration.ofDays(1));
    KeyPair key = minter.newKey();
    X509Certificate outlives =
        minter.client(ca, caKey.getPrivate(), key.getPublic(), "ann", "dev", Duration.ofDays(3));
    Authenticator authenticator = new Authenticator(List.of(ca), TokenFile.none(), now::get);
    assertThat(authenticator.authenticate(outlives, null).name()).isEqualTo("ann");
    now.set(now.get().plus(Duration.ofDays(2)));
    assertUnauthorized(() -> authenticator.authenticate(outlives, null));
  }

  @Test
  void whereAllIsAllowedStrangersGainNothing() {
    Authorizer open = new Authorizer(Authorizer.Mode.ALWAYS_ALLOW);
    RequestAttributes delete =
        new RequestAttributes(
            "delete", "", new RequestAttributes.Resource("", "secrets", "", "ns", "s"));
    User somebody = new User("x", "", List.of(User.AUTHENTICATED));
    assertThat(open.allows(somebody, delete)).isTrue();
    assertThat(open.allows(User.ANONYMOUS, delete)).isFalse();
    assertThat(open.rules(somebody).resources().getFirst().verbs()).containsExactly("*");
  }

  @Test
  void accountsMayReadHowTheirTokensAreVerified() {
    User account = new User("a", "", List.of("system:serviceaccounts", User.AUTHENTICATED));
    User somebody = new User("x", "", List.of(User.AUTHENTICATED));
    for (String path : List.of("/openid/v1/jwks", "/.well-known/openid-configuration/")) {
      RequestAttributes get = RequestAttributes.nonResource("GET", path);
      assertThat(authorizer.allows(account, get)).isTrue();
      assertThat(authorizer.allows(somebody, get)).isFalse();
      assertThat(authorizer.rules(account).paths().getFirst().paths()).contains(path);
    }
  }

  private static User authenticate(
      Authenticator authenticator, String authorization, List<String> protocols) {
    return authenticator.identify(
        new Authenticator.Credentials(null, authorization, protocols), VerifiedTokens.NONE);
  }

  private static void assertUnauthorized(Runnable action) {
    assertThatThrownBy(action::run)
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> {
              assertThat(e.code()).isEqualTo(401);
              assertThat(e.getMessage()).isEqualTo("Unauthorized");
            });
  }

  private static RequestAttributes list(String group, String resource, String namespace) {
    return new RequestAttributes(
        "list", "/x", new RequestAttributes.Resource(group, resource, "", namespace, ""));
  }

  private void authorize(User user, RequestAttributes attributes) {
    if (!authorizer.allows(user, attributes)) {
      throw Authorizer.refusal(user, attributes);
    }
  }

  @Test
  void forbidsInUpstreamsWords() {
    User eve = new User("e<v>e", "", List.of(User.AUTHENTICATED));
    assertThatThrownBy(() -> authorize(eve, list("", "secrets", "kube-system")))
        .hasMessage(
            "secrets is forbidden: User \"e&lt;v&gt;e\" cannot list resource \"secrets\" in API"
                + " group \"\" in the namespace \"kube-system\"");
    assertThatThrownBy(
            () ->
                authorize(
                    eve,
                    new RequestAttributes(
                        "update",
                        "/x",
                        new RequestAttributes.Resource("apps", "deployments", "status", "", "a"))))
        .hasMessage(
            "deployments.apps \"a\" is forbidden: User \"e&lt;v&gt;e\" cannot update resource"
                + " \"deployments/status\" in API group \"apps\" at the cluster scope")
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(403));
    assertThatThrownBy(() -> authorize(eve, RequestAttributes.nonResource("GET", "/metrics")))
        .hasMessage("forbidden: User \"e&lt;v&gt;e\" cannot get path \"/metrics\"");
    authorize(new User("root", "", List.of(User.MASTERS)), list("", "secrets", ""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/healthz", "/livez/ping", "/readyz", "/version", "/api", "/apis/apps/v1"})
  void healthVersionAndDiscoveryAreForAll(String path) {
    authorize(User.ANONYMOUS, RequestAttributes.nonResource("GET", path));
    assertUnauthorized(
        () -> authorize(User.ANONYMOUS, RequestAttributes.nonResource("POST", path)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/metrics", "/healthzz", "/apisx", "/openapi/v3", "/versions"})
  void allElseNeedsCredentials(String path) {
    assertUnauthorized(() -> authorize(User.ANONYMOUS, RequestAttributes.nonResource("GET", path)));
    assertUnauthorized(() -> authorize(User.ANONYMOUS, list("", "pods", "")));
  }
}
