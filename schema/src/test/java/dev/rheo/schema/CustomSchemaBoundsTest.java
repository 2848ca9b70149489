package dev.rheo.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.Details;
import dev.rheo.api.status.FieldErrors;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Large schemas, large objects, and both made to take long. */
class CustomSchemaBoundsTest {
  /** Far more than any of these takes, far less than what is not linear. */
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private static final int MANY = 100_000;

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  @Test
  void manyPropertiesTakeLinearTime() {
    ObjectNode schema = object();
    ObjectNode properties = schema.putObject("properties");
    for (int i = 0; i < 10_000; i++) {
      properties.putObject("p" + i).put("type", "integer").put("default", i);
    }
    assertTimeoutPreemptively(
        LIMIT,
        () -> {
          CustomSchema custom = read(schema);
          for (int round = 0; round < 100; round++) {
            ObjectNode object = NODES.objectNode().put("p5", "x");
            custom.prune(object, null);
            custom.applyDefaults(object);
            assertThat(object).hasSize(10_000);
            FieldErrors errors = new FieldErrors();
            custom.validateCreate(object, errors);
            assertThat(errors.toList()).hasSize(1);
          }
        });
  }

  @Test
  void distinctElementsTakeLinearTime() {
    ObjectNode schema = object();
    ObjectNode properties = schema.putObject("properties");
    properties.putObject("unique").put("type", "array").put("uniqueItems", true);
    properties
        .putObject("set")
        .put("type", "array")
        .put("x-kubernetes-list-type", "set")
        .putObject("items")
        .put("type", "string");
    ObjectNode map =
        properties.putObject("map").put("type", "array").put("x-kubernetes-list-type", "map");
    map.putArray("x-kubernetes-list-map-keys").add("k");
    map.putObject("items")
        .put("type", "object")
        .putObject("properties")
        .putObject("k")
        .put("type", "string")
        .put("maxLength", 3);
    ObjectNode object = NODES.objectNode();
    ArrayNode unique = object.putArray("unique");
    ArrayNode set = object.putArray("set");
    ArrayNode list = object.putArray("map");
    for (int i = 0; i < MANY; i++) {
      unique.add(i);
      set.add("e" + i);
      list.addObject().put("k", "key" + i);
    }
    assertTimeoutPreemptively(
        LIMIT,
        () -> {
          CustomSchema custom = read(schema);
          FieldErrors errors = new FieldErrors();
          custom.validateCreate(object, errors);
          assertThat(errors.toList()).hasSize(Details.MAX_CAUSES);
          FieldErrors changed = new FieldErrors();
          custom.validateUpdate(object, object.deepCopy(), changed, warning -> {});
          assertThat(changed.toList()).isEmpty();
        });
  }

  @Test
  void deepObjectsAreWalked() {
    ObjectNode schema = object();
    ObjectNode at = schema;
    ObjectNode object = NODES.objectNode();
    ObjectNode value = object;
    for (int i = 0; i < 400; i++) {
      at = at.putObject("properties").putObject("a").put("type", "object");
      value = value.putObject("a");
    }
    value.put("unknown", 1);
    at.putArray("required").add("b");
    CustomSchema custom = read(schema);
    StringBuilder unknown = new StringBuilder();
    custom.prune(object, unknown::append);
    assertThat(unknown).hasSize(400 * 2 + "unknown".length());
    FieldErrors errors = new FieldErrors();
    custom.validateCreate(object, errors);
    assertThat(errors.toList()).hasSize(1);
  }

  @Test
  void patternsTakeLinearTime() {
    ObjectNode schema = object();
    ObjectNode properties = schema.putObject("properties");
    properties.putObject("text").put("type", "string").put("pattern", "^(a*)*(a|aa)+$");
    String text = "a".repeat(MANY) + "!";
    ObjectNode object = NODES.objectNode().put("text", text);
    for (String format :
        new String[] {"email", "hostname", "uri", "duration", "datetime", "byte", "creditcard"}) {
      properties.putObject(format).put("type", "string").put("format", format);
      object.put(format, format.equals("duration") ? "1".repeat(MANY) : "(".repeat(MANY));
    }
    assertTimeoutPreemptively(
        LIMIT,
        () -> {
          FieldErrors errors = new FieldErrors();
          read(schema).validateCreate(object, errors);
          assertThat(errors.toList()).hasSize(8);
        });
  }

  private static ObjectNode object() {
    return NODES.objectNode().put("type", "object");
  }

  private static CustomSchema read(ObjectNode schema) {
    return CustomSchema.of(StructuralReader.read(schema));
  }
}
