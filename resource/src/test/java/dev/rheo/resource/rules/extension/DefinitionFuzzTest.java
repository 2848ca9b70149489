package dev.rheo.resource.rules.extension;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.ApiException;
import dev.rheo.codec.io.MalformedException;
import dev.rheo.codec.json.Canonicalizer;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.builtin.BuiltInResources;
import dev.rheo.resource.custom.DefinitionStatus;
import dev.rheo.resource.rules.Validation;
import dev.rheo.resource.rules.WritePreparation;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.resource.type.WriteContext;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** No definition breaks what judges it, or takes it long. */
class DefinitionFuzzTest {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final Instant NOW = Instant.parse("2030-01-02T03:04:05Z");
  private static final int DEPTH = 200;

  private static final ResourceType TYPE =
      Objects.requireNonNull(
          BuiltInResources.registry()
              .find("apiextensions.k8s.io", "v1", "customresourcedefinitions"));

  private static final List<String> SCHEMAS =
      List.of("not", "items", "additionalProperties", "additionalItems");
  private static final List<String> LISTS = List.of("allOf", "anyOf", "oneOf");
  private static final List<String> MAPS =
      List.of("properties", "properties", "properties", "patternProperties", "definitions");
  private static final List<String> NUMBERS =
      List.of(
          "maximum",
          "minimum",
          "multipleOf",
          "maxLength",
          "minLength",
          "maxItems",
          "minItems",
          "maxProperties",
          "minProperties");
  private static final List<String> FLAGS =
      List.of(
          "nullable",
          "uniqueItems",
          "exclusiveMaximum",
          "exclusiveMinimum",
          "x-kubernetes-preserve-unknown-fields",
          "x-kubernetes-embedded-resource",
          "x-kubernetes-int-or-string");
  private static final List<String> TEXTS =
      List.of(
          "type",
          "type",
          "type",
          "format",
          "pattern",
          "id",
          "$ref",
          "title",
          "description",
          "x-kubernetes-list-type",
          "x-kubernetes-map-type");
  private static final List<String> WORDS =
      List.of(
          "object",
          "array",
          "string",
          "integer",
          "number",
          "boolean",
          "map",
          "set",
          "atomic",
          "granular",
          "int32",
          "date-time",
          "^a+$",
          "(",
          "",
          "\u0000",
          "\ud800",
          "x".repeat(700));
  private static final List<String> NAMES =
      List.of("spec", "status", "metadata", "kind", "apiVersion", "name", "a", "a.b", "", "]", "*");
  private static final List<String> RULES =
      List.of("true", "self.a == 'x'", "self.all(x, x)", "oldSelf == self", "((", "", "1\n+1");

  @Test
  void whateverIsInASchemaIsJudged() {
    int taken = 0;
    int refused = 0;
    ObjectNode before = null;
    for (int seed = 0; seed < 1500; seed++) {
      Random random = new Random(seed);
      ObjectNode definition = definition(schema(random, 0));
      if (random.nextInt(4) == 0) {
        Trees.need(definition, "spec").put("preserveUnknownFields", true);
      }
      if (random.nextInt(4) == 0) {
        Trees.objects(definition, "spec", "versions")
            .getFirst()
            .putArray("selectableFields")
            .addObject()
            .put("jsonPath", pick(random, List.of(".spec.a", ".", ".a['b']", "", ".*")));
      }
      ObjectNode stored = decoded(definition);
      if (stored == null) {
        continue;
      }
      if (judged(stored, before)) {
        taken++;
      } else {
        refused++;
      }
      judged(stored, null);
      assertThat(DefinitionStatus.of(stored, List.of(), NOW).has("acceptedNames")).isTrue();
      before = stored; // what is refused may have been taken by an earlier release
    }
    assertThat(taken).isGreaterThan(50);
    assertThat(refused).isGreaterThan(100);
  }

