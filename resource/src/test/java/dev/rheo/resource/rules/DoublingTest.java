package dev.rheo.resource.rules;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.rheo.api.status.ApiException;
import dev.rheo.codec.io.MalformedException;
import dev.rheo.codec.json.Canonicalizer;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.codec.schema.FieldType;
import dev.rheo.codec.schema.FieldType.Cardinality;
import dev.rheo.codec.schema.ObjectType;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.builtin.BuiltInResources;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.resource.type.Subresource;
import dev.rheo.resource.type.WriteContext;
import dev.rheo.testing.Growth;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * The cost of a write, from decoding to the validation of an update, grows no faster than the
 * object. It is measured for every list and map of any type, and for every string of the samples.
 */
class DoublingTest {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final WriteContext CONTEXT =
      WriteContext.at(Instant.parse("2026-01-02T03:04:05Z"));
  private static final int TORTURE = Integer.getInteger("rheo.torture", 1);
  private static final int ELEMENTS = 2400 * TORTURE;
  private static final int CHARACTERS = 200_000 * TORTURE;

  /** Texts that are valid or invalid as names, images, addresses and numbers. */
  private static final List<String> TEXTS = List.of("a", "a.", "1", "a-", "/", ":a", "\u0001", "é");

  private final Growth growth = new Growth();

  /** A field that is a list or map, with the path to it from the top of a resource. */
  private record Spot(ResourceType resource, List<FieldType> path) {
    FieldType field() {
      return path.getLast();
    }

    @Override
    public String toString() {
      return resource + " " + path.stream().map(FieldType::name).toList();
    }
  }

  @Test
  void listsAndMaps() {
    List<Spot> spots = new ArrayList<>();
    Set<String> known = new HashSet<>();
    for (ResourceType type : BuiltInResources.registry().all()) {
      if (type.isStored()) {
        walk(type, type.objectType(), new ArrayList<>(), known, spots);
      }
    }
    assertThat(spots).hasSizeGreaterThan(400);
    for (Spot spot : spots) {
      growth.check(
          spot.toString(),
          ELEMENTS,
          size -> {
            byte[] body =
                object(spot, size).toString().getBytes(java.nio.charset.StandardCharsets.UTF_8);
            return () -> write(body, spot.resource());
          });
    }
    assertThat(growth.faults()).isEmpty();
  }

