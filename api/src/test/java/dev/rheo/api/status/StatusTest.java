package dev.rheo.api.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.api.name.GroupResource;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class StatusTest {
  private static final GroupResource SECRETS = new GroupResource("", "secrets");
  private static final GroupResource DEPLOYMENTS = new GroupResource("apps", "deployments");

  private static String json(ApiException refusal) {
    return new String(refusal.status().toJson(), StandardCharsets.UTF_8);
  }

  @Test
  void notFoundIsWordedAndOrderedAsUpstream() {
    assertThat(json(ApiException.notFound(DEPLOYMENTS, "web")))
        .isEqualTo(
            """
            {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure",\
            "message":"deployments.apps \\"web\\" not found","reason":"NotFound",\
            "details":{"name":"web","group":"apps","kind":"deployments"},"code":404}""");
  }

  @Test
  void invalidCarriesItsCauses() {
    ApiException refusal =
        ApiException.invalid(
            "meta.k8s.io",
            "ListOptions",
            "",
            List.of(
                FieldError.forbidden("sendInitialEvents", "no"),
                FieldError.notSupported("match", "x", List.of("A", "B"))));
    assertThat(json(refusal))
        .isEqualTo(
            """
            {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure",\
            "message":"ListOptions.meta.k8s.io \\"\\" is invalid: [sendInitialEvents: Forbidden: no, \
            match: Unsupported value: \\"x\\": supported values: \\"A\\", \\"B\\"]","reason":"Invalid",\
            "details":{"group":"meta.k8s.io","kind":"ListOptions","causes":[\
            {"reason":"FieldValueForbidden","message":"Forbidden: no","field":"sendInitialEvents"},\
            {"reason":"FieldValueNotSupported","message":"Unsupported value: \\"x\\": supported values: \
            \\"A\\", \\"B\\"","field":"match"}]},"code":422}""");
  }

  @Test
  void tooLargeResourceVersionCanBeRecognised() {
    assertThat(json(ApiException.tooLargeResourceVersion(99, 5)))
        .isEqualTo(
            """
            {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure",\
            "message":"Timeout: Too large resource version: 99, current: 5","reason":"Timeout",\
            "details":{"causes":[{"reason":"ResourceVersionTooLarge",\
            "message":"Too large resource version"}],"retryAfterSeconds":1},"code":504}""");
  }

  @Test
  void anExpiredListCarriesTheTokenInItsMetadata() {
    assertThat(json(ApiException.resourceExpired("too old", "abc")))
        .isEqualTo(
            """
            {"kind":"Status","apiVersion":"v1","metadata":{"continue":"abc"},"status":"Failure",\
            "message":"too old","reason":"Expired","code":410}""");
  }

  @Test
  void successOfADeletionHasNoCode() {
    assertThat(
            new String(
                Status.deleted("", "secrets", "a", "u", 17).toJson(), StandardCharsets.UTF_8))
        .isEqualTo(
            """
            {"kind":"Status","apiVersion":"v1","metadata":{"resourceVersion":"17"},\
            "status":"Success","details":{"name":"a","kind":"secrets","uid":"u"}}""");
  }

  @Test
  void messagesOfTheOtherRefusals() {
    assertThat(ApiException.forbidden(SECRETS, "a", "because").status().message())
        .isEqualTo("secrets \"a\" is forbidden: because");
    assertThat(ApiException.forbidden(SECRETS, "", "because").status().message())
        .isEqualTo("secrets is forbidden: because");
    assertThat(ApiException.forbidden(new GroupResource("", ""), "", "x").status().message())
        .isEqualTo("forbidden: x");
    assertThat(ApiException.conflict(DEPLOYMENTS, "web", "stale").status().message())
        .isEqualTo("Operation cannot be fulfilled on deployments.apps \"web\": stale");
    assertThat(ApiException.methodNotSupported(SECRETS, "watch").status().message())
        .isEqualTo("watch is not supported on resources of kind \"secrets\"");
    assertThat(ApiException.unauthorized("").status().message()).isEqualTo("not authorized");
    assertThat(ApiException.serverTimeout(SECRETS, "create", 2).status())
        .satisfies(
            s -> {
              assertThat(s.code()).isEqualTo(500);
              assertThat(s.retryAfterSeconds()).isEqualTo(2);
            });
    assertThat(ApiException.tooManyRequests("busy", 3).status().retryAfterSeconds()).isEqualTo(3);
    assertThat(ApiException.internalError("boom").status().message())
        .isEqualTo("Internal error occurred: boom");
  }

  @Test
  void textIsEscapedAsGoDoes() {
    assertThat(GoText.json("<a>&\u2028\u0001\t\"\\é\ud83d\ude00"))
        .isEqualTo("\"\\u003ca\\u003e\\u0026\\u2028\\u0001\\t\\\"\\\\é\ud83d\ude00\"");
    assertThat(GoText.json("\ud83d")).isEqualTo("\"\\ufffd\"");
    assertThat(GoText.quote("a\u0000b\u007f\u00a0\né")).isEqualTo("\"a\\x00b\\x7f\\u00a0\\né\"");
  }

  @Test
  void faultsThatRepeatAreToldOnce() {
    FieldError error = FieldError.required("spec", "");
    assertThat(FieldError.join(List.of(error, error))).isEqualTo("spec: Required value");
    assertThat(FieldError.invalid("n", 3L, "x").body()).isEqualTo("Invalid value: 3: x");
    assertThat(FieldError.invalid("n", List.of("a", "b"), "x").body())
        .isEqualTo("Invalid value: [\"a\",\"b\"]: x");
    assertThat(FieldError.tooLong("n", 1).body())
        .isEqualTo("Too long: may not be more than 1 byte");
  }

  @Test
  void aRefusalCostsNoStackTrace() {
    assertThat(ApiException.badRequest("x").getStackTrace()).isEmpty();
  }
}
