package dev.rheo.server.security;

import dev.rheo.api.name.GroupResource;
import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.GoText;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Decides whether a user may make a request. Users in {@code system:masters} may do everything.
 * Other authenticated users may read health, version, discovery and OpenAPI, may ask who they are
 * and what they may do, and get 403 for all else; service accounts may also read how their tokens
 * are verified. Unauthenticated users may read health, version and discovery, and get 401 for all
 * else. Thread-safe.
 */
public final class Authorizer {

  /** Limit on the characters of a value that a refusal repeats. */
  private static final int MAX_SHOWN = 512;

  /** The reviews by which users ask about themselves. */
  private static final Set<String> SELF_REVIEWS =
      Set.of("selfsubjectreviews", "selfsubjectaccessreviews", "selfsubjectrulesreviews");

  private static final List<String> ANY = List.of("*");

  /** The group of all service accounts. */
  private static final String SERVICE_ACCOUNTS = "system:serviceaccounts";

  /** What relying parties need to verify tokens, with and without a slash at the end. */
  private static final List<String> ISSUER_PATHS =
      List.of(
          "/.well-known/openid-configuration",
          "/.well-known/openid-configuration/",
          "/openid/v1/jwks",
          "/openid/v1/jwks/");

  /** How it is decided. */
  public enum Mode {
    /** By the groups of the user, as described above. */
    BY_GROUP,
    /** Every authenticated user may do everything. */
    ALWAYS_ALLOW
  }

  private final Mode mode;

  public Authorizer() {
    this(Mode.BY_GROUP);
  }

  public Authorizer(Mode mode) {
    this.mode = mode;
  }

  private boolean mayAll(User user) {
    return user.isIn(User.MASTERS) || (mode == Mode.ALWAYS_ALLOW && !user.isAnonymous());
  }

  /** What a user may do to resources. */
  public record ResourceRule(List<String> verbs, List<String> groups, List<String> resources) {}

  /** What a user may do outside the API. */
  public record PathRule(List<String> verbs, List<String> paths) {}

  /** All that a user may do. */
  public record Rules(List<ResourceRule> resources, List<PathRule> paths) {}

  /** What the user may do, as {@link #allows} decides. */
  Rules rules(User user) {
    if (mayAll(user)) {
      return new Rules(List.of(new ResourceRule(ANY, ANY, ANY)), List.of(new PathRule(ANY, ANY)));
    }
    List<String> reading = List.of("get", "head");
    List<String> open =
        List.of(
            "/api",
            "/api/*",
            "/apis",
            "/apis/*",
            "/healthz",
            "/healthz/*",
            "/livez",
            "/livez/*",
            "/readyz",
            "/readyz/*",
            "/version",
            "/version/");
    if (user.isAnonymous()) {
      return new Rules(List.of(), List.of(new PathRule(reading, open)));
    }
    List<String> paths = new ArrayList<>(open);
    paths.addAll(List.of("/openapi", "/openapi/*"));
    if (user.isIn(SERVICE_ACCOUNTS)) {
      paths.addAll(ISSUER_PATHS);
    }
    return new Rules(
        List.of(
            new ResourceRule(
                List.of("create"),
                List.of("authentication.k8s.io", "authorization.k8s.io"),
                SELF_REVIEWS.stream().sorted().toList())),
        List.of(new PathRule(reading, paths)));
  }

  /** Whether the user may make the request. */
  boolean allows(User user, RequestAttributes attributes) {
    if (mayAll(user)) {
      return true;
    }
    RequestAttributes.Resource asked = attributes.resource();
    if (asked != null
        && !user.isAnonymous()
        && attributes.verb().equals("create")
        && asked.subresource().isEmpty()
        && SELF_REVIEWS.contains(asked.resource())) {
      return asked.group().equals("authentication.k8s.io")
          || asked.group().equals("authorization.k8s.io");
    }
    boolean reads = attributes.verb().equals("get") || attributes.verb().equals("head");
    return attributes.resource() == null
        && reads
        && (isPublic(attributes.path())
            || (!user.isAnonymous() && isUnder(attributes.path(), "/openapi"))
            || (user.isIn(SERVICE_ACCOUNTS) && ISSUER_PATHS.contains(attributes.path())));
  }

  private static boolean isPublic(String path) {
    return isUnder(path, "/healthz")
        || isUnder(path, "/livez")
        || isUnder(path, "/readyz")
        || path.equals("/version")
        || path.equals("/version/")
        || isUnder(path, "/api")
        || isUnder(path, "/apis");
  }

  private static boolean isUnder(String path, String root) {
    return path.startsWith(root)
        && (path.length() == root.length() || path.charAt(root.length()) == '/');
  }

  /** The refusal of what {@link #allows} denies: 401 for the anonymous user, else 403. */
  static ApiException refusal(User user, RequestAttributes attributes) {
    return user.isAnonymous()
        ? ApiException.unauthorized("Unauthorized")
        : forbidden(user, attributes);
  }

  /** The refusal with 403, worded as upstream words it. */
  static ApiException forbidden(User user, RequestAttributes attributes) {
    RequestAttributes.Resource asked = attributes.resource();
    StringBuilder why = new StringBuilder("User ").append(GoText.quote(shown(user.name())));
    why.append(" cannot ").append(attributes.verb());
    if (asked == null) {
      why.append(" path ").append(GoText.quote(shown(attributes.path())));
      return ApiException.forbidden(new GroupResource("", ""), "", inert(why));
    }
    String resource =
        asked.subresource().isEmpty()
            ? asked.resource()
            : asked.resource() + "/" + asked.subresource();
    why.append(" resource ").append(GoText.quote(shown(resource)));
    why.append(" in API group ").append(GoText.quote(shown(asked.group())));
    if (asked.namespace().isEmpty()) {
      why.append(" at the cluster scope");
    } else {
      why.append(" in the namespace ").append(GoText.quote(shown(asked.namespace())));
    }
    return ApiException.forbidden(
        new GroupResource(shown(asked.group()), shown(asked.resource())),
        shown(asked.name()),
        inert(why));
  }

  /** Cuts client input to a length that no valid name exceeds. */
  private static String shown(String sent) {
    return shown(sent, MAX_SHOWN);
  }

  /** Cuts a text to at most {@code most} characters, and marks the cut with {@code ...}. */
  static String shown(String text, int most) {
    if (text.length() <= most) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(most - 1)) ? most - 1 : most;
    return text.substring(0, end) + "...";
  }

  /** Upstream's guard against answers that a browser could take for HTML. */
  private static String inert(CharSequence text) {
    return text.toString().replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
