package dev.rheo.resource.rules;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.ApiException;
import dev.rheo.codec.io.MalformedException;
import dev.rheo.codec.json.Canonicalizer;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.resource.type.Subresource;
import dev.rheo.resource.type.WriteContext;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Writes samples with parts missing, null or empty. Each results in an object or a refusal, never
 * in another exception; defaults are idempotent; status writes change only status and metadata.
 */
class MutilatedSamplesTest {
  private static final int ROUNDS = 40 * Integer.getInteger("rheo.torture", 1);
  private static final WriteContext CONTEXT =
      WriteContext.at(Instant.parse("2026-01-02T03:04:05Z"));

  @Test
  void nothingThatIsMissingIsAnAccident() throws IOException {
    Random random = new Random(36);
    for (SamplesTest.Exchange exchange : SamplesTest.exchanges()) {
      if (exchange.code() == 400 || exchange.update()) {
        continue;
      }
      ResourceType type = SamplesTest.type(exchange.path());
      for (int round = 0; round < ROUNDS; round++) {
        ObjectNode object = exchange.input().deepCopy();
        object.put("kind", type.kind()).put("apiVersion", type.apiVersion());
        for (int i = random.nextInt(4); i >= 0; i--) {
          mutilate(object, random);
        }
        String given = object.toString();
        try {
          check(object, type);
        } catch (ApiException refused) {
          assertThat(refused.code()).as(given).isIn(400, 422);
        } catch (MalformedException refused) {
          assertThat(refused).as(given).hasMessageContaining("cannot be handled as a");
        } catch (RuntimeException accident) {
          throw new AssertionError(given, accident);
        }
      }
    }
  }

  private static void check(ObjectNode object, ResourceType type) {
    Canonicalizer.validate(object, type.objectType());
    type.defaults().apply(object);
    byte[] once = Canonicalizer.encode(object, type.objectType());
    type.defaults().apply(object);
    assertThat(Canonicalizer.encode(object, type.objectType())).isEqualTo(once);

    ObjectNode stored = type.conversion().toStored(object);
    Trees.metadata(stored).put("uid", "u").put("creationTimestamp", "2026-01-01T00:00:00Z");
    if (type.namespaced()) {
      Trees.metadata(stored).put("namespace", "default");
    }
    WritePreparation.forCreate(stored, type, CONTEXT);
    ObjectNode old = stored.deepCopy();
    try {
      Validation.create(stored, type, CONTEXT);
    } catch (ApiException refused) {
      assertThat(refused.code()).isEqualTo(422);
    }
    for (Subresource sub : type.subresources().values()) {
      if (sub.verbs().contains("update") && sub.kind().equals(type.kind())) {
        ObjectNode update = old.deepCopy();
        WritePreparation.forUpdate(update, old, type, sub.name(), CONTEXT);
        Validation.update(update, old, type, sub.name(), CONTEXT);
      }
    }
    if (type.strategy().hasStatus()) {
      // a status write that omits everything but the metadata
      ObjectNode update = old.objectNode();
      update.set("metadata", old.get("metadata").deepCopy());
      WritePreparation.forUpdate(update, old, type, "status", CONTEXT);
      for (Map.Entry<String, JsonNode> part : old.properties()) {
        if (!List.of("metadata", "status", "kind", "apiVersion").contains(part.getKey())) {
          assertThat(Trees.get(update, part.getKey()))
              .as(part.getKey())
              .isEqualTo(Trees.get(old, part.getKey()));
        }
      }
      assertThat(Trees.number(update, "metadata", "generation"))
          .isEqualTo(Trees.number(old, "metadata", "generation"));
    }
    ObjectNode same = old.deepCopy();
    WritePreparation.forUpdate(same, old, type, "", CONTEXT);
    assertThat(encode(same, type))
        .as("an update that changes nothing")
        .isEqualTo(encode(old, type));
    type.conversion().fromStored(same);
    Canonicalizer.encode(same, type.objectType());
  }

  private static ObjectNode encode(ObjectNode object, ResourceType type) {
    ObjectNode shown = type.conversion().fromStored(object.deepCopy());
    return ObjectDecoder.decode(Canonicalizer.encode(shown, type.objectType()), 100).tree();
  }

  /** Removes or empties one value at a random depth, never the top kind or apiVersion. */
  private static void mutilate(ObjectNode object, Random random) {
    JsonNode at = object;
    for (int depth = random.nextInt(6); ; depth--) {
      if (at instanceof ObjectNode node && !node.isEmpty()) {
        List<String> names = new ArrayList<>();
        node.fieldNames().forEachRemaining(names::add);
        String name = names.get(random.nextInt(names.size()));
        if (depth <= 0 || !node.get(name).isContainerNode()) {
          if (at == object && (name.equals("kind") || name.equals("apiVersion"))) {
            return;
          }
          take(node, name, random);
          return;
        }
        at = node.get(name);
      } else if (at instanceof ArrayNode list && !list.isEmpty()) {
        int index = random.nextInt(list.size());
        if (depth <= 0 || !list.get(index).isContainerNode()) {
          list.remove(index);
          return;
        }
        at = list.get(index);
      } else {
        return;
      }
    }
  }

  private static void take(ObjectNode node, String name, Random random) {
    JsonNode value = node.get(name);
    switch (random.nextInt(3)) {
      case 0 -> node.remove(name);
      case 1 -> node.putNull(name);
      default -> {
        if (value.isObject()) {
          node.putObject(name);
        } else if (value.isArray()) {
          node.putArray(name);
        } else if (value.isTextual()) {
          node.put(name, "");
        } else if (value.isBoolean()) {
          node.put(name, !value.booleanValue());
        } else {
          node.put(name, 0);
        }
      }
    }
  }
}
