package dev.rheo.server.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rheo.api.status.ApiException;
import dev.rheo.edge.HttpHeaders;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImpersonationTest {

  private static final User ADMIN = new User("root", "", List.of(User.MASTERS, User.AUTHENTICATED));
  private static final User BOB = new User("bob", "", List.of(User.AUTHENTICATED));
  private static final RequestAttributes VERSION = RequestAttributes.nonResource("GET", "/version");
  private static final RequestAttributes DELETE_SECRET =
      new RequestAttributes(
          "delete",
          "/api/v1/namespaces/d/secrets/s",
          new RequestAttributes.Resource("", "secrets", "", "d", "s"));

  private final Impersonation impersonation = new Impersonation(new Authorizer());

  /** Parses fields written as {@code name: value}, separated by bars. */
  private static HttpHeaders headers(String fields) {
    HttpHeaders headers = new HttpHeaders();
    for (String field : fields.split("\\|")) {
      String[] parts = field.strip().split(":", 2);
      headers.add("Impersonate-" + parts[0].strip(), parts[1].strip());
    }
    return headers;
  }

  private User acting(String fields) {
    return impersonation.acting(ADMIN, headers(fields), VERSION);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "User: ann; ann; system:authenticated",
        "uSER: ann; ann; system:authenticated",
        // The first one counts.
        "User: ann|User: eve; ann; system:authenticated",
        "User: ann|Group: b|Group: a|Group: b; ann; b,a,b,system:authenticated",
        "User: ann|Group: system:authenticated|Group: a; ann; system:authenticated,a",
        "User: ann|Group: system:unauthenticated; ann; system:unauthenticated",
        "User: ann|Group: system:masters; ann; system:masters,system:authenticated",
        "User: system:anonymous; system:anonymous; system:unauthenticated",
        "User: system:anonymous|Group: a; system:anonymous; a,system:unauthenticated",
        "User: system:serviceaccount:d:s; system:serviceaccount:d:s;"
            + " system:serviceaccounts,system:serviceaccounts:d,system:authenticated",
        "User: system:serviceaccount:d:s|Group: a; system:serviceaccount:d:s;"
            + " a,system:authenticated",
        "User: system:serviceaccount:D:s; system:serviceaccount:D:s; system:authenticated",
        "User: system:serviceaccount:d:s:t; system:serviceaccount:d:s:t; system:authenticated",
        "User: system:node:n1; system:node:n1; system:nodes,system:authenticated",
        // Only the legacy mode accepts a node with more than its name; it adds no system:nodes.
        "User: system:node:n1|Uid: 7; system:node:n1; system:authenticated",
        "User: system:node:N; system:node:N; system:authenticated",
      })
  void groupsFollowFromTheName(String fields, String name, String groups) {
    User acting = acting(fields);
    assertThat(acting.name()).isEqualTo(name);
    assertThat(acting.groups()).containsExactly(groups.split(","));
  }

  @Test
  void uidAndExtraAreTakenOver() {
    User acting =
        acting("User: a|Uid: 1|Uid: 2|Extra-Scopes: x|extra-scopes: y|Extra-a%2fB+: z|Extra-%z: q");
    assertThat(acting.uid()).isEqualTo("1");
    assertThat(acting.extra())
        .isEqualTo(Map.of("scopes", List.of("x", "y"), "a/b+", List.of("z"), "%z", List.of("q")));
  }

  @Test
  void withoutTheHeadersNobodyIsImpersonated() {
    HttpHeaders none = new HttpHeaders().add("Impersonate-User", "").add("Impersonate-Uid", "");
    assertThat(impersonation.acting(BOB, none, DELETE_SECRET)).isNull();
    none.add("Impersonated", "x").add("Accept", "*/*").add("Impersonate-Other", "x");
    assertThat(impersonation.acting(BOB, none, DELETE_SECRET)).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "Group: g|Group: ; UID:\"\", Groups:[]string{\"g\", \"\"}, Extra:map[string][]string(nil)",
        "Uid: 7; UID:\"7\", Groups:[]string(nil), Extra:map[string][]string(nil)",
        "User: |Extra-B: c|Extra-A: \"; UID:\"\", Groups:[]string(nil),"
            + " Extra:map[string][]string{\"a\":[]string{\"\\\"\"}, \"b\":[]string{\"c\"}}",
      })
  void moreThanANameNeedsTheName(String fields, String shown) {
    assertThatThrownBy(() -> acting(fields))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(400))
        .hasMessage(
            "requested &user.DefaultInfo{Name:\"\", "
                + shown
                + "} without impersonating a user name");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "User: ann; secrets \"s\" is forbidden: User \"bob\" cannot impersonate-on:user-info:delete"
            + " resource \"secrets\" in API group \"\" in the namespace \"d\"",
        "User: system:node:n; secrets \"s\" is forbidden: User \"bob\" cannot"
            + " impersonate-on:arbitrary-node:delete resource \"secrets\" in API group \"\" in the"
            + " namespace \"d\"",
        "User: system:serviceaccount:x:y; secrets \"s\" is forbidden: User \"bob\" cannot"
            + " impersonate-on:serviceaccount:delete resource \"secrets\" in API group \"\" in the"
            + " namespace \"d\"",
        "User: system:serviceaccount:x:y|Uid: 1; serviceaccounts \"y\" is forbidden: User \"bob\""
            + " cannot impersonate resource \"serviceaccounts\" in API group \"\" in the namespace"
            + " \"x\"",
        "User: system:node:n|Group: g; users \"system:node:n\" is forbidden: User \"bob\" cannot"
            + " impersonate resource \"users\" in API group \"\" at the cluster scope",
      })
  void whoMayNotImpersonateIsRefused(String fields, String message) {
    assertThatThrownBy(() -> impersonation.acting(BOB, headers(fields), DELETE_SECRET))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(403))
        .hasMessage(message);
  }

  @Test
  void whoShowedNothingImpersonatesNobody() {
    assertThatThrownBy(() -> impersonation.acting(User.ANONYMOUS, headers("User: bob"), VERSION))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(401));
  }

  @Test
  void refusalsAreShortHoweverLongTheNames() {
    String large = "x\u200b".repeat(20_000);
    for (HttpHeaders headers :
        List.of(headers("Group: " + large), headers("User: " + large), headers("Uid: " + large))) {
      assertThatThrownBy(() -> impersonation.acting(BOB, headers, DELETE_SECRET))
          .isInstanceOfSatisfying(
              ApiException.class, e -> assertThat(e.status().toJson().length).isLessThan(8192));
    }
  }
}
