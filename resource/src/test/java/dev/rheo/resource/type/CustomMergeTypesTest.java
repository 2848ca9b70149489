package dev.rheo.resource.type;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.rheo.merge.path.FieldsV1;
import dev.rheo.merge.typed.Fields;
import dev.rheo.merge.typed.MergeType;
import dev.rheo.merge.typed.Merger;
import dev.rheo.merge.typed.TypedException;
import dev.rheo.merge.typed.Validator;
import dev.rheo.resource.published.Vectors;
import dev.rheo.schema.StructuralReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Compares with what the program in tools/published recorded of upstream's type converter. */
class CustomMergeTypesTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void objectsAreMergedAsUpstreamMergesThem() throws IOException {
    List<String> wrong = new ArrayList<>();
    MergeType type = MergeType.DEDUCED_MAP;
    int faults = 0;
    int merged = 0;
    JsonNode schema = null;
    for (JsonNode line : Vectors.read("merging")) {
      if (line.has("schema")) {
        schema = line.get("schema");
        type =
            CustomMergeTypes.of(
                line.path("structural").asBoolean() ? StructuralReader.read(schema) : null,
                line.path("preserve").asBoolean());
        continue;
      }
      JsonNode applied = line.get("a");
      String fault = fault(applied, type);
      if (!fault.equals(line.path("e").asText()) && wrong.size() < 10) {
        wrong.add(applied + " is faulty: " + fault + ", not: " + line.path("e") + " of " + schema);
      }
      if (!fault.isEmpty()) {
        faults++;
        continue;
      }
      JsonNode fields = JSON.readTree(FieldsV1.write(Fields.of(applied, type)).toString());
      if (!fields.equals(line.get("f")) && wrong.size() < 10) {
        wrong.add(applied + " has " + fields + ", not " + line.get("f") + " of " + schema);
      }
      if (line.has("l")) {
        merged++;
        JsonNode made = merge(line.get("l"), applied, type);
        if (!line.get("m").equals(made) && wrong.size() < 10) {
          wrong.add(line.get("l") + " and " + applied + " are " + made + ", not " + line.get("m"));
        }
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(faults).isGreaterThan(100);
    assertThat(merged).isGreaterThan(1000);
  }

  private static String fault(JsonNode object, MergeType type) {
    try {
      Validator.validate(object, type, false);
      return "";
    } catch (TypedException e) {
      return e.getMessage();
    }
  }

  private static JsonNode merge(JsonNode live, JsonNode applied, MergeType type) {
    try {
      return Merger.merge(live, applied, type);
    } catch (TypedException e) {
      throw new AssertionError(e);
    }
  }
}
