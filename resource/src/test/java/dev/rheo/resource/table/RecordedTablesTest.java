package dev.rheo.resource.table;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.resource.builtin.BuiltInResources;
import dev.rheo.resource.type.ResourceType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Compares every column and every row, in every resource, with those that kube-apiserver 1.36.3
 * answered for the objects of compat/tables/objects.py.
 */
class RecordedTablesTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TestFactory
  Stream<DynamicTest> kubeApiserverAnswersTheSame() {
    return listed().map(type -> DynamicTest.dynamicTest(type.toString(), () -> check(type)));
  }

  @Test
  void theRecordsAreOfEveryKind() throws IOException {
    int rows = 0;
    for (ResourceType type : listed().toList()) {
      int of = record(type).get("rows").size();
      assertThat(of).as(type.toString()).isPositive();
      rows += of;
    }
    assertThat(rows).isGreaterThan(190);
  }

  private static Stream<ResourceType> listed() {
    return BuiltInResources.registry().all().stream().filter(type -> type.verbs().contains("list"));
  }

  private static JsonNode record(ResourceType type) throws IOException {
    String name = (type.apiVersion() + "/" + type.plural()).replace('/', '_') + ".json";
    try (InputStream in = RecordedTablesTest.class.getResourceAsStream(name)) {
      assertThat(in).as(name).isNotNull();
      return JSON.readTree(in);
    }
  }

  private static void check(ResourceType type) throws IOException {
    JsonNode record = record(type);
    TableColumns table = TableColumns.of(type);

    JsonNode definitions = JSON.readTree(table.definitions());
    definitions.forEach(column -> ((ObjectNode) column).remove("description"));
    assertThat(definitions).isEqualTo(record.get("columnDefinitions"));

    Map<String, JsonNode> stored = storedObjects(type);
    List<String> expected = new ArrayList<>();
    List<String> made = new ArrayList<>();
    for (JsonNode row : record.get("rows")) {
      JsonNode object = stored.get(row.at("/object/metadata/name").asText());
      ((ObjectNode) row).putNull("object");
      expected.add(JSON.writeValueAsString(row));
      made.add(
          JSON.writeValueAsString(JSON.readTree(row(table, object, record.get("now").asLong()))));
    }
    assertThat(made).isEqualTo(expected);
  }

  /** The objects by name, from the record of the stored version. */
  private static Map<String, JsonNode> storedObjects(ResourceType type) throws IOException {
    ResourceType stored =
        listed()
            .filter(
                other ->
                    type.isStored()
                        && other.isStored()
                        && other.storage().equals(type.storage())
                        && other.conversion().isIdentity())
            .findFirst()
            .orElse(type);
    Map<String, JsonNode> objects = new HashMap<>();
    for (JsonNode row : record(stored).get("rows")) {
      objects.put(row.at("/object/metadata/name").asText(), row.get("object"));
    }
    return objects;
  }

  private static byte[] row(TableColumns table, JsonNode stored, long now) {
    ByteArrayOutputStream row = new ByteArrayOutputStream();
    row.writeBytes(CellTemplate.render(table.row(stored), now));
    row.writeBytes("null}".getBytes(StandardCharsets.US_ASCII));
    return row.toByteArray();
  }
}
