package dev.rheo.server.security.token;

import dev.rheo.server.security.BearerTokens.Verdict;
import dev.rheo.server.security.User;
import dev.rheo.server.security.token.BoundObjects.Key;
import dev.rheo.server.security.token.BoundObjects.Kind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A token whose signature is good, and the objects that it depends on. Whether it is valid is
 * judged for each request: these objects come and go, and time passes. Thread-safe.
 */
final class VerifiedToken {

  private static final String EXTRA = "authentication.kubernetes.io/";
  private static final String INVALIDATED = "service account token has been invalidated";

  private final Claims claims;
  private final User user;
  private final List<Bound> bounds;

  VerifiedToken(Claims claims) {
    this.claims = claims;
    this.user = user(claims);
    this.bounds = bounds(claims);
  }

  /** An object that the token depends on, and the version that was read last. */
  private static final class Bound {
    private final Key key;
    private final String uid;
    private volatile BoundObjects.@Nullable Seen seen;

    Bound(Kind kind, String namespace, Claims.Reference reference) {
      this.key = new Key(kind, kind.isNamespaced() ? namespace : "", reference.name());
      this.uid = reference.uid();
    }
  }

  private static List<Bound> bounds(Claims claims) {
    List<Bound> bounds = new ArrayList<>(2);
    bounds.add(new Bound(Kind.SERVICE_ACCOUNT, claims.namespace(), claims.account()));
    if (claims.secret() != null) {
      bounds.add(new Bound(Kind.SECRET, claims.namespace(), claims.secret()));
    }
    if (claims.pod() != null) {
      bounds.add(new Bound(Kind.POD, claims.namespace(), claims.pod()));
    } else if (claims.node() != null) {
      // The node of a pod is told and need not exist.
      bounds.add(new Bound(Kind.NODE, "", claims.node()));
    }
    return bounds;
  }

  private static User user(Claims claims) {
    Map<String, List<String>> extra = new TreeMap<>();
    if (!claims.id().isEmpty()) {
      extra.put(EXTRA + "credential-id", List.of("JTI=" + claims.id()));
    }
    Claims.Reference pod = claims.pod();
    if (pod != null && !pod.name().isEmpty() && !pod.uid().isEmpty()) {
      extra.put(EXTRA + "pod-name", List.of(pod.name()));
      extra.put(EXTRA + "pod-uid", List.of(pod.uid()));
    }
    Claims.Reference node = claims.node();
    if (node != null && !node.name().isEmpty()) {
      extra.put(EXTRA + "node-name", List.of(node.name()));
      if (!node.uid().isEmpty()) {
        extra.put(EXTRA + "node-uid", List.of(node.uid()));
      }
    }
    return new User(
        claims.subject(),
        claims.account().uid(),
        List.of(
            "system:serviceaccounts",
            "system:serviceaccounts:" + claims.namespace(),
            User.AUTHENTICATED),
        extra);
  }

  /**
   * Whether the token is valid now, by upstream's checks in their order.
   *
   * @param implied the audiences of a token that names none
   * @param wanted the audiences of which it must have one
   * @param mayRead whether objects may be read, which may wait for the disk
   * @return null if objects would have to be read and may not
   */
  @Nullable Verdict verdict(
      BoundObjects objects,
      Instant now,
      List<String> implied,
      List<String> wanted,
      boolean mayRead) {
    List<String> audiences = claims.among(implied, wanted);
    if (audiences.isEmpty()) {
      return Verdict.refused(
          "token audiences "
              + Quoted.list(claims.audiences().isEmpty() ? implied : claims.audiences())
              + " is invalid for the target audiences "
              + Quoted.list(wanted));
    }
    String fault = claims.fault(now);
    for (Bound bound : fault == null ? bounds : List.<Bound>of()) {
      BoundObjects.Seen seen = bound.seen;
      // The same revision is the same object. A status that changes costs one read.
      if (seen == null || seen.revision() != objects.revision(bound.key)) {
        if (!mayRead) {
          return null;
        }
        seen = objects.read(bound.key, bound.uid);
        bound.seen = seen;
      }
      fault = fault(bound, seen, now);
      if (fault != null) {
        break;
      }
    }
    return fault == null ? new Verdict(user, audiences, "") : Verdict.refused(fault);
  }

  private @Nullable String fault(Bound bound, BoundObjects.@Nullable Seen seen, Instant now) {
    boolean isAccount = bound.key.kind() == Kind.SERVICE_ACCOUNT;
    if (seen == null) {
      return isAccount
          ? "serviceaccounts " + Quoted.of(bound.key.name()) + " not found"
          : INVALIDATED;
    }
    if (!seen.uid().equals(bound.uid)) {
      return switch (bound.key.kind()) {
        case SERVICE_ACCOUNT ->
            "service account UID (%s) does not match claim (%s)".formatted(seen.uid(), bound.uid);
        case SECRET -> mismatch("secret", seen.uid(), bound.uid);
        case POD -> mismatch("pod", seen.uid(), bound.uid);
        case NODE -> mismatch("node", seen.uid(), bound.uid);
      };
    }
    Instant deleting = seen.deleting();
    if (deleting != null && deleting.isBefore(now.minus(Claims.LEEWAY))) {
      return isAccount
          ? "service account %s/%s has been deleted"
              .formatted(bound.key.namespace(), bound.key.name())
          : INVALIDATED;
    }
    return null;
  }

  private static String mismatch(String kind, String uid, String claimed) {
    return "%s UID (%s) does not match service account %s ref claim (%s)"
        .formatted(kind, uid, kind, claimed);
  }
}
