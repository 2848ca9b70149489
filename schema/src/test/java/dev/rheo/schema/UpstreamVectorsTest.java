package dev.rheo.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.FieldError;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.codec.io.MalformedException;
import dev.rheo.codec.json.Canonicalizer;
import dev.rheo.codec.json.ObjectDecoder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Schemas and objects that upstream's own code has judged (tools/schemas): what is unknown, what
 * remains, what is added, and what is wrong with it.
 */
class UpstreamVectorsTest {
  private static final int SHOWN = 40;

  private @Nullable CustomSchema schema;
  private String name = "";
  private String text = "";
  private int compared;
  private final Map<String, Integer> differences = new TreeMap<>();
  private final List<String> shown = new ArrayList<>();

  @Test
  void schemasOfOurMakingAgree() throws IOException {
    agree(
        Objects.requireNonNull(UpstreamVectorsTest.class.getResourceAsStream("schemas.jsonl.gz")));
    assertThat(compared).isGreaterThan(20_000);
  }

  /** Definitions of others are not ours to keep: {@code -Drheo.schema.vectors=FILE} names them. */
  @Test
  @EnabledIfSystemProperty(named = "rheo.schema.vectors", matches = ".+")
  void publishedDefinitionsAgree() throws IOException {
    agree(Files.newInputStream(Path.of(System.getProperty("rheo.schema.vectors", ""))));
  }

  private void agree(InputStream vectors) throws IOException {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(new GZIPInputStream(vectors), StandardCharsets.UTF_8))) {
      lines.lines().forEach(this::line);
    }
    assertThat(shown).as("%s of %d differ", differences, compared).isEmpty();
  }

  private void line(String line) {
    ObjectNode vector = tree(line);
    if (vector.has("schema")) {
      schema(vector);
    } else if (schema != null) {
      compared++;
      if (vector.has("old")) {
        update(vector, schema);
      } else {
        create(vector, schema);
      }
    }
  }

  private void schema(ObjectNode vector) {
    compared++;
    if (vector.has("name")) {
      name = vector.path("name").asText();
    }
    JsonNode stated = vector.path("schema");
    text = stated.toString();
    schema = null;
    Structural read;
    try {
      read = StructuralReader.read(stated);
    } catch (IllegalArgumentException e) {
      compare("read", vector, vector.path("read").asText(), String.valueOf(e.getMessage()));
      return;
    }
    compare("read", vector, vector.path("read").asText(), "");
    FieldErrors errors = new FieldErrors();
    StructuralFaults.check(read, "schema", errors);
    compare("faults", vector, expected(vector, "faults"), actual(errors, false));
    if (errors.isEmpty()) {
      DefaultFaults.check(read, "schema", true, errors);
      compare("defaults", vector, expected(vector, "defaults"), actual(errors, true));
      schema = CustomSchema.of(read, null, null); // the vectors know no rules
    }
  }

  private void create(ObjectNode vector, CustomSchema judge) {
    ObjectNode object = copy(vector, "object");
    List<String> unknown = new ArrayList<>();
    String fault = "";
    try {
      judge.prune(object, unknown::add);
      judge.applyDefaults(object);
    } catch (MalformedException e) {
      fault = e.detail();
    }
    compare("decode", vector, withoutTime(vector.path("decode").asText()), withoutTime(fault));
    if (fault.isEmpty()) {
      List<String> expected = new ArrayList<>();
      vector.path("unknown").forEach(path -> expected.add(path.asText()));
      compare("unknown", vector, expected.toString(), unknown.toString());
      compare("result", vector, encoded(copy(vector, "result")), encoded(object));
      FieldErrors errors = new FieldErrors();
      judge.validateCreate(object, errors);
      compare("create", vector, expected(vector, "errors"), actual(errors, true));
    }
    if (vector.has("stored")) {
      ObjectNode stored = copy(vector, "object");
      judge.pruneStored(stored);
      judge.applyDefaults(stored);
      compare("stored", vector, encoded(copy(vector, "stored")), encoded(stored));
    }
  }

  private void update(ObjectNode vector, CustomSchema judge) {
    ObjectNode object = decoded(copy(vector, "object"), judge);
    ObjectNode old = decoded(copy(vector, "old"), judge);
    FieldErrors errors = new FieldErrors();
    boolean status = vector.path("status").asBoolean();
    if (status) {
      judge.validateStatusUpdate(object, old, errors, warning -> {});
    } else {
      judge.validateUpdate(object, old, errors, warning -> {});
    }
    compare(status ? "status" : "update", vector, expected(vector, "errors"), actual(errors, true));
  }

  /** Go tells more of why a text is no time. */
  private static String withoutTime(String fault) {
    int at = fault.indexOf("parsing time");
    return at < 0 ? fault : fault.substring(0, at);
  }

  private static ObjectNode decoded(ObjectNode object, CustomSchema judge) {
    judge.prune(object, null);
    judge.applyDefaults(object);
    return object;
  }

  private static String expected(ObjectNode vector, String field) {
    StringBuilder out = new StringBuilder();
    for (JsonNode error : vector.path(field)) {
      out.append(error.path(0).asText())
          .append(' ')
          .append(error.path(1).asText())
          .append(": ")
          .append(error.path(2).asText())
          .append('\n');
    }
    return out.toString();
  }

  private static String actual(FieldErrors errors, boolean sorted) {
    StringBuilder out = new StringBuilder();
    List<FieldError> all = new ArrayList<>(errors.toList());
    if (sorted) {
      all.sort(
          Comparator.comparing(FieldError::reason)
              .thenComparing(FieldError::field)
              .thenComparing(FieldError::body));
    }
    for (FieldError error : all) {
      out.append(error.reason()).append(' ').append(error.message()).append('\n');
    }
    return out.toString();
  }

  private void compare(String what, ObjectNode vector, String expected, String actual) {
    if (!expected.equals(actual)) {
      if (differences.merge(name + " " + what, 1, Integer::sum) <= 2 && shown.size() < SHOWN) {
        shown.add(
            "%n%s %s: %s%n  schema %s%n  expected %s%n  actual   %s"
                .formatted(
                    name,
                    what,
                    vector.has("schema")
                        ? ""
                        : vector.has("old")
                            ? "%s%n  old %s".formatted(vector.get("object"), vector.get("old"))
                            : vector.get("object"),
                    text,
                    expected,
                    actual));
      }
    }
  }

  private static String encoded(ObjectNode object) {
    return new String(Canonicalizer.encodeAnswer(object, null), StandardCharsets.UTF_8);
  }

  private static ObjectNode copy(ObjectNode vector, String field) {
    return ((ObjectNode) Objects.requireNonNull(vector.get(field))).deepCopy();
  }

  private static ObjectNode tree(String line) {
    try {
      return ObjectDecoder.decode(line.getBytes(StandardCharsets.UTF_8), 100).tree();
    } catch (MalformedException e) {
      throw new UncheckedIOException(new IOException(line, e));
    }
  }
}