  @Test
  @Timeout(120)
  void deepSchemasEnd() {
    for (String below : List.of("not", "items", "additionalProperties")) {
      judge(nested(80, schema -> NODES.objectNode().set(below, schema)));
    }
    for (String below : LISTS) {
      judge(
          nested(
              60,
              schema ->
                  wrap(below, NODES.arrayNode().add(schema).add(schema.deepCopy().removeAll()))));
    }
    judge(nested(60, schema -> wrap("properties", wrap("a", schema))));
    judge(
        nested(
            60,
            schema -> {
              ObjectNode object = wrap("properties", wrap("a", schema)).put("type", "object");
              object.putObject("default").put("a", 1);
              return object;
            }));
  }

  @Test
  @Timeout(120)
  void largeSchemasEnd() {
    ObjectNode wide = NODES.objectNode().put("type", "object");
    ObjectNode properties = wide.putObject("properties");
    for (int i = 0; i < 10_000; i++) {
      properties.putObject("p" + i).put("type", i % 2 == 0 ? "string" : "strin").put("default", i);
    }
    judge(wide);

    ObjectNode keys = wide.deepCopy();
    ObjectNode list = NODES.objectNode().put("type", "array").put("x-kubernetes-list-type", "map");
    ArrayNode names = list.putArray("x-kubernetes-list-map-keys");
    for (int i = 0; i < 10_000; i++) {
      names.add("p" + i).add("q" + i);
    }
    list.set("items", keys);
    judge(wrap("properties", wrap("list", list)).put("type", "object"));

    ObjectNode many = definition(NODES.objectNode().put("type", "object"));
    ArrayNode versions = (ArrayNode) many.at("/spec/versions");
    for (int i = 0; i < 3000; i++) {
      ObjectNode version = (ObjectNode) versions.get(0).deepCopy();
      version.put("name", "v" + i).put("deprecationWarning", "x");
      version.putObject("subresources").putObject("status");
      versions.add(version);
    }
    judge(many, null);
    judge(many, many.deepCopy());
  }

  @Test
  @Timeout(120)
  void rulesAreMany() {
    ObjectNode schema = NODES.objectNode().put("type", "object");
    schema.putObject("properties").putObject("a").put("type", "string");
    ArrayNode rules = schema.putArray("x-kubernetes-validations");
    for (int i = 0; i < 300; i++) {
      rules.addObject().put("rule", "self.a != 'x" + i + "'").put("fieldPath", ".a");
    }
    judge(schema);
  }

  @Test
  void numbersThatAreNoneAreRefused() {
    ObjectNode schema = NODES.objectNode().put("type", "object");
    schema.set("maximum", DoubleNode.valueOf(Double.NaN));
    schema.set("default", DoubleNode.valueOf(Double.POSITIVE_INFINITY));
    // as no decoder makes them
    judged(definition(schema), null);
  }

  private static ObjectNode wrap(String name, JsonNode value) {
    return NODES.objectNode().set(name, value);
  }

  private static ObjectNode nested(
      int depth, java.util.function.Function<ObjectNode, ObjectNode> around) {
    ObjectNode schema = NODES.objectNode().put("type", "string");
    for (int i = 0; i < depth; i++) {
      schema = around.apply(schema);
    }
    return schema;
  }

  private static void judge(ObjectNode schema) {
    ObjectNode definition = definition(schema);
    judge(definition, null);
    judge(definition, definition.deepCopy());
  }

  private static void judge(ObjectNode definition, @Nullable ObjectNode old) {
    ObjectNode decoded = decoded(definition);
    if (decoded != null) {
      judged(decoded, old == null ? null : decoded(old));
      assertThat(DefinitionStatus.of(decoded, List.of(), NOW)).isNotNull();
    }
  }

  /** Whether a definition is taken; anything but a refusal with causes is an error. */
  private static boolean judged(ObjectNode definition, @Nullable ObjectNode old) {
    ObjectNode object = definition.deepCopy();
    WriteContext context = WriteContext.at(NOW);
    try {
      if (old == null) {
        WritePreparation.forCreate(object, TYPE, context);
        Validation.create(object, TYPE, context);
      } else {
        WritePreparation.forUpdate(object, old.deepCopy(), TYPE, "", context);
        Validation.update(object, old, TYPE, "", context);
      }
      return true;
    } catch (ApiException e) {
      assertThat(e.code()).isEqualTo(422);
      return false;
    }
  }

