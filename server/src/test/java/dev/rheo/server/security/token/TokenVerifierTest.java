package dev.rheo.server.security.token;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.access.PemFiles;
import dev.rheo.server.security.BearerTokens.Verdict;
import dev.rheo.server.security.User;
import dev.rheo.server.security.token.BoundObjects.Key;
import dev.rheo.server.security.token.BoundObjects.Kind;
import dev.rheo.server.security.token.BoundObjects.Seen;
import dev.rheo.server.security.token.Claims.Reference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenVerifierTest {
  private static final List<String> OWN = List.of(TokenIssuer.DEFAULT_ISSUER);
  private static final Instant START = Instant.parse("2026-01-02T03:04:05Z");
  private static final Key ACCOUNT = new Key(Kind.SERVICE_ACCOUNT, "ns", "sa");

  /** Objects of which the test decides, and which counts reads. */
  private static final class Objects implements BoundObjects {
    private final Map<Key, Seen> there = new HashMap<>();
    private final AtomicInteger reads = new AtomicInteger();

    @Override
    public synchronized long revision(Key key) {
      Seen seen = there.get(key);
      return seen == null ? 0 : seen.revision();
    }

    @Override
    public synchronized Seen read(Key key, String uid) {
      reads.incrementAndGet();
      return there.get(key);
    }

    synchronized void put(Key key, long revision, String uid, Instant deleting) {
      there.put(key, new Seen(revision, uid, deleting));
    }

    synchronized void remove(Key key) {
      there.remove(key);
    }
  }

  @TempDir private Path folder;
  private final Objects objects = new Objects();
  private final AtomicReference<Instant> now = new AtomicReference<>(START);
  private TokenIssuer issuer;
  private TokenVerifier verifier;

  @BeforeEach
  void open() {
    objects.put(ACCOUNT, 7, "u1", null);
    issuer = TestTokens.issuer(folder);
    verifier = new TokenVerifier(issuer, objects, now::get);
  }

  @AfterEach
  void close() {
    verifier.close();
  }

  private static Claims claims(
      String issuer, List<String> audiences, Reference pod, Reference secret, Reference node) {
    long at = START.getEpochSecond();
    return new Claims(
        issuer,
        audiences,
        at,
        at + 3600,
        at,
        "id1",
        "ns",
        new Reference("sa", "u1"),
        pod,
        secret,
        node,
        0);
  }

  private static Claims plain() {
    return claims(TokenIssuer.DEFAULT_ISSUER, OWN, null, null, null);
  }

  private Verdict verify(String token) {
    return verifier.verify(token, OWN).join();
  }

  private void assertRefused(String token, String fault) {
    Verdict verdict = verify(token);
    assertThat(verdict.user()).isNull();
    assertThat(verdict.fault()).isEqualTo(fault);
  }

  @Test
  void tellsWhoBearsAToken() {
    Reference pod = new Reference("p", "u2");
    Reference node = new Reference("n", "u3");
    objects.put(new Key(Kind.POD, "ns", "p"), 8, "u2", null);
    String token = issuer.sign(claims(TokenIssuer.DEFAULT_ISSUER, OWN, pod, null, node));
    assertThat(verify(token).user())
        .isEqualTo(
            new User(
                "system:serviceaccount:ns:sa",
                "u1",
                List.of("system:serviceaccounts", "system:serviceaccounts:ns", User.AUTHENTICATED),
                Map.of(
                    "authentication.kubernetes.io/credential-id", List.of("JTI=id1"),
                    "authentication.kubernetes.io/pod-name", List.of("p"),
                    "authentication.kubernetes.io/pod-uid", List.of("u2"),
                    "authentication.kubernetes.io/node-name", List.of("n"),
                    "authentication.kubernetes.io/node-uid", List.of("u3"))));
  }

  @Test
  void aSignatureIsVerifiedOnceWhetherGoodOrForged() {
    String token = issuer.sign(plain());
    assertThat(verifier.known(token)).as("not on the event loop").isNull();
    User first = verify(token).user();
    assertThat(verifier.known(token).user()).isSameAs(first);
    String forged = token.substring(0, token.length() - 4) + "AAAA";
    assertRefused(forged, "go-jose/go-jose: error in cryptographic primitive");
    assertRefused(forged, "go-jose/go-jose: error in cryptographic primitive");
    assertThat(verifier.known(forged).fault()).isNotEmpty();
    assertThat(verifier.stats().signatures()).isEqualTo(2);
    assertThat(verifier.stats().remembered()).isEqualTo(2);
  }

  @Test
  void whatIsRememberedHasABudget() {
    int tokens = (int) (TokenVerifier.BAD_BYTES / 256) + 50;
    String token = issuer.sign(plain());
    verify(token);
    for (int i = 0; i < tokens; i++) {
      assertThat(verify("eyJ" + i + ".a.b").user()).isNull();
    }
    assertThat(verifier.stats().bytes()).isLessThanOrEqualTo(verifier.stats().limitBytes());
    assertThat(verifier.stats().remembered()).isLessThan(tokens);
    assertThat(verifier.known(token).user()).as("the good one").isNotNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "a.b.c", "ey.ey.", "eyJ.eyJ.eyJ", "eyJ.eyJ", "eyJ.a.b.c"})
  void whatIsNoTokenIsOfAnotherKind(String token) {
    assertThat(verify(token)).isEqualTo(Verdict.UNKNOWN);
  }

  @Test
  void aTokenOfAnotherIssuerIsOfAnotherKind() {
    assertThat(verify(issuer.sign(claims("https://other", OWN, null, null, null))))
        .isEqualTo(Verdict.UNKNOWN);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "exp | \"zz\"",
        "exp | 1e30",
        "exp | true",
        "nbf | []",
        "iat | {}",
        "aud | 5",
        "aud | [5]"
      })
  void aTokenOfOursWithOddClaimsIsNone(String claim, String value) throws Exception {
    ObjectNode payload = plain().toPayload();
    payload.set(claim, new ObjectMapper().readTree(value));
    String token = Jws.sign(TokenKeys.open(folder, null, List.of()).signing(), payload);
    assertThat(verify(token)).isEqualTo(Verdict.UNKNOWN);
  }

  private static String part(String json) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(json.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "{\"alg\":\"none\"}, go-jose/go-jose: error in cryptographic primitive",
        "{\"alg\":\"HS256\"}, go-jose/go-jose: error in cryptographic primitive",
        "{\"alg\":\"RS256\"}, go-jose/go-jose: error in cryptographic primitive",
        "`{\"alg\":\"ES256\",\"kid\":\"zz\"}`, `invalid signature, no keys found`"
      })
  void theHeaderDoesNotDecideHowATokenIsVerified(String header, String fault) {
    String token = issuer.sign(plain());
    assertRefused(part(header) + token.substring(token.indexOf('.')), fault);
  }

  @Test
  void aTokenWithoutAKeysIdIsTriedWithAllKeys() throws Exception {
    String header = part("{\"alg\":\"ES256\"}");
    ObjectNode payload = plain().toPayload();
    String signed = header + '.' + part(payload.toString());
    TokenKeys.SigningKey key = TokenKeys.open(folder, null, List.of()).signing();
    byte[] signature =
        key.algorithm().sign(key.secret(), signed.getBytes(StandardCharsets.US_ASCII));
    String token = signed + '.' + Base64.getUrlEncoder().withoutPadding().encodeToString(signature);
    assertThat(verify(token).user()).isNotNull();
  }

  @ParameterizedTest
  @CsvSource({
    "-61, service account token is not valid yet",
    "-60, ''",
    "3660, ''",
    "3661, service account token has expired"
  })
  void aTokenHasItsTime(long seconds, String fault) {
    String token = issuer.sign(plain());
    now.set(START.plusSeconds(seconds));
    assertThat(verify(token).fault()).isEqualTo(fault);
    assertThat(verifier.known(token).fault()).isEqualTo(fault);
  }

  @Test
  void aTokenHasItsAudience() {
    String token =
        issuer.sign(claims(TokenIssuer.DEFAULT_ISSUER, List.of("a", "b"), null, null, null));
    assertRefused(
        token,
        "token audiences [\"a\" \"b\"] is invalid for the target audiences"
            + " [\"https://kubernetes.default.svc.cluster.local\"]");
    Verdict verdict = verifier.verify(token, List.of("z", "b", "a")).join();
    assertThat(verdict.user()).isNotNull();
    assertThat(verdict.audiences()).containsExactly("a", "b");
  }

  @Test
  void aTokenLivesAsLongAsItsAccount() {
    String token = issuer.sign(plain());
    assertThat(verify(token).user()).isNotNull();
    objects.put(ACCOUNT, 8, "u1", null);
    assertThat(verifier.known(token)).as("another version has to be read").isNull();
    assertThat(verify(token).user()).isNotNull();
    int reads = objects.reads.get();
    assertThat(verifier.known(token).user()).as("which was read").isNotNull();
    assertThat(objects.reads).hasValue(reads);
    objects.put(ACCOUNT, 9, "u1", START);
    assertThat(verify(token).user()).as("it is being deleted").isNotNull();
    now.set(START.plus(Duration.ofSeconds(61)));
    assertThat(verifier.known(token).fault()).isEqualTo("service account ns/sa has been deleted");
    objects.put(ACCOUNT, 10, "u9", null);
    assertRefused(token, "service account UID (u9) does not match claim (u1)");
    objects.remove(ACCOUNT);
    assertRefused(token, "serviceaccounts \"sa\" not found");
    objects.put(ACCOUNT, 12, "u1", null);
    assertThat(verify(token).user()).as("the cache lagged behind").isNotNull();
  }

  @ParameterizedTest
  @CsvSource({"POD, ns, pod", "SECRET, ns, secret", "NODE, '', node"})
  void aTokenLivesAsLongAsWhatItIsBoundTo(Kind kind, String namespace, String word) {
    Key key = new Key(kind, namespace, "o");
    Reference reference = new Reference("o", "u2");
    String token =
        issuer.sign(
            claims(
                TokenIssuer.DEFAULT_ISSUER,
                OWN,
                kind == Kind.POD ? reference : null,
                kind == Kind.SECRET ? reference : null,
                kind == Kind.NODE ? reference : null));
    assertRefused(token, "service account token has been invalidated");
    objects.put(key, 20, "u2", null);
    assertThat(verify(token).user()).isNotNull();
    objects.put(key, 21, "u3", null);
    assertRefused(
        token, word + " UID (u3) does not match service account " + word + " ref claim (u2)");
    objects.put(key, 22, "u2", START.minusSeconds(61));
    assertRefused(token, "service account token has been invalidated");
  }

  @ParameterizedTest
  @CsvSource({
    "RSA, 2048, RS256, RSA",
    "EC, 256, ES256, EC",
    "EC, 384, ES384, EC",
    "EC, 521, ES512, EC"
  })
  void signsWithAGivenKey(String kind, int bits, String algorithm, String kty) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance(kind);
    if (kind.equals("EC")) {
      generator.initialize(new ECGenParameterSpec("secp" + bits + "r1"));
    } else {
      generator.initialize(bits);
    }
    KeyPair pair = generator.generateKeyPair();
    Path file = folder.resolve("given.key");
    PemFiles.write(file, PemFiles.encode(pair.getPrivate()));
    Path before = folder.resolve("before.pub");
    PemFiles.write(before, PemFiles.encode(issuer.keys().candidates("").getFirst().key()));
    TokenKeys keys = TokenKeys.open(folder, file, List.of(before));
    TokenIssuer given = new TokenIssuer(keys, OWN, List.of());
    try (TokenVerifier both = new TokenVerifier(given, objects, now::get)) {
      String token = given.sign(plain());
      assertThat(Jws.parse(token).algorithm()).isEqualTo(algorithm);
      assertThat(both.verify(token, OWN).join().user()).isNotNull();
      assertThat(both.verify(issuer.sign(plain()), OWN).join().user())
          .as("of the key before")
          .isNotNull();
      assertRefused(token, "invalid signature, no keys found");
    }
    assertThat(new String(given.keySet(), StandardCharsets.UTF_8))
        .startsWith("{\"keys\":[{\"use\":\"sig\",\"kty\":\"" + kty + "\",\"kid\":\"");
    assertThat(new String(given.configuration("h:1"), StandardCharsets.UTF_8))
        .contains("\"jwks_uri\":\"https://h:1/openid/v1/jwks\"");
  }

  @Test
  void theKeyIsMadeOnce() {
    TokenIssuer again = TestTokens.issuer(folder);
    assertThat(again.keySet()).isEqualTo(issuer.keySet());
    assertThat(verify(again.sign(plain())).user()).isNotNull();
  }

  @Test
  void aKeyThatDoesNotFitIsRefused(@TempDir Path other) throws Exception {
    TestTokens.issuer(other);
    java.nio.file.Files.copy(
        other.resolve("sa.pub"),
        folder.resolve("sa.pub"),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    org.assertj.core.api.Assertions.assertThatThrownBy(
            () -> TokenKeys.open(folder, null, List.of()))
        .hasMessage(folder.resolve("sa.key") + " is not the key of its public key");
  }

  @ParameterizedTest
  @CsvSource({
    "'', an issuer is empty",
    "'a:b c', the issuer a:b c contains a colon and is not a URL"
  })
  void whatNoIssuerMayBe(String name, String why) {
    org.assertj.core.api.Assertions.assertThatThrownBy(
            () -> TokenIssuer.requireIssuers(List.of(name)))
        .hasMessage(why);
  }
}
