package dev.rheo.merge.manager;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.merge.path.FieldsV1;
import dev.rheo.merge.typed.MergeType;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** The short way of an update gives what the long way gives, whatever was written before. */
class OwnChangeTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String VERSION = "v1";
  private static final List<String> KEYS = List.of("a", "b", "c", "<&>", "k:{");
  private static final MergeType TYPE =
      new YamlSchema(
              """
              types:
              - name: root
                map:
                  fields:
                  - name: metadata
                    type:
                      namedType: __untyped_deduced_
                  - name: map
                    type:
                      map:
                        elementType:
                          scalar: untyped
                  - name: list
                    type:
                      list:
                        elementType:
                          map:
                            fields:
                            - name: name
                              type:
                                scalar: string
                            - name: value
                              type:
                                scalar: untyped
                        elementRelationship: associative
                        keys:
                        - name
              """)
          .type("root");

  private final Random random = new Random(7);
  private int shortWays;

  private final FieldManager manager =
      new FieldManager(TYPE, VERSION, "", (object, _) -> object, UnaryOperator.identity());

  @Test
  void bothWaysAgree() throws Exception {
    for (int round = 0; round < 300; round++) {
      ObjectNode live = JSON.createObjectNode();
      ObjectNode first = changed(live);
      put(first, manager.update(live, first, true, "m0", Instant.EPOCH));
      live = first;
      for (int write = 1; write < 12; write++) {
        Instant now = Instant.ofEpochSecond(write / 2);
        String name = "m" + random.nextInt(3);
        ObjectNode wanted = changed(live);
        ArrayNode quick = manager.update(live, wanted, false, name, now);
        // Another order of the entries is no difference, but makes the long way be taken.
        ObjectNode slow = wanted.deepCopy();
        JsonNode list = slow.path("metadata").path("managedFields");
        ArrayNode turned = JSON.createArrayNode();
        for (int i = list.size() - 1; i >= 0; i--) {
          turned.add(list.get(i));
        }
        ((ObjectNode) slow.path("metadata")).set("managedFields", turned);
        assertEquals(
            manager.update(live, slow, false, name, now), quick, () -> "seed 7: " + wanted);
        shortWays += quick.equals(live.path("metadata").path("managedFields")) ? 0 : 1;
        put(wanted, quick);
        live = wanted;
      }
    }
    assertTrue(shortWays > 100);
  }

  private static void put(ObjectNode object, ArrayNode managed) {
    object.withObject("/metadata").set("managedFields", managed);
  }

  /** A copy of an object in which up to two values are others, new or gone. */
  private ObjectNode changed(ObjectNode object) {
    ObjectNode copy = object.deepCopy();
    copy.withObject("/metadata");
    for (int i = random.nextInt(3); i >= 0; i--) {
      String key = KEYS.get(random.nextInt(KEYS.size()));
      if (random.nextBoolean()) {
        ObjectNode map = copy.withObject("/map");
        if (random.nextInt(6) == 0) {
          map.remove(key);
        } else {
          map.put(key, random.nextInt(3));
        }
      } else {
        element(copy.withArray("/list"), key).put("value", random.nextInt(3));
      }
    }
    return copy;
  }

  private static ObjectNode element(ArrayNode list, String key) {
    for (JsonNode element : list) {
      if (element.path("name").asText().equals(key)) {
        return (ObjectNode) element;
      }
    }
    return list.addObject().put("name", key);
  }

  @Test
  void aRenewalChangesOnlyTheTime() throws Exception {
    ObjectNode live = (ObjectNode) JSON.readTree("{\"metadata\":{},\"map\":{\"a\":1,\"b\":1}}");
    put(live, manager.update(JSON.createObjectNode(), live, true, "kubelet", Instant.EPOCH));
    ObjectNode wanted = live.deepCopy();
    wanted.withObject("/map").put("a", 2);
    JsonNode after =
        manager.update(live, wanted, false, "kubelet", Instant.ofEpochSecond(5)).get(0);
    assertEquals("1970-01-01T00:00:05Z", after.path("time").asText());
    JsonNode before = live.path("metadata").path("managedFields").get(0);
    assertNotNull(before);
    assertEquals(before.path("fieldsV1"), after.path("fieldsV1"));
    assertEquals(FieldsV1.read(before.path("fieldsV1")).size(), 3);
  }
}
