package dev.rheo.server.aggregation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rheo.edge.HttpHeaders;
import dev.rheo.edge.HttpRequest;
import dev.rheo.server.security.User;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ForwardedRequestTest {
  private static final User JANE =
      new User("jane", "u1", List.of("a", "b"), Map.of("example.com/k%y", List.of("1", "2")));

  private static HttpRequest request(String method, String target, String... fields) {
    HttpHeaders headers = new HttpHeaders();
    for (String field : fields) {
      headers.add(field.substring(0, field.indexOf(':')), field.substring(field.indexOf(':') + 1));
    }
    return HttpRequest.of(method, target, headers, new byte[0]);
  }

  private static String head(User user, HttpRequest request) throws Exception {
    return ForwardedRequest.head(request, user, "10.0.0.1:443", false);
  }

  @ParameterizedTest
  @CsvSource({
    "Authorization: Bearer x, false",
    "Impersonate-User: x, false",
    "impersonate-extra-foo: x, false",
    "X-Remote-User: root, false",
    "X-Remote-Group: system:masters, false",
    "X-Remote-Uid: 0, false",
    "x-remote-extra-scopes: x, false",
    "Connection: X-Own, false",
    "Keep-Alive: 5, false",
    "Proxy-Authorization: x, false",
    "Te: gzip, false",
    "Te: trailers, true",
    "Trailer: X, false",
    "Upgrade: x, false",
    "Expect: 100-continue, false",
    "X-Forwarded-Host: evil, false",
    "X-Remote-Address: passes, true",
    "Cookie: a=b, true",
    "Accept: a/b, true",
    "Accept-Encoding: gzip, true",
    "Content-Type: a/b, true",
    "User-Agent: me, true",
    "Via: x, true",
    "Forwarded: for=x, true"
  })
  void aFieldOfTheClientPassesOrNot(String field, boolean passes) throws Exception {
    String head = head(JANE, request("GET", "/apis/g/v1/x", field));
    String name = field.substring(0, field.indexOf(':'));
    boolean there =
        head.contains("\r\n" + name + ": " + field.substring(field.indexOf(':') + 1).strip());
    boolean asIs = head.contains("\r\n" + field.replace(": ", ":  "));
    assertThat(there || asIs).isEqualTo(passes);
  }

  @Test
  void theUserIsNamedAndNobodyElse() throws Exception {
    String head =
        head(JANE, request("GET", "/apis/g/v1/x", "X-Remote-User:root", "X-REMOTE-GROUP:x"));
    assertThat(head)
        .startsWith("GET /apis/g/v1/x HTTP/1.1\r\nHost: 10.0.0.1:443\r\n")
        .endsWith(
            "X-Remote-User: jane\r\nX-Remote-Uid: u1\r\nX-Remote-Group: a\r\nX-Remote-Group: b\r\n"
                + "X-Remote-Extra-example.com%2Fk%25y: 1\r\n"
                + "X-Remote-Extra-example.com%2Fk%25y: 2\r\n\r\n")
        .doesNotContain("root");
    assertThat(head(new User("jörg", "", List.of()), request("GET", "/x")))
        .contains("X-Remote-User: j\u00c3\u00b6rg\r\n")
        .doesNotContain("Uid");
  }

  @Test
  void aNameCannotAddFields() {
    User user = new User("x\r\nX-Remote-Group: system:masters", "", List.of());
    assertThatThrownBy(() -> head(user, request("GET", "/x")))
        .hasMessage("net/http: invalid header field value for \"X-Remote-User\"");
  }

  @ParameterizedTest
  @CsvSource({
    "/apis/g/v1/a%2Fb/c%20d/e/, /apis/g/v1/a/b/c%20d/e/",
    "/apis/g/v1/%C3%B6!*'(), /apis/g/v1/%C3%B6%21%2A%27%28%29",
    "/apis/g/v1/a:b@c=d$e;f, /apis/g/v1/a:b@c=d$e;f",
    "/apis/g/v1/x?b=%2F%20x&a=1&a=2&c, /apis/g/v1/x?a=1&a=2&b=%2F+x&c=",
    "/apis/g/v1/x?a=~*, /apis/g/v1/x?a=~%2A"
  })
  void pathAndQueryAreWrittenAsGoWritesThem(String target, String written) throws Exception {
    assertThat(head(JANE, request("GET", target))).startsWith("GET " + written + " HTTP/1.1\r\n");
  }

  @Test
  void whereItWasForwardedIsTold() throws Exception {
    assertThat(
            head(JANE, request("POST", "/apis/g/v1/x?y", "X-Forwarded-For:1.2.3.4", "Audit-ID:a1")))
        .contains(
            "Content-Length: 0\r\n",
            "Audit-ID: a1\r\n",
            "X-Forwarded-For: 1.2.3.4, localhost\r\n",
            "X-Forwarded-Uri: /apis/g/v1/x\r\n",
            "X-Forwarded-Host: 10.0.0.1:443\r\n",
            "X-Forwarded-Proto: https\r\n");
  }
}
