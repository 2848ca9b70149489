package dev.rheo.api.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.rheo.api.status.ApiException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WriteOptionsTest {
  private static DeleteOptions body(String json) throws Exception {
    return DeleteOptions.parse(new ObjectMapper().readTree(json.replace('\'', '"')), "apps/v1");
  }

  @Test
  void writes() {
    WriteOptions options =
        WriteOptions.forCreate(
            Map.of(
                "dryRun", List.of("All"),
                "fieldManager", List.of("me"),
                "fieldValidation", List.of("Strict")));
    assertThat(options).isEqualTo(new WriteOptions(true, "me", FieldValidation.STRICT, null));
    assertThat(WriteOptions.forUpdate(Map.of())).isEqualTo(WriteOptions.none());
  }

  @Test
  void faultsOfWrites() {
    assertThatThrownBy(() -> WriteOptions.forCreate(Map.of("dryRun", List.of("No"))))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(422))
        .hasMessage(
            "CreateOptions.meta.k8s.io \"\" is invalid: dryRun: Unsupported value: [\"No\"]:"
                + " supported values: \"All\"");
    assertThatThrownBy(() -> WriteOptions.forUpdate(Map.of("fieldValidation", List.of("X"))))
        .hasMessage(
            "UpdateOptions.meta.k8s.io \"\" is invalid: fieldValidation: Unsupported value: \"X\":"
                + " supported values: \"\", \"Ignore\", \"Strict\", \"Warn\"");
    assertThatThrownBy(
            () -> WriteOptions.forCreate(Map.of("fieldManager", List.of("x".repeat(129)))))
        .hasMessageContaining("fieldManager: Too long: may not be more than 128 bytes");
    assertThatThrownBy(() -> WriteOptions.forCreate(Map.of("fieldManager", List.of("é\u0007"))))
        .hasMessageContaining("invalid character U+0007 (at position 2)");
    assertThatThrownBy(() -> WriteOptions.forPatch(Map.of("force", List.of("true")), false))
        .hasMessageContaining("force: Forbidden: may not be specified for non-apply patch");
    assertThatThrownBy(() -> WriteOptions.forPatch(Map.of(), true))
        .hasMessageContaining("fieldManager: Required value: is required for apply patch");
  }

  @Test
  void deletesFromTheQuery() {
    assertThat(
            DeleteOptions.parse(
                Map.of(
                    "gracePeriodSeconds", List.of("0"),
                    "propagationPolicy", List.of("Orphan"),
                    "uid", List.of("u"),
                    "resourceVersion", List.of("7"))))
        .isEqualTo(new DeleteOptions(0L, "Orphan", null, "u", "7", false));
    assertThatThrownBy(() -> DeleteOptions.parse(Map.of("gracePeriodSeconds", List.of("x"))))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(400));
  }

  @Test
  void deletesFromABody() throws Exception {
    assertThat(
            body(
                "{'kind':'DeleteOptions','apiVersion':'v1','gracePeriodSeconds':3,"
                    + "'preconditions':{'uid':'u','resourceVersion':'7'},"
                    + "'propagationPolicy':'Foreground','dryRun':['All']}"))
        .isEqualTo(new DeleteOptions(3L, "Foreground", null, "u", "7", true));
    assertThat(body("{'apiVersion':'apps/v1','orphanDependents':true}").orphanDependents())
        .isTrue();
    assertThatThrownBy(() -> body("{'kind':'Pod'}"))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(400));
    assertThatThrownBy(() -> body("{'gracePeriodSeconds':'3'}"))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(400));
    assertThatThrownBy(() -> body("{'propagationPolicy':'Orphan','orphanDependents':true}"))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(422));
    assertThatThrownBy(() -> body("{'propagationPolicy':'X'}"))
        .hasMessageContaining(
            "propagationPolicy: Unsupported value: \"X\": supported values: \"Foreground\","
                + " \"Background\", \"Orphan\", \"nil\"");
  }
}
