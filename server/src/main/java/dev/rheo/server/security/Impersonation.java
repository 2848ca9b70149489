package dev.rheo.server.security;

import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.GoText;
import dev.rheo.edge.HttpHeaders;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Impersonation: acting as another user, by the headers {@code Impersonate-User}, {@code -Group},
 * {@code -Uid} and {@code -Extra-...}.
 *
 * <p>As in kube-apiserver 1.36, there are several modes (KEP-5284), tried in turn. The constrained
 * modes check two permissions: to make the request's verb by impersonation ({@code
 * impersonate-on:<mode>:<verb>}), and to assume each part of the wanted user ({@code
 * impersonate:<mode>}). The legacy mode checks only the second one, with the verb {@code
 * impersonate}. If no mode allows the request, the first refusal is the answer. The mode for
 * service accounts that act as the node they run on ({@code associated-node}) is left out: only
 * administrators may impersonate, and they need no constrained mode.
 *
 * <p>The limit on a request's header block bounds the size of these headers. Thread-safe.
 */
public final class Impersonation {

  private static final String PREFIX = "Impersonate-";
  private static final String USER = PREFIX + "User";
  private static final String GROUP = PREFIX + "Group";
  private static final String UID = PREFIX + "Uid";
  private static final String EXTRA = PREFIX + "Extra-";
  private static final String AUTHENTICATION_GROUP = "authentication.k8s.io";
  private static final int MAX_MESSAGE = 1024;

  /** A constrained mode, and the wanted users that it applies to. */
  private record Way(String name, Predicate<User> fits) {}

  private static final List<Way> WAYS =
      List.of(
          new Way("arbitrary-node", wanted -> isNameAlone(wanted) && isNode(wanted)),
          new Way("serviceaccount", wanted -> isNameAlone(wanted) && isServiceAccount(wanted)),
          new Way("user-info", wanted -> !isNode(wanted) && !isServiceAccount(wanted)));

  private final Authorizer authorizer;

  public Impersonation(Authorizer authorizer) {
    this.authorizer = authorizer;
  }

  /**
   * Determines the impersonated user and checks that the requestor may act as that user. Whether
   * that user may make the request is not checked here.
   *
   * @param requestor the user who makes the request
   * @param attributes the request
   * @return the user to act as, or null if the headers name none
   * @throws ApiException 400 if the headers describe a user without a name; 403 or 401 if it is not
   *     allowed
   */
  public @Nullable User acting(User requestor, HttpHeaders headers, RequestAttributes attributes) {
    User wanted = wanted(headers);
    if (wanted == null) {
      return null;
    }
    return allowed(requestor, wanted, attributes);
  }

  /** The user exactly as in the headers, or null. */
  private static @Nullable User wanted(HttpHeaders headers) {
    String name = "";
    String uid = "";
    boolean nameSeen = false;
    boolean uidSeen = false;
    List<String> groups = new ArrayList<>(0);
    Map<String, List<String>> extra = new TreeMap<>();
    for (Map.Entry<String, String> field : headers.startingWith(PREFIX)) {
      String header = field.getKey();
      String value = field.getValue();
      if (header.equalsIgnoreCase(USER)) {
        // The first one of several counts.
        name = nameSeen ? name : value;
        nameSeen = true;
      } else if (header.equalsIgnoreCase(UID)) {
        uid = uidSeen ? uid : value;
        uidSeen = true;
      } else if (header.equalsIgnoreCase(GROUP)) {
        groups.add(value);
      } else if (header.regionMatches(true, 0, EXTRA, 0, EXTRA.length())) {
        String key = unescaped(header.substring(EXTRA.length()).toLowerCase(Locale.ROOT));
        extra.computeIfAbsent(key, _ -> new ArrayList<>(1)).add(value);
      }
    }
    if (!name.isEmpty()) {
      return new User(name, uid, groups, extra);
    }
    if (uid.isEmpty() && groups.isEmpty() && extra.isEmpty()) {
      return null;
    }
    throw ApiException.badRequest(nameless(uid, groups, extra));
  }

  private User allowed(User requestor, User wanted, RequestAttributes attributes) {
    ApiException first = null;
    for (Way way : WAYS) {
      if (way.fits().test(wanted)) {
        RequestAttributes on =
            attributes.withVerb("impersonate-on:" + way.name() + ":" + attributes.verb());
        ApiException refusal = refusal(requestor, on);
        if (refusal == null) {
          refusal = refusalOfParts(requestor, wanted, "impersonate:" + way.name());
        }
        if (refusal == null) {
          return completed(wanted, true);
        }
        first = first == null ? refusal : first;
      }
    }
    ApiException refusal = refusalOfParts(requestor, wanted, "impersonate");
    if (refusal == null) {
      return completed(wanted, false);
    }
    throw first == null ? refusal : first;
  }

