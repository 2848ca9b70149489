package dev.rheo.server.security.token;

import dev.rheo.api.status.ApiException;
import dev.rheo.server.metrics.TokenStats;
import dev.rheo.server.security.BearerTokens;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Verifies tokens of service accounts. A signature costs a few 100 µs, so it is verified on one of
 * two threads, with a bounded queue, and the outcome is remembered by a digest of the token, within
 * a budget. Good and bad tokens are remembered apart, so that a flood of forged ones does not evict
 * the good ones. Secrets of the type {@code kubernetes.io/service-account-token} are no tokens
 * here. Thread-safe.
 */
public final class TokenVerifier implements BearerTokens, AutoCloseable {

  /** Memory of good tokens: a thousand with room to spare. */
  static final long GOOD_BYTES = 2 << 20;

  /** Memory of bad tokens. */
  static final long BAD_BYTES = 256 << 10;

  private static final int THREADS = 2;
  private static final int MAX_WAITING = 4096;

  /** Approximate heap of a good token beyond its texts: the user, the claims, their lists. */
  private static final long GOOD_WEIGHT = 1024;

  private static final long BAD_WEIGHT = 256;

  private static final String BAD_SIGNATURE = "go-jose/go-jose: error in cryptographic primitive";

  private final TokenIssuer issuer;
  private final BoundObjects objects;
  private final InstantSource clock;
  private final Remembered<VerifiedToken> good = new Remembered<>(GOOD_BYTES);
  private final Remembered<Verdict> bad = new Remembered<>(BAD_BYTES);
  private final LongAdder signatures = new LongAdder();
  private final LongAdder refusals = new LongAdder();
  private final ThreadPoolExecutor threads;

  public TokenVerifier(TokenIssuer issuer, BoundObjects objects, InstantSource clock) {
    this.issuer = issuer;
    this.objects = objects;
    this.clock = clock;
    this.threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            1,
            TimeUnit.MINUTES,
            new ArrayBlockingQueue<>(MAX_WAITING),
            Thread.ofPlatform().daemon().name("tokens-", 0).factory());
    threads.allowCoreThreadTimeOut(true);
  }

  public TokenStats stats() {
    return new TokenStats(
        good.count() + bad.count(),
        good.used() + bad.used(),
        GOOD_BYTES + BAD_BYTES,
        threads.getQueue().size(),
        signatures.sum(),
        refusals.sum());
  }

  @Override
  public boolean mayAccept(String token) {
    return Jws.hasForm(token);
  }

  @Override
  public List<String> audiences() {
    return issuer.audiences();
  }

  @Override
  public @Nullable Verdict known(String token) {
    if (!mayAccept(token)) {
      return Verdict.UNKNOWN;
    }
    ByteBuffer digest = digest(token);
    VerifiedToken verified = good.get(digest);
    return verified == null ? bad.get(digest) : verdict(verified, issuer.audiences(), false);
  }

  @Override
  public CompletableFuture<Verdict> verify(String token, List<String> audiences) {
    if (!mayAccept(token)) {
      return CompletableFuture.completedFuture(Verdict.UNKNOWN);
    }
    try {
      return CompletableFuture.supplyAsync(() -> verified(token, audiences), threads);
    } catch (RejectedExecutionException e) {
      refusals.increment();
      return CompletableFuture.failedFuture(
          ApiException.tooManyRequests(
              "too many tokens wait to be verified, please try again later.", 1));
    }
  }

  private Verdict verified(String token, List<String> audiences) {
    ByteBuffer digest = digest(token);
    // Another request may have brought it meanwhile.
    Verdict refused = bad.get(digest);
    if (refused != null) {
      return refused;
    }
    VerifiedToken verified = good.get(digest);
    if (verified == null) {
      Jws jws = Jws.parse(token);
      refused = refusal(jws);
      if (jws == null || refused != null) {
        Verdict verdict = refused == null ? Verdict.UNKNOWN : refused;
        bad.put(digest, verdict, BAD_WEIGHT);
        return verdict;
      }
      verified = new VerifiedToken(Claims.of(jws.payload()));
      good.put(digest, verified, GOOD_WEIGHT + 2L * token.length());
    }
    Verdict verdict = verdict(verified, audiences, true);
    return verdict == null ? Verdict.UNKNOWN : verdict;
  }

  private @Nullable Verdict verdict(VerifiedToken token, List<String> wanted, boolean mayRead) {
    return token.verdict(objects, clock.instant(), issuer.audiences(), wanted, mayRead);
  }

  /** The refusal of what is not signed by us, or null. */
  private @Nullable Verdict refusal(@Nullable Jws jws) {
    if (jws == null
        || !Claims.areWellFormed(jws.payload())
        || !issuer.accepts(Claims.of(jws.payload()).issuer())) {
      return Verdict.UNKNOWN;
    }
    List<TokenKeys.VerifyingKey> keys = issuer.keys().candidates(jws.keyId());
    if (keys.isEmpty()) {
      return Verdict.refused("invalid signature, no keys found");
    }
    for (TokenKeys.VerifyingKey key : keys) {
      if (key.algorithm().name().equals(jws.algorithm())) {
        signatures.increment();
        if (key.algorithm().verifies(key.key(), jws.signed(), jws.signature())) {
          return null;
        }
      }
    }
    return Verdict.refused(BAD_SIGNATURE);
  }

  private static ByteBuffer digest(String token) {
    try {
      byte[] bytes = token.getBytes(StandardCharsets.UTF_8);
      return ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    // No interrupt: it would close a file that others read from.
    threads.shutdown();
  }
}
