package dev.rheo.merge.manager;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.Trees;
import dev.rheo.merge.path.FieldSet;
import dev.rheo.merge.path.FieldsV1;
import dev.rheo.merge.path.Scalars;
import dev.rheo.merge.typed.Extraction;
import dev.rheo.merge.typed.MergeType;
import dev.rheo.merge.typed.Merger;
import dev.rheo.merge.typed.TypedException;
import dev.rheo.merge.typed.Validator;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The cases of structured-merge-diff: each step has to come out as it does there. */
class ApplyCasesTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  static List<JsonNode> cases() throws IOException {
    List<JsonNode> cases = new ArrayList<>();
    try (InputStream in = ApplyCasesTest.class.getResourceAsStream("apply-cases.jsonl.gz")) {
      assertNotNull(in);
      BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(new GZIPInputStream(in), StandardCharsets.UTF_8));
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonNode one = JSON.readTree(line);
        // The recording does not say which fields such a case ignores.
        if (!one.path("ignore").asBoolean()) {
          cases.add(one);
        }
      }
    }
    return cases;
  }

  @Test
  void thereAreCases() throws IOException {
    assertTrue(cases().size() > 300);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void comesOutAsUpstream(JsonNode one) throws Exception {
    YamlSchema schema = new YamlSchema(one.path("schema").asText());
    State state =
        new State(
            schema,
            schema.type(YamlSchema.tree(one.path("type").asText())),
            one.path("steps").toString().contains("\"aa\":"));
    int number = 0;
    for (JsonNode step : one.path("steps")) {
      if (step.path("op").asText().equals("fixture.ChangeParser")) {
        // The recording does not have the other schema.
        return;
      }
      String what = "step " + number++ + " of " + one;
      state.run(step, what);
      if (!step.has("err")) {
        assertTrue(Scalars.equal(step.path("live"), state.live), what + "\nbut was " + state.live);
        assertEquals(managers(step.path("managers")), managers(state), what);
      }
    }
  }

  private static String managers(JsonNode managers) {
    return Trees.identity(managers);
  }

  private static String managers(State state) {
    ObjectNode managers = JSON.createObjectNode();
    state.managers.forEach(
        (manager, owned) ->
            managers
                .putObject(manager.name())
                .put("applied", owned.applied())
                .put("v", owned.apiVersion())
                .set("set", FieldsV1.write(owned.fields())));
    return managers(managers);
  }

  private static final class State {
    private final YamlSchema schema;
    private final MergeType only;
    private final boolean repeats;
    private final Updater updater = new Updater(this::convert, UnaryOperator.identity());
    private JsonNode live = JsonNodeFactory.instance.nullNode();
    private String version = "";
    private Map<ManagerId, OwnedFields> managers = new TreeMap<>();

    /**
     * @param only the type in all versions, if the schema has only one
     * @param repeats whether keys are letters that are repeated as often as the version says
     */
    State(YamlSchema schema, MergeType only, boolean repeats) {
      this.schema = schema;
      this.only = only;
      this.repeats = repeats;
    }

    /** A schema with several versions has a type named after each. */
    private MergeType type(String version) {
      return schema.has("v1") ? schema.type(version) : only;
    }

    private Typed typed(JsonNode value, String version) {
      return new Typed(value, type(version));
    }

    private @Nullable Typed convert(Typed object, String to) {
      if (repeats) {
        return new Typed(
            repeated(object.value(), Integer.parseInt(to.substring(1)), true), object.type());
      }
      if (!schema.has("v1")) {
        return object;
      }
      if (!schema.has(to)) {
        return null;
      }
      String from = "v1";
      for (String known : List.of("v2", "v3")) {
        from = schema.has(known) && schema.type(known) == object.type() ? known : from;
      }
      return typed(renamed(object.value(), from, to), to);
    }

    private static JsonNode repeated(JsonNode value, int times, boolean root) {
      if (!(value instanceof ObjectNode object)) {
        return value;
      }
      ObjectNode out = JSON.createObjectNode();
      object
          .properties()
          .forEach(
              member ->
                  out.set(
                      root ? member.getKey() : member.getKey().substring(0, 1).repeat(times),
                      repeated(member.getValue(), times, false)));
      return out;
    }

    /** Fields are named after the version; in one schema they have names of their own. */
    private static JsonNode renamed(JsonNode value, String from, String to) {
      if (value instanceof ObjectNode object) {
        ObjectNode out = JSON.createObjectNode();
        object
            .properties()
            .forEach(
                member -> {
                  String name = member.getKey();
                  if (name.endsWith(from)) {
                    name = name.substring(0, name.length() - from.length()) + to;
                  } else if (to.equals("v2") && name.equals("field_foo_rely_on_bar")) {
                    name = "required_field_bar";
                  } else if (to.equals("v1") && name.equals("required_field_bar")) {
                    name = "field_foo_rely_on_bar";
                  }
                  out.set(name, renamed(member.getValue(), from, to));
                });
        return out;
      }
      if (value instanceof ArrayNode list) {
        ArrayNode out = JSON.createArrayNode();
        list.forEach(element -> out.add(renamed(element, from, to)));
        return out;
      }
      return value;
    }

    void run(JsonNode step, String what) throws Exception {
      String text = unindented(step.path("obj").asText());
      JsonNode object = text.isBlank() ? JSON.nullNode() : YamlSchema.tree(text);
      String next = step.path("v").asText();
      Typed there = version.isEmpty() ? typed(live, next) : convert(typed(live, version), next);
      assertNotNull(there);
      live = there.value();
      version = next;
      MergeType type = type(next);
      ManagerId manager = new ManagerId(step.path("manager").asText(), true, "", "");
      switch (step.path("op").asText()) {
        case "fixture.Update" -> {
          Typed before = new Typed(live, type);
          Typed after = new Typed(object, type);
          managers =
              updater.update(
                  before, after, updater.compare(before, after), version, managers, manager);
          live = object;
        }
        case "fixture.Apply" -> {
          if (step.has("err")) {
            assertThrows(TypedException.class, () -> apply(object, version, manager, false), what);
          } else if (step.path("nconf").asInt() > 0) {
            ConflictException conflicts =
                assertThrows(
                    ConflictException.class, () -> apply(object, version, manager, false), what);
            assertEquals(step.path("nconf").asInt(), conflicts.conflicts().size(), what);
          } else {
            apply(object, version, manager, false);
          }
        }
        case "fixture.ForceApply" -> apply(object, version, manager, true);
        case "fixture.ExtractApply" -> {
          OwnedFields owned = managers.get(manager);
          FieldSet fields = owned == null ? FieldSet.EMPTY : owned.fields().leaves();
          JsonNode extracted = Extraction.extract(live, fields, type);
          JsonNode merged = live.isNull() ? object : Merger.merge(extracted, object, type);
          apply(merged == null ? JSON.nullNode() : merged, version, manager, true);
        }
        default -> throw new IllegalArgumentException(step.path("op").asText());
      }
    }

    private void apply(JsonNode object, String version, ManagerId manager, boolean force)
        throws TypedException, ConflictException {
      MergeType type = type(version);
      Validator.validate(object, type, false);
      Updater.Applied applied =
          updater.apply(
              new Typed(live, type), new Typed(object, type), version, managers, manager, force);
      managers = applied.managers();
      Typed merged = applied.object();
      if (merged != null) {
        live = merged.value();
      }
    }

    /** The recorded objects are indented by the tabs of the source that they stand in. */
    private static String unindented(String yaml) {
      String text = yaml.startsWith("\n") ? yaml.substring(1) : yaml;
      int tabs = 0;
      while (tabs < text.length() && text.charAt(tabs) == '\t') {
        tabs++;
      }
      String prefix = "\t".repeat(tabs);
      List<String> lines = new ArrayList<>();
      for (String line : text.split("\n", -1)) {
        lines.add(line.startsWith(prefix) ? line.substring(tabs) : line.strip());
      }
      return String.join("\n", lines);
    }
  }
}
