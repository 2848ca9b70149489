package dev.rheo.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.codec.io.MalformedException;
import dev.rheo.codec.json.Canonicalizer;
import dev.rheo.codec.json.ObjectDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What holds for every schema and every object, of which a seed makes many. */
class CustomSchemaPropertiesTest {
  private static final int ROUNDS = 20_000;

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private static final List<String> NAMES =
      List.of("a", "b", "spec", "status", "metadata", "kind", "apiVersion", "items", "", "x.y");

  /** What a schema may state, and a value of the right form; others are made at random. */
  private static final List<String> KEYWORDS =
      List.of(
          "type",
          "format",
          "nullable",
          "default",
          "maximum",
          "minimum",
          "multipleOf",
          "maxLength",
          "minLength",
          "pattern",
          "maxItems",
          "uniqueItems",
          "enum",
          "minProperties",
          "required",
          "items",
          "properties",
          "additionalProperties",
          "allOf",
          "anyOf",
          "oneOf",
          "not",
          "x-kubernetes-preserve-unknown-fields",
          "x-kubernetes-embedded-resource",
          "x-kubernetes-int-or-string",
          "x-kubernetes-list-type",
          "x-kubernetes-list-map-keys",
          "x-kubernetes-validations",
          "$ref",
          "description");

  private final Random random = new Random(Long.getLong("rheo.seed", 12));

  @Test
  void pruningAndDefaultsAreDoneOnce() {
    int served = 0;
    for (int round = 0; round < ROUNDS; round++) {
      ObjectNode stated = schema(4);
      Structural read;
      try {
        read = StructuralReader.read(stated);
      } catch (IllegalArgumentException e) {
        continue;
      }
      FieldErrors faults = new FieldErrors();
      StructuralFaults.check(read, "schema", faults);
      DefaultFaults.check(read, "schema", true, faults);
      // whatever is wrong with the schema, nothing fails
      CustomSchema schema = CustomSchema.of(read, new ScalePaths(".a.b", ".status.a", ".b"), null);
      ObjectNode object = object(5);
      served += check(schema, object, faults.isEmpty(), "round " + round + ": " + stated) ? 1 : 0;
    }
    assertThat(served).isGreaterThan(ROUNDS / 25);
  }

  private boolean check(CustomSchema schema, ObjectNode object, boolean structural, String round) {
    ObjectNode stored = object.deepCopy();
    try {
      schema.prune(object, path -> assertThat(path).as(round).isNotNull());
    } catch (MalformedException e) {
      assertThat(e.getMessage()).as(round).contains(": ");
      return false;
    }
    ObjectNode pruned = object.deepCopy();
    schema.prune(object, path -> assertThat(path).as(round).isEmpty());
    assertThat(object).as(round).isEqualTo(pruned);

    schema.applyDefaults(object);
    ObjectNode complete = object.deepCopy();
    schema.applyDefaults(object);
    assertThat(object).as(round).isEqualTo(complete);

    schema.pruneStored(stored);
    schema.validateCreate(object, new FieldErrors());
    ObjectNode other = object(5);
    schema.validateUpdate(object, other, new FieldErrors(), warning -> {});
    schema.validateStatusUpdate(object, other, new FieldErrors(), warning -> {});

    byte[] encoded = Canonicalizer.encodeAnswer(object, null);
    ObjectNode decoded = ObjectDecoder.decode(encoded, ObjectDecoder.MAX_DEPTH).tree();
    assertThat(new String(Canonicalizer.encodeAnswer(decoded, null), StandardCharsets.UTF_8))
        .as(round)
        .isEqualTo(new String(encoded, StandardCharsets.UTF_8));
    return structural;
  }

