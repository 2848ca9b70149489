package dev.rheo.server.security;

import dev.rheo.api.status.ApiException;
import dev.rheo.edge.HttpRequest;
import dev.rheo.edge.WebSocketHandshake;
import dev.rheo.server.metrics.AccessMetrics;
import dev.rheo.server.request.info.RequestInfo;
import java.security.cert.X509Certificate;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Who makes a request, and whether they may: authentication, impersonation and authorization. This
 * is the only place that does so for requests, and it is called once for each. Thread-safe.
 *
 * <p>It runs on event loops, before the request's body is read, because the user decides whose
 * memory the request and its connection are charged to. So it uses only what is in memory, and
 * takes microseconds. A check that takes longer, such as that of a token's signature, does not
 * belong here: it has to be made on a thread of its own and remembered by a digest of the
 * credential, as {@link Authenticator} remembers certificates; until then the request is a
 * stranger's, and its body is not read.
 */
public final class AccessControl {

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

  /** The user whom a bearer token identifies, or null. */
  public @Nullable User userOf(String token) {
    return authenticator.byToken(token);
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
      User user =
          authenticator.authenticate(
              head.clientCertificate(),
              head.header("Authorization"),
              WebSocketHandshake.protocols(head));
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
