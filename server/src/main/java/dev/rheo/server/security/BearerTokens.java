package dev.rheo.server.security;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Bearer tokens that are verified rather than looked up: tokens of service accounts. Thread-safe.
 */
public interface BearerTokens {

  /** Accepts no token. */
  BearerTokens NONE =
      new BearerTokens() {
        @Override
        public boolean mayAccept(String token) {
          return false;
        }

        @Override
        public @Nullable Verdict known(String token) {
          return Verdict.UNKNOWN;
        }

        @Override
        public CompletableFuture<Verdict> verify(String token, List<String> audiences) {
          return CompletableFuture.completedFuture(Verdict.UNKNOWN);
        }

        @Override
        public List<String> audiences() {
          return List.of();
        }
      };

  /**
   * What became of a token.
   *
   * @param user whom it identifies, or null
   * @param audiences those of the token among the wanted ones
   * @param fault what is wrong with a token of this kind; empty for a token of another kind
   */
  record Verdict(@Nullable User user, List<String> audiences, String fault) {

    /** A token of another kind. */
    public static final Verdict UNKNOWN = new Verdict(null, List.of(), "");

    public Verdict {
      audiences = List.copyOf(audiences);
    }

    /** The refusal of a token of this kind. */
    public static Verdict refused(String fault) {
      return new Verdict(null, List.of(), fault);
    }
  }

  /** Whether the text has the form of such a token. Cheap. */
  boolean mayAccept(String token);

  /**
   * What is known of a token for the server's own audiences from what is in memory, without a check
   * that takes longer than an event loop may; null if that does not suffice.
   */
  @Nullable Verdict known(String token);

  /**
   * Verifies a token, on a thread of its own.
   *
   * @param audiences the wanted ones, of which the token must have one
   * @return fails with an {@code ApiException} if it cannot be verified now
   */
  CompletableFuture<Verdict> verify(String token, List<String> audiences);

  /** The audiences of the server itself. */
  List<String> audiences();
}