  private @Nullable ApiException refusal(User requestor, RequestAttributes attributes) {
    return authorizer.allows(requestor, attributes)
        ? null
        : Authorizer.refusal(requestor, attributes);
  }

  /** The refusal of the first part of the wanted user that may not be assumed, or null. */
  private @Nullable ApiException refusalOfParts(User requestor, User wanted, String verb) {
    boolean constrained = verb.indexOf(':') >= 0;
    String group = constrained ? AUTHENTICATION_GROUP : "";
    ApiException refusal = refusal(requestor, name(wanted, verb, group, constrained));
    if (refusal == null && !wanted.uid().isEmpty()) {
      refusal = refusal(requestor, part(verb, AUTHENTICATION_GROUP, "uids", "", wanted.uid()));
    }
    for (String of : wanted.groups()) {
      refusal = refusal != null ? refusal : refusal(requestor, part(verb, group, "groups", "", of));
      // Constrained modes never allow these groups; the legacy mode may.
      if (refusal == null && constrained && (of.isEmpty() || of.equals(User.MASTERS))) {
        refusal = Authorizer.forbidden(requestor, part(verb, group, "groups", "", of));
      }
    }
    for (Map.Entry<String, List<String>> of : wanted.extra().entrySet()) {
      for (String value : of.getValue()) {
        refusal =
            refusal != null
                ? refusal
                : refusal(
                    requestor, part(verb, AUTHENTICATION_GROUP, "userextras", of.getKey(), value));
      }
    }
    return refusal;
  }

  private static RequestAttributes name(
      User wanted, String verb, String group, boolean constrained) {
    ServiceAccounts.Account account = ServiceAccounts.of(wanted.name());
    if (account != null) {
      return new RequestAttributes(
          verb,
          "",
          new RequestAttributes.Resource(
              group, "serviceaccounts", "", account.namespace(), account.name()));
    }
    String node = constrained ? ServiceAccounts.node(wanted.name()) : null;
    return node != null
        ? part(verb, group, "nodes", "", node)
        : part(verb, group, "users", "", wanted.name());
  }

  private static RequestAttributes part(
      String verb, String group, String resource, String subresource, String name) {
    return new RequestAttributes(
        verb, "", new RequestAttributes.Resource(group, resource, subresource, "", name));
  }

  /** Adds the groups that follow from the name. */
  private static User completed(User wanted, boolean constrained) {
    List<String> groups = new ArrayList<>(wanted.groups());
    ServiceAccounts.Account account = ServiceAccounts.of(wanted.name());
    if (groups.isEmpty() && account != null) {
      groups.addAll(account.groups());
    } else if (constrained && isNode(wanted)) {
      groups.add("system:nodes");
    }
    if (wanted.name().equals(User.ANONYMOUS.name())) {
      if (!groups.contains(User.UNAUTHENTICATED)) {
        groups.add(User.UNAUTHENTICATED);
      }
    } else if (!groups.contains(User.UNAUTHENTICATED) && !groups.contains(User.AUTHENTICATED)) {
      groups.add(User.AUTHENTICATED);
    }
    return new User(wanted.name(), wanted.uid(), groups, wanted.extra());
  }

  private static boolean isNameAlone(User user) {
    return user.uid().isEmpty() && user.groups().isEmpty() && user.extra().isEmpty();
  }

  private static boolean isNode(User user) {
    return ServiceAccounts.node(user.name()) != null;
  }

  private static boolean isServiceAccount(User user) {
    return ServiceAccounts.of(user.name()) != null;
  }

  /** Percent-decodes a key; a malformed one is kept as it is. */
  private static String unescaped(String key) {
    if (key.indexOf('%') < 0) {
      return key;
    }
    for (int i = key.indexOf('%'); i >= 0; i = key.indexOf('%', i + 3)) {
      if (i + 2 >= key.length()
          || Character.digit(key.charAt(i + 1), 16) < 0
          || Character.digit(key.charAt(i + 2), 16) < 0) {
        return key;
      }
    }
    return URLDecoder.decode(key.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  /** Upstream's message, which shows the user the way Go does; cut if it is long. */
  private static String nameless(String uid, List<String> groups, Map<String, List<String>> extra) {
    String shownExtra =
        extra.isEmpty()
            ? "(nil)"
            : extra.entrySet().stream()
                .map(e -> GoText.quote(e.getKey()) + ":[]string" + braced(e.getValue()))
                .collect(Collectors.joining(", ", "{", "}"));
    String user =
        "&user.DefaultInfo{Name:\"\", UID:"
            + GoText.quote(uid)
            + ", Groups:[]string"
            + (groups.isEmpty() ? "(nil)" : braced(groups))
            + ", Extra:map[string][]string"
            + shownExtra
            + "}";
    return "requested "
        + Authorizer.shown(user, MAX_MESSAGE)
        + " without impersonating a user name";
  }

  private static String braced(List<String> values) {
    return values.stream().map(GoText::quote).collect(Collectors.joining(", ", "{", "}"));
  }
}
