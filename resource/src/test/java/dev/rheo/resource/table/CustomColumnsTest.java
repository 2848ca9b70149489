package dev.rheo.resource.table;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.rheo.resource.published.Vectors;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CustomColumnsTest {
  private static final String WIDGET =
      "{metadata:{name:'w',creationTimestamp:'2026-01-09T23:59:00Z'},spec:{at:'2026-01-09T23:00:00Z'}}";

  private static JsonNode column(String path, String type) {
    ArrayNode columns = JsonNodeFactory.instance.arrayNode();
    columns.addObject().put("name", "C").put("type", type).put("jsonPath", path);
    return columns;
  }

  /** What the program in tools/published recorded. */
  @Test
  void cellsAreThoseOfUpstream() {
    List<JsonNode> lines = Vectors.read("columns");
    JsonNode objects = lines.getFirst();
    List<String> wrong = new ArrayList<>();
    int checked = 0;
    for (JsonNode line : lines.subList(1, lines.size())) {
      TableColumns table =
          TableColumns.custom(column(line.get("p").asText(), line.get("t").asText()));
      byte[] row = CellTemplate.render(table.row(objects.get(line.get("o").asInt())), Rows.NOW);
      JsonNode cells = Rows.json(new String(row, StandardCharsets.UTF_8) + "null}").get("cells");
      boolean same =
          line.has("i")
              ? cells.size() == 1
              : cells.size() == 2 && cells.get(1).equals(line.get("c"));
      if (!same && wrong.size() < 40) {
        wrong.add(line + " is " + cells);
      }
      checked++;
    }
    assertThat(wrong).isEmpty();
    assertThat(checked).isGreaterThan(10_000);
  }

  /** Rows of the definitions in tools/published. */
  @Test
  void rowsAreThoseOfUpstream() {
    TableColumns table = TableColumns.custom(MissingNode.getInstance());
    JsonNode columns = MissingNode.getInstance();
    int rows = 0;
    for (JsonNode line : Vectors.read("printed")) {
      if (line.has("columns")) {
        columns = line.get("columns");
        table = TableColumns.custom(columns);
        continue;
      }
      String row =
          new String(
              CellTemplate.render(table.row(line.get("object")), Rows.NOW), StandardCharsets.UTF_8);
      assertThat(Rows.json(row + "null}").get("cells"))
          .as("%s of %s", columns, line.get("object"))
          .isEqualTo(line.get("cells"));
      rows++;
    }
    assertThat(rows).isGreaterThan(20);
  }

  @Test
  void ageIsTheOnlyColumnByDefault() {
    TableColumns table = TableColumns.custom(MissingNode.getInstance());
    assertThat(Rows.text(table, WIDGET)).isEqualTo("{\"cells\":[\"w\",\"60s\"],\"object\":");
    assertThat(Rows.json(new String(table.definitions(), StandardCharsets.UTF_8)))
        .isEqualTo(
            Rows.json(
                "[{name:'Name',type:'string',format:'name',description:'',priority:0},"
                    + "{name:'Age',type:'date',format:'',description:'',priority:0}]"));
  }

  @Test
  void datesAreAgesAtTheTimeOfReading() {
    TableColumns table = TableColumns.custom(column(".spec.at", "date"));
    assertThat(Rows.text(table, WIDGET)).contains("\"60m\"");
    assertThat(Rows.text(table, WIDGET.replace("23:00:00Z", "23:59:49.5Z"))).contains("\"10s\"");
    assertThat(Rows.text(table, WIDGET.replace("23:00:00Z", "23:00:00+01:00")))
        .contains("\"120m\"");
    assertThat(Rows.text(table, WIDGET.replace("23:00", "25:00"))).contains("invalid");
  }

  @Test
  void columnsOfAScaleFollowItsPaths() {
    TableColumns table =
        TableColumns.customScale(Rows.json("{specReplicasPath:'.a',statusReplicasPath:'.b'}"));
    assertThat(
            Rows.text(
                table,
                "{metadata:{name:'w',creationTimestamp:null},spec:{replicas:2},status:{replicas:1}}"))
        .isEqualTo("{\"cells\":[\"w\",2,1,null],\"object\":");
  }

  @Test
  void aPathThatMultipliesItsValuesEnds() {
    StringBuilder nested = new StringBuilder("1");
    StringBuilder path = new StringBuilder(".a");
    for (int i = 0; i < 40; i++) {
      nested.insert(0, "[").append(']');
      path.append("[0,0]");
    }
    TableColumns table = TableColumns.custom(column(path.toString(), "string"));
    assertThat(Rows.text(table, "{metadata:{name:'w'},a:" + nested + "}"))
        .isEqualTo("{\"cells\":[\"w\",null],\"object\":");
  }
}