  /** As a body is decoded; null if it cannot be. */
  private static @Nullable ObjectNode decoded(ObjectNode definition) {
    try {
      byte[] json = definition.toString().getBytes(StandardCharsets.UTF_8);
      byte[] canonical =
          Canonicalizer.encode(ObjectDecoder.decode(json, DEPTH).tree(), TYPE.objectType());
      ObjectNode object = ObjectDecoder.decode(canonical, DEPTH).tree();
      TYPE.defaults().apply(object);
      return object;
    } catch (MalformedException e) {
      return null;
    }
  }

  private static ObjectNode definition(JsonNode schema) {
    ObjectNode definition =
        NODES
            .objectNode()
            .put("apiVersion", "apiextensions.k8s.io/v1")
            .put("kind", "CustomResourceDefinition");
    definition.putObject("metadata").put("name", "things.example.com");
    ObjectNode spec = definition.putObject("spec").put("group", "example.com");
    spec.put("scope", "Cluster");
    spec.putObject("names").put("plural", "things").put("kind", "Thing");
    ObjectNode version = spec.putArray("versions").addObject();
    version.put("name", "v1").put("served", true).put("storage", true);
    version.putObject("schema").set("openAPIV3Schema", schema);
    return definition;
  }

  private static ObjectNode schema(Random random, int depth) {
    ObjectNode schema = NODES.objectNode();
    if (random.nextInt(3) > 0) {
      schema.put("type", depth == 0 ? "object" : WORDS.get(random.nextInt(6)));
    }
    Supplier<ObjectNode> below = () -> schema(random, depth + 1);
    for (int i = random.nextInt(4); i > 0; i--) {
      int kind = random.nextInt(depth > 5 ? 6 : 10);
      switch (kind) {
        case 0 -> schema.put(pick(random, TEXTS), pick(random, WORDS));
        case 1 -> schema.set(pick(random, NUMBERS), number(random));
        case 2 -> schema.put(pick(random, FLAGS), random.nextInt(4) > 0);
        case 3 -> schema.set(random.nextBoolean() ? "default" : "example", value(random, 0));
        case 4 ->
            schema
                .putArray("x-kubernetes-validations")
                .addObject()
                .put("rule", pick(random, RULES))
                .put("messageExpression", pick(random, RULES))
                .put("fieldPath", pick(random, List.of("", ".a", "['a']", "[", "..", "'")));
        case 5 -> schema.putArray("enum").add(value(random, 0));
        case 6 ->
            schema.set(
                pick(random, SCHEMAS),
                random.nextInt(5) == 0 ? NODES.booleanNode(true) : below.get());
        case 7 -> schema.putArray(pick(random, LISTS)).add(below.get()).add(below.get());
        case 8 -> schema.putArray("x-kubernetes-list-map-keys").add(pick(random, NAMES));
        default -> {
          ObjectNode map = schema.putObject(pick(random, MAPS));
          map.set(pick(random, NAMES), below.get());
          map.set(pick(random, NAMES), below.get());
        }
      }
    }
    return schema;
  }

  private static JsonNode number(Random random) {
    return switch (random.nextInt(5)) {
      case 0 -> NODES.numberNode(-1);
      case 1 -> NODES.numberNode(0);
      case 2 -> NODES.numberNode(Long.MAX_VALUE);
      case 3 -> NODES.numberNode(1e308);
      default -> NODES.numberNode(random.nextInt(5));
    };
  }

  private static JsonNode value(Random random, int depth) {
    return switch (random.nextInt(depth > 4 ? 5 : 8)) {
      case 0 -> NODES.nullNode();
      case 1 -> NODES.booleanNode(random.nextBoolean());
      case 2 -> number(random);
      case 3, 4 -> NODES.textNode(pick(random, WORDS));
      case 5 -> NODES.arrayNode().add(value(random, depth + 1)).add(value(random, depth + 1));
      default -> wrap(pick(random, NAMES), value(random, depth + 1));
    };
  }

  private static <T> T pick(Random random, List<T> from) {
    return from.get(random.nextInt(from.size()));
  }
}
