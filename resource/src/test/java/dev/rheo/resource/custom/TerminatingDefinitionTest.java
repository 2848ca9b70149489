package dev.rheo.resource.custom;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TerminatingDefinitionTest {

  /** Until it is let go of, a definition that is being deleted does not take objects again. */
  @ParameterizedTest
  @CsvSource({
    "      , true , false, false",
    "True  , true , true , true",
    "False , true , true , true",
    "      , true , true , false",
    "False , false, true , false",
    "False , true , false, false",
    "True  , true , false, true",
  })
  void terminating(
      @Nullable String status, boolean finalizer, boolean deleted, boolean terminating) {
    ObjectNode definition = JsonNodeFactory.instance.objectNode();
    ObjectNode metadata = definition.putObject("metadata").put("name", "things.example.com");
    if (finalizer) {
      metadata.putArray("finalizers").add("customresourcecleanup.apiextensions.k8s.io");
    }
    if (deleted) {
      metadata.put("deletionTimestamp", "2030-01-02T03:04:05Z");
    }
    definition.putObject("spec").put("group", "example.com").putObject("names");
    if (status != null) {
      definition
          .putObject("status")
          .putArray("conditions")
          .addObject()
          .put("type", "Terminating")
          .put("status", status);
    }
    assertThat(CustomDefinition.of(definition).terminating()).isEqualTo(terminating);
  }
}