  @Test
  void strings() throws IOException {
    Set<String> known = new HashSet<>();
    int turn = 0;
    for (SamplesTest.Exchange exchange : SamplesTest.exchanges()) {
      if (exchange.update() || exchange.code() == 400) {
        continue;
      }
      ResourceType type = SamplesTest.type(exchange.path());
      for (String pointer : texts(exchange.input())) {
        if (!known.add(type + pointer.replaceAll("/[0-9]+", "/"))) {
          continue;
        }
        String text = TEXTS.get(turn++ % TEXTS.size());
        growth.check(
            exchange.path() + pointer + " of " + text,
            CHARACTERS,
            size -> {
              ObjectNode object = exchange.input().deepCopy();
              set(object, pointer, text.repeat(size / text.length()));
              byte[] body = object.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8);
              return () -> refusing(() -> write(body, type));
            });
      }
    }
    assertThat(growth.faults()).isEmpty();
  }

  private static void write(byte[] body, ResourceType type) {
    ObjectNode object = ObjectDecoder.decode(body, ObjectDecoder.MAX_DEPTH).tree();
    object.put("kind", type.kind()).put("apiVersion", type.apiVersion());
    Canonicalizer.unknownFields(object, type.objectType());
    Canonicalizer.normalize(object, type.objectType());
    type.defaults().apply(object);
    type.conversion().toStored(object);
    ObjectNode metadata = Trees.metadata(object);
    if (!Trees.has(metadata, "name")) {
      metadata.put("name", "a");
    }
    metadata.put("uid", "u").put("creationTimestamp", "2026-01-01T00:00:00Z");
    if (type.namespaced()) {
      metadata.put("namespace", "default");
    }
    WritePreparation.forCreate(object, type, CONTEXT);
    ignoring(() -> Validation.create(object, type, CONTEXT));
    List<String> subresources = new ArrayList<>(List.of(""));
    for (Subresource sub : type.subresources().values()) {
      if (sub.verbs().contains("update") && sub.kind().equals(type.kind())) {
        subresources.add(sub.name());
      }
    }
    for (String subresource : subresources) {
      ObjectNode update = object.deepCopy();
      WritePreparation.forUpdate(update, object, type, subresource, CONTEXT);
      ignoring(() -> Validation.update(update, object, type, subresource, CONTEXT));
    }
    Canonicalizer.encodeAnswer(type.conversion().fromStored(object), type.objectType());
  }

  /** Refuses what is malformed, as the server does. */
  private static void refusing(Runnable work) {
    try {
      work.run();
    } catch (MalformedException e) {
      throw ApiException.badRequest(String.valueOf(e.getMessage()));
    }
  }

  /** Ignores a refusal, so that the steps after it are measured, too. */
  private static void ignoring(Runnable check) {
    try {
      check.run();
    } catch (ApiException refused) {
      assertThat(refused.status().toJson().length).isLessThanOrEqualTo(64 << 10);
    } catch (MalformedException refused) {
      assertThat(String.valueOf(refused.getMessage()).length()).isLessThanOrEqualTo(64 << 10);
    }
  }

  /** Visits each field of a struct once, except that the top two levels recur per resource. */
  private static void walk(
      ResourceType resource,
      ObjectType type,
      List<FieldType> path,
      Set<String> known,
      List<Spot> spots) {
    for (FieldType field : type.fields()) {
      String id = type.goName() + "." + field.name();
      if (!known.add(path.size() < 2 ? resource + id : id)) {
        continue;
      }
      path.add(field);
      if (field.cardinality() == Cardinality.LIST || field.cardinality() == Cardinality.MAP) {
        spots.add(new Spot(resource, List.copyOf(path)));
      }
      if (field.kind() == FieldType.Kind.OBJECT && field.type() != null) {
        walk(resource, field.type(), path, known, spots);
      }
      path.removeLast();
    }
  }

  private static ObjectNode object(Spot spot, int size) {
    ObjectNode top = NODES.objectNode();
    ObjectNode at = top;
    for (FieldType step : spot.path().subList(0, spot.path().size() - 1)) {
      at =
          switch (step.cardinality()) {
            case LIST -> at.putArray(step.name()).addObject();
            case MAP -> at.putObject(step.name()).putObject("a");
            default -> at.putObject(step.name());
          };
    }
    FieldType field = spot.field();
    if (field.cardinality() == Cardinality.LIST) {
      ArrayNode list = at.putArray(field.name());
      for (int i = 0; i < size; i++) {
        list.add(element(field, i, 2));
      }
    } else {
      ObjectNode map = at.putObject(field.name());
      for (int i = 0; i < size; i++) {
        map.set("k" + i, element(field, i, 2));
      }
    }
    return top;
  }

  /** A value distinct for {@code i} where its kind allows, with parts down to {@code depth}. */
  private static JsonNode element(FieldType field, int i, int depth) {
    return switch (field.kind()) {
      case STRING -> TextNode.valueOf("a" + i);
      case BYTES -> TextNode.valueOf("YWFh");
      case BOOLEAN -> NODES.booleanNode(true);
      case INT32, INT64, DOUBLE, INT_OR_STRING -> NODES.numberNode(i + 1);
      case TIME -> TextNode.valueOf("2026-01-01T00:00:00Z");
      case MICRO_TIME -> TextNode.valueOf("2026-01-01T00:00:00.000000Z");
      case QUANTITY -> TextNode.valueOf(i + "Mi");
      case STRING_LIST -> NODES.arrayNode().add("a" + i);
      case OBJECT -> struct(field, i, depth);
      default -> NODES.objectNode().put("a", i);
    };
  }

  private static ObjectNode struct(FieldType field, int i, int depth) {
    ObjectNode struct = NODES.objectNode();
    for (FieldType part : field.requireType().fields()) {
      boolean object = part.kind() == FieldType.Kind.OBJECT;
      if (part.name().isEmpty() || (object && depth == 0) || struct.size() > 5) {
        continue;
      }
      switch (part.cardinality()) {
        case LIST -> struct.putArray(part.name()).add(element(part, i, depth - 1));
        case MAP -> struct.putObject(part.name()).set("k" + i, element(part, i, depth - 1));
        default -> struct.set(part.name(), element(part, i, depth - 1));
      }
    }
    return struct;
  }

  private static List<String> texts(JsonNode tree) {
    List<String> found = new ArrayList<>();
    texts(tree, "", found);
    return found;
  }

  private static void texts(JsonNode node, String pointer, List<String> found) {
    if (node.isTextual()) {
      found.add(pointer);
    } else if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        texts(node.get(i), pointer + "/" + i, found);
      }
    } else {
      for (Map.Entry<String, JsonNode> member : node.properties()) {
        String name = member.getKey().replace("~", "~0").replace("/", "~1");
        texts(member.getValue(), pointer + "/" + name, found);
      }
    }
  }

  private static void set(ObjectNode object, String pointer, String text) {
    int slash = pointer.lastIndexOf('/');
    JsonNode parent = object.at(pointer.substring(0, slash));
    String name = pointer.substring(slash + 1).replace("~1", "/").replace("~0", "~");
    if (parent instanceof ArrayNode list) {
      list.set(Integer.parseInt(name), text);
    } else {
      ((ObjectNode) parent).put(name, text);
    }
  }
}