  @Test
  void whatHasNotChangedIsNoFault() {
    Structural read =
        StructuralReader.read(
            tree(
                """
                {"type":"object","properties":{"spec":{"type":"object","properties":{
                  "a":{"type":"integer","maximum":1},"b":{"type":"string"}}}}}"""));
    CustomSchema schema = CustomSchema.of(read);
    ObjectNode old = tree("{\"spec\":{\"a\":5,\"b\":\"x\"}}");
    FieldErrors errors = new FieldErrors();
    schema.validateUpdate(tree("{\"spec\":{\"a\":5,\"b\":\"y\"}}"), old, errors, warning -> {});
    assertThat(errors.toList()).isEmpty();
    schema.validateUpdate(tree("{\"spec\":{\"a\":6,\"b\":\"x\"}}"), old, errors, warning -> {});
    assertThat(errors.message())
        .isEqualTo("spec.a: Invalid value: 6: spec.a in body should be less than or equal to 1");
  }

  @Test
  void rulesAreNotEvaluatedOnWrongTypes() {
    CustomSchema schema =
        CustomSchema.of(
            StructuralReader.read(
                tree(
                    """
                    {"type":"object","properties":{"spec":{"type":"object","properties":{
                      "a":{"type":"integer","x-kubernetes-validations":[{"rule":"self < 3"}]}}}}}""")));
    FieldErrors wrong = new FieldErrors();
    schema.validateCreate(tree("{\"spec\":{\"a\":\"x\"}}"), wrong);
    assertThat(wrong.message())
        .isEqualTo(
            "[spec.a: Invalid value: \"string\": spec.a in body must be of type integer:"
                + " \"string\", <nil>: Invalid value: null: some validation rules were not checked"
                + " because the object was invalid; correct the existing errors to complete"
                + " validation]");
    FieldErrors large = new FieldErrors();
    schema.validateCreate(tree("{\"spec\":{\"a\":3}}"), large);
    assertThat(large.message()).startsWith("spec.a: Invalid value: 3: failed rule: self < 3");
  }

  @Test
  void scalesHaveNumbersOfReplicas() {
    CustomSchema schema =
        CustomSchema.of(
            StructuralReader.read(
                tree("{\"type\":\"object\",\"x-kubernetes-preserve-unknown-fields\":true}")),
            new ScalePaths(".spec.replicas", ".status.replicas", ".status.selector"));
    FieldErrors errors = new FieldErrors();
    schema.validateCreate(
        tree("{\"spec\":{\"replicas\":-1},\"status\":{\"replicas\":1.5,\"selector\":1}}"), errors);
    assertThat(errors.message())
        .isEqualTo(
            "[.spec.replicas: Invalid value: -1: should be a non-negative integer,"
                + " .status.replicas: Invalid value: 0: .status.replicas accessor error: 1.5 is of"
                + " the type float64, expected int64, .status.selector: Invalid value: \"\":"
                + " .status.selector accessor error: 1 is of the type int64, expected string]");
    FieldErrors blocked = new FieldErrors();
    schema.validateCreate(tree("{\"spec\":[1]}"), blocked);
    assertThat(blocked.message())
        .isEqualTo(
            ".spec.replicas: Invalid value: 0: .spec.replicas accessor error: [1] is of the type"
                + " []interface {}, expected map[string]interface{}");
  }

  @Test
  void defaultsAreCopies() {
    CustomSchema schema =
        CustomSchema.of(
            StructuralReader.read(
                tree(
                    """
                    {"type":"object","properties":{"spec":{"type":"object","default":{"l":[]},
                      "properties":{"l":{"type":"array","items":{"type":"string"}}}}}}""")));
    ObjectNode first = NODES.objectNode();
    schema.applyDefaults(first);
    first.withArray("/spec/l").add("mine");
    ObjectNode second = NODES.objectNode();
    schema.applyDefaults(second);
    assertThat(second).isEqualTo(tree("{\"spec\":{\"l\":[]}}"));
  }

  private ObjectNode object(int depth) {
    ObjectNode object = NODES.objectNode();
    object.put("apiVersion", "example.com/v1").put("kind", "Thing");
    for (int i = random.nextInt(4); i >= 0; i--) {
      object.set(name(), value(depth));
    }
    if (!object.path("apiVersion").isTextual() || !object.path("kind").isTextual()) {
      object.put("apiVersion", "example.com/v1").put("kind", "Thing");
    }
    if (random.nextInt(4) > 0) {
      object.putObject("metadata").put("name", "x");
    }
    return object;
  }

