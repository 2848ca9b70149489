package dev.rheo.api.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rheo.api.status.ApiException;
import java.util.List;
import org.junit.jupiter.api.Test;

class NegotiationTest {
  private static final Negotiation JSON = Negotiation.json();
  private static final Negotiation ALL =
      new Negotiation(
          List.of(MediaType.JSON, MediaType.YAML, MediaType.PROTOBUF),
          List.of(MediaType.JSON, MediaType.PROTOBUF),
          (type, target) -> target.isMeta("Table") && type.equals(MediaType.JSON),
          true);

  @Test
  void withoutAHeaderTheDefaultIsServed() {
    assertThat(ALL.accept(null, false).mediaType()).isEqualTo(MediaType.JSON);
    assertThat(ALL.accept("*/*", true).mediaType()).isEqualTo(MediaType.JSON);
    assertThat(ALL.accept("application/*", false).mediaType()).isEqualTo(MediaType.JSON);
  }

  @Test
  void theFirstAlternativeThatIsSupportedWins() {
    String kubectl =
        "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json";
    assertThat(JSON.accept(kubectl, false))
        .isEqualTo(new NegotiatedMediaType(MediaType.JSON, null, false, "", false));
    assertThat(ALL.accept(kubectl, false).target())
        .isEqualTo(new TargetKind("meta.k8s.io", "v1", "Table"));
    assertThat(
            ALL.accept("application/vnd.kubernetes.protobuf,application/json", false).mediaType())
        .isEqualTo(MediaType.PROTOBUF);
    assertThat(
            JSON.accept("application/vnd.kubernetes.protobuf,application/json", false).mediaType())
        .isEqualTo(MediaType.JSON);
  }

  @Test
  void qualityOrders() {
    assertThat(ALL.accept("application/json;q=0.5, application/yaml;q=0.8", false).mediaType())
        .isEqualTo(MediaType.YAML);
    assertThat(ALL.accept("*/*, application/yaml", false).mediaType()).isEqualTo(MediaType.YAML);
    assertThatThrownBy(() -> JSON.accept("application/json;q=0", false))
        .isInstanceOf(ApiException.class);
  }

  @Test
  void nothingAcceptableIs406() {
    assertThatThrownBy(() -> ALL.accept("text/html", false))
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> {
              assertThat(e.code()).isEqualTo(406);
              assertThat(e.status().message())
                  .isEqualTo(
                      "406: Not Acceptable\n\nAvailable representations: application/json,"
                          + " application/yaml, application/vnd.kubernetes.protobuf");
              assertThat(e.status().details()).isNotNull();
            });
    assertThatThrownBy(() -> ALL.accept("application/json;as=Other;v=v1;g=meta.k8s.io", false))
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> {
              assertThat(e.code()).isEqualTo(406);
              assertThat(e.status().message())
                  .isEqualTo(
                      "only the following media types are accepted: application/json,"
                          + " application/yaml, application/vnd.kubernetes.protobuf");
              assertThat(e.status().details()).isNull();
            });
  }

  @Test
  void aWatchNeedsAStreamableType() {
    assertThatThrownBy(() -> ALL.accept("application/yaml", true))
        .hasMessage(
            "only the following media types are accepted: application/json;stream=watch,"
                + " application/vnd.kubernetes.protobuf;stream=watch");
    assertThat(ALL.accept("application/json;stream=watch", true).mediaType())
        .isEqualTo(MediaType.JSON);
    assertThat(
            ALL.accept("application/yaml;stream=watch,application/json;stream=watch", true)
                .mediaType())
        .isEqualTo(MediaType.JSON);
  }

  @Test
  void bodies() {
    assertThat(ALL.contentType(null)).isEqualTo(MediaType.JSON);
    assertThat(ALL.contentType("Application/JSON; charset=utf-8")).isEqualTo(MediaType.JSON);
    assertThatThrownBy(() -> JSON.contentType("text/plain"))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(415))
        .hasMessage(
            "the body of the request was in an unknown format - accepted media types include:"
                + " application/json");
    assertThatThrownBy(() -> JSON.contentType("nonsense")).isInstanceOf(ApiException.class);
  }

  @Test
  void parametersMayBeQuoted() {
    MediaType type = MediaType.parse("a/b; x=\"1;2,3\" ; y=z");
    assertThat(type).isNotNull();
    assertThat(type.parameters()).containsEntry("x", "1;2,3").containsEntry("y", "z");
  }

  @Test
  void managedFieldsCanBeLeftOut() {
    String drop = ";drop=metadata.managedFields";
    assertThat(ALL.accept("application/json" + drop, true).dropsManagedFields()).isTrue();
    assertThat(ALL.accept("application/json;drop=\"metadata.managedFields\"", true))
        .matches(NegotiatedMediaType::dropsManagedFields);
    NegotiatedMediaType table =
        ALL.accept("application/json;as=Table;v=v1;g=meta.k8s.io" + drop, false);
    assertThat(table.dropsManagedFields()).isTrue();
    assertThat(table.target()).isNotNull();
    // The parameter is one of its clause.
    assertThat(ALL.accept("application/yaml, application/json" + drop, false))
        .isEqualTo(new NegotiatedMediaType(MediaType.YAML, null, false, "", false));
    assertThat(ALL.accept("application/json;drop=", false).dropsManagedFields()).isFalse();
  }

  @Test
  void aClauseThatDropsSomethingElseIsPassedOver() {
    assertThat(ALL.accept("application/json;drop=spec, application/yaml", false).mediaType())
        .isEqualTo(MediaType.YAML);
    assertThatThrownBy(() -> ALL.accept("application/json;drop=spec", false))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(406));
    Negotiation off = new Negotiation(ALL.supported(), ALL.streamable(), ALL.transforms(), false);
    for (String value : List.of("spec", "metadata.managedFields")) {
      assertThat(off.accept("application/json;drop=" + value, false))
          .isEqualTo(new NegotiatedMediaType(MediaType.JSON, null, false, "", false));
    }
    assertThat(ALL.untransformed().accept("application/json;drop=metadata.managedFields", false))
        .matches(NegotiatedMediaType::dropsManagedFields);
  }
}
