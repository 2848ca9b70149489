package dev.rheo.server.security;

import dev.rheo.api.status.ApiException;
import dev.rheo.edge.HttpRequest;
import dev.rheo.server.metrics.AccessMetrics;
import dev.rheo.server.request.info.RequestInfo;
import dev.rheo.server.security.Authenticator.Credentials;
import dev.rheo.server.security.BearerTokens.Verdict;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Who makes a request, and whether they may: authentication, impersonation and authorization. This
 * is the only place that does so for requests, and it is called once for each. Thread-safe.
 *
 * <p>It runs on event loops, before the request's body is read, because the user decides whose
 * memory the request and its connection are charged to. So it uses only what is in memory, and
 * takes microseconds. A check that takes longer, such as that of a token's signature, is made
 * before, by {@link #prepare}, on a thread of its own, and remembered by a digest of the token;
 * until then the request is a stranger's, and its body is not read.
 */
public final class AccessControl {

  private static final String INVALID = "invalid bearer token";

  private final Authenticator authenticator;
  private final Authorizer authorizer;
  private final Impersonation impersonation;
  private final AccessMetrics metrics;

  public AccessControl(Authenticator authenticator, Authorizer authorizer, AccessMetrics metrics) {
    this.authenticator = authenticator;
    this.authorizer = authorizer;
    this.impersonation = new Impersonation(authorizer);
    this.metrics = metrics;
  }

  /**
   * Starts the checks of credentials that take longer than an event loop may, if the request needs
   * one. {@link #admit} finds the outcome as the request's attachment.
   *
   * @return null if it needs none
   */
  public @Nullable CompletableFuture<?> prepare(HttpRequest head) {
    CompletableFuture<VerifiedTokens> found = authenticator.verify(Credentials.of(head));
    if (found == null) {
      return null;
    }
    boolean done = found.isDone();
    CompletableFuture<?> attached =
        found.whenComplete(
            (tokens, failure) -> head.attach(failure == null ? tokens : new Unchecked(failure)));
    return done ? null : attached;
  }

  /** Credentials that could not be checked, and why. */
  private record Unchecked(Throwable why) {}

  /**
   * Authenticates and authorizes a request. If its user is known, the request becomes a member's,
   * allowed or not.
   *
   * @param head the request, whose body is not needed
   * @param info what it asks for
   * @throws ApiException 401 or 403; 400 for headers that impersonate a user without a name
   */
  public Identity admit(HttpRequest head, RequestInfo info) {
    User requestor = authenticate(head);
    if (!requestor.isAnonymous()) {
      head.vouch();
    }
    RequestAttributes attributes = attributes(info);
    User impersonated = impersonation.acting(requestor, head.headers(), attributes);
    User user = impersonated == null ? requestor : impersonated;
    boolean allowed = authorizer.allows(user, attributes);
    metrics.authorized(allowed);
    if (allowed) {
      return new Identity(user, impersonated != null);
    }
    // Never 401 for an impersonated user, even the anonymous one: the requestor is authenticated.
    throw impersonated == null
        ? Authorizer.refusal(user, attributes)
        : Authorizer.forbidden(user, attributes);
  }

  /** Whether a user may make a request. */
  public boolean allows(User user, RequestAttributes attributes) {
    return authorizer.allows(user, attributes);
  }

  /** What a user may do. */
  public Authorizer.Rules rules(User user) {
    return authorizer.rules(user);
  }

  /**
   * Whom a bearer token identifies, and for which audiences. May wait for its check.
   *
   * @param asked the wanted audiences, of which the token must have one; those of the server if
   *     empty
   * @throws ApiException 429 if too many tokens wait to be verified
   */
  public Verdict review(String token, List<String> asked) {
    BearerTokens verified = authenticator.verified();
    List<String> wanted = asked.isEmpty() ? verified.audiences() : asked;
    User user = authenticator.byToken(token);
    if (user != null) {
      List<String> audiences = new ArrayList<>(verified.audiences());
      audiences.retainAll(wanted);
      // A token that is looked up is for the audiences of the server.
      return audiences.isEmpty() && !wanted.isEmpty()
          ? Verdict.refused(INVALID)
          : new Verdict(user, audiences, "");
    }
    Verdict verdict;
    try {
      verdict = verified.verify(token, wanted).join();
    } catch (CompletionException e) {
      throw refusal(e);
    }
    if (verdict.user() != null) {
      return verdict;
    }
    return Verdict.refused(
        verdict.fault().isEmpty() ? INVALID : "[" + INVALID + ", " + verdict.fault() + "]");
  }

  private static ApiException refusal(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return cause instanceof ApiException refusal
        ? refusal
        : ApiException.internalError("the credentials cannot be checked", cause);
  }

  /** Whether a certificate identifies a user. */
  public boolean knows(X509Certificate certificate) {
    try {
      return !authenticator.authenticate(certificate, null).isAnonymous();
    } catch (ApiException e) {
      return false;
    }
  }

  private User authenticate(HttpRequest head) {
    boolean succeeded = false;
    try {
      if (head.attachment() instanceof Unchecked(Throwable why)) {
        throw refusal(why);
      }
      VerifiedTokens found =
          head.attachment() instanceof VerifiedTokens tokens ? tokens : VerifiedTokens.NONE;
      User user = authenticator.identify(Credentials.of(head), found);
      succeeded = true;
      return user;
    } finally {
      metrics.authenticated(succeeded);
    }
  }

  private static RequestAttributes attributes(RequestInfo info) {
    if (!info.isResource()) {
      return RequestAttributes.nonResource(info.verb(), info.path());
    }
    return new RequestAttributes(
        info.verb(),
        info.path(),
        new RequestAttributes.Resource(
            info.group(),
            info.resource(),
            Objects.requireNonNullElse(info.subresource(), ""),
            Objects.requireNonNullElse(info.namespace(), ""),
            Objects.requireNonNullElse(info.name(), "")));
  }
}