  private JsonNode value(int depth) {
    return switch (random.nextInt(depth > 0 ? 13 : 9)) {
      case 0 -> NODES.nullNode();
      case 1 -> NODES.booleanNode(random.nextBoolean());
      case 2 -> NODES.numberNode(random.nextInt(5) - 1);
      case 3 -> NODES.numberNode(random.nextLong());
      case 4 -> NODES.numberNode(random.nextDouble() * Math.pow(10, random.nextInt(40) - 10));
      case 5 -> NODES.textNode(name());
      case 6 -> NODES.textNode("\u00e9\ud83d\ude00\u0000\"<");
      case 7 -> NODES.objectNode();
      case 8 -> NODES.arrayNode();
      case 9, 10 -> {
        var array = NODES.arrayNode();
        for (int i = random.nextInt(3); i >= 0; i--) {
          array.add(value(depth - 1));
        }
        yield array;
      }
      default -> {
        ObjectNode object = NODES.objectNode();
        for (int i = random.nextInt(3); i >= 0; i--) {
          object.set(name(), value(depth - 1));
        }
        yield object;
      }
    };
  }

  private String name() {
    return NAMES.get(random.nextInt(NAMES.size()));
  }

  private ObjectNode schema(int depth) {
    ObjectNode schema = NODES.objectNode();
    schema.put("type", type());
    for (int i = random.nextInt(3); i > 0; i--) {
      String keyword = KEYWORDS.get(random.nextInt(KEYWORDS.size()));
      schema.set(keyword, random.nextInt(30) == 0 ? value(2) : stated(keyword, depth));
    }
    if (depth > 0 && schema.path("type").asText().equals("object")) {
      schema.set("properties", properties(depth));
    } else if (depth > 0 && schema.path("type").asText().equals("array")) {
      schema.set("items", schema(depth - 1));
    }
    return schema;
  }

  private String type() {
    return List.of("object", "object", "object", "array", "string", "integer", "number", "boolean")
        .get(random.nextInt(8));
  }

  private ObjectNode properties(int depth) {
    ObjectNode properties = NODES.objectNode();
    for (int i = random.nextInt(3); i >= 0; i--) {
      properties.set(name(), schema(depth - 1));
    }
    return properties;
  }

  private JsonNode stated(String keyword, int depth) {
    return switch (keyword) {
      case "type" -> NODES.textNode(type());
      case "format" -> NODES.textNode(random.nextBoolean() ? "date" : "email");
      case "pattern" -> NODES.textNode(random.nextBoolean() ? "^(a*)*$" : "(");
      case "maximum", "minimum", "multipleOf" -> NODES.numberNode(random.nextInt(7) / 2.0 - 1);
      case "maxLength", "minLength", "maxItems", "minProperties" ->
          NODES.numberNode(random.nextInt(4) - 1);
      case "enum" -> NODES.arrayNode().add(value(1)).add(value(1));
      case "required", "x-kubernetes-list-map-keys" -> NODES.arrayNode().add(name());
      case "items", "not" -> schema(Math.max(0, depth - 1));
      case "properties" -> properties(Math.max(1, depth));
      case "additionalProperties" ->
          random.nextBoolean() ? NODES.booleanNode(true) : schema(Math.max(0, depth - 1));
      case "allOf", "anyOf", "oneOf" ->
          NODES.arrayNode().add(schema(0)).add(NODES.objectNode().put("minLength", 2));
      case "x-kubernetes-list-type" ->
          NODES.textNode(List.of("set", "map", "atomic").get(random.nextInt(3)));
      case "default" -> value(3);
      case "x-kubernetes-validations" ->
          NODES.arrayNode().add(NODES.objectNode().put("rule", "true"));
      case "$ref", "description" -> NODES.textNode("x");
      default -> NODES.booleanNode(true);
    };
  }

  private static ObjectNode tree(String json) {
    return ObjectDecoder.decode(json.getBytes(StandardCharsets.UTF_8), 100).tree();
  }
}
