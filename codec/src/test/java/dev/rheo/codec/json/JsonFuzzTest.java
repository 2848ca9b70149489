package dev.rheo.codec.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.Golden;
import dev.rheo.codec.Mutator;
import dev.rheo.codec.RecordingMeter;
import dev.rheo.codec.io.MalformedException;
import dev.rheo.codec.schema.ObjectType;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * The decoder, the canonicalizer and the header scan either read or refuse damaged JSON, and their
 * results agree. The number of rounds scales with the system property {@code rheo.torture}.
 */
class JsonFuzzTest {
  private static final int ROUNDS = 20_000 * Integer.getInteger("rheo.torture", 1);
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private static final List<SelectableField> FIELDS =
      List.of(
          SelectableField.string("metadata.name"),
          SelectableField.string("spec.nodeName"),
          SelectableField.bool("spec.unschedulable"),
          SelectableField.integer("status.replicas"),
          SelectableField.or("status.podIP", "status.podIPs.0.ip"),
          SelectableField.or("source", "source.component", "reportingComponent"));

  @Test
  void succeedsOrRefusesAndAgrees() {
    long seed = Long.getLong("rheo.seed", 20260101);
    Random random = new Random(seed);
    Mutator mutator = new Mutator(seed);
    List<Golden> vectors = Golden.all().toList();
    int accepted = 0;
    for (int i = 0; i < ROUNDS; i++) {
      Golden golden = vectors.get(random.nextInt(vectors.size()));
      Golden other = vectors.get(random.nextInt(vectors.size()));
      byte[] input = mutator.mutate(golden.json(), other.json());
      try {
        accepted += check(input, golden.type()) ? 1 : 0;
      } catch (Throwable e) {
        throw new AssertionError(
            "seed %d round %d %s: %s".formatted(seed, i, golden, new String(input, UTF_8)), e);
      }
    }
    assertThat(accepted).isGreaterThan(ROUNDS / 50).isLessThan(ROUNDS);
  }

  private static boolean check(byte[] input, ObjectType type) {
    ObjectHeader raw = null;
    try {
      raw = ObjectHeader.scan(input, FIELDS); // not validated: no other exception may occur
    } catch (IllegalArgumentException e) {
      assertThat(e).hasMessageMatching("(?s)(invalid character|unexpected end).*");
    }
    ObjectNode tree;
    byte[] form;
    try {
      RecordingMeter.assertPaid(input, () -> ObjectDecoder.decode(input, ObjectDecoder.MAX_DEPTH));
      tree = ObjectDecoder.decode(input, ObjectDecoder.MAX_DEPTH).tree();
      Canonicalizer.unknownFields(tree, type);
      untyped(tree);
      form = Canonicalizer.encode(tree, type);
    } catch (MalformedException e) {
      return false;
    }
    assertThat(raw).isNotNull();
    ObjectNode again = ObjectDecoder.decode(form, ObjectDecoder.MAX_DEPTH).tree();
    assertThat(Canonicalizer.encode(again, type)).isEqualTo(form);
    Canonicalizer.validate(tree, type);
    Canonicalizer.normalize(tree, type);
    assertThat(Canonicalizer.encode(tree, type)).isEqualTo(form);
    assertThat(Canonicalizer.unknownFields(again, type)).isEmpty();
    headerAgrees(form, type);
    return true;
  }

  private static void untyped(ObjectNode tree) {
    byte[] form = Canonicalizer.encode(tree, null);
    ObjectNode again = ObjectDecoder.decode(form, ObjectDecoder.MAX_DEPTH).tree();
    assertThat(Canonicalizer.encode(again, null)).isEqualTo(form);
  }

  private static void headerAgrees(byte[] form, ObjectType type) {
    JsonNode tree;
    try {
      tree = MAPPER.readTree(form);
    } catch (java.io.IOException e) {
      throw new AssertionError("the canonical form is not JSON", e);
    }
    ObjectHeader header = ObjectHeader.scan(form, FIELDS);
    JsonNode metadata = tree.path("metadata");
    assertThat(header.name()).isEqualTo(metadata.path("name").asText());
    assertThat(header.namespace()).isEqualTo(metadata.path("namespace").asText());
    assertThat(header.uid()).isEqualTo(metadata.path("uid").asText());
    assertThat(header.deleting()).isEqualTo(metadata.hasNonNull("deletionTimestamp"));
    TreeMap<String, String> labels = new TreeMap<>();
    metadata
        .path("labels")
        .properties()
        .forEach(e -> labels.put(e.getKey(), e.getValue().asText()));
    assertThat(header.labels())
        .isEqualTo(
            labels.entrySet().stream()
                .flatMap(e -> java.util.stream.Stream.of(e.getKey(), e.getValue()))
                .toList());
    JsonNode source = tree.path("source");
    String component = source.path("component").asText();
    assertThat(header.fieldValues())
        .containsExactly(
            metadata.path("name").asText(),
            text(tree.path("spec").path("nodeName"), ""),
            text(tree.path("spec").path("unschedulable"), "false"),
            text(tree.path("status").path("replicas"), "0"),
            text(tree.path("status").path("podIPs").path(0).path("ip"), ""),
            component.isEmpty() ? text(tree.path("reportingComponent"), "") : component);
    if (type.field("metadata") != null && type.field("metadata").type().isObjectMeta()) {
      String json = new String(form, java.nio.charset.StandardCharsets.ISO_8859_1);
      assertThat(json.substring(0, header.revisionOffset())).endsWith("\"resourceVersion\":\"");
      assertThat(json.charAt(header.revisionOffset())).isEqualTo('"');
      assertThat(json.startsWith("\"metadata\":{", header.metadataOffset())).isTrue();
      byte[] spliced = RevisionSplice.splice(form, header.revisionOffset(), 9876543210L);
      ObjectHeader revised = ObjectHeader.scan(spliced, FIELDS);
      assertThat(revised.revisionLength()).isEqualTo(10);
      assertThat(revised.metadataEnd()).isEqualTo(header.metadataEnd() + 10);
      assertThat(RevisionSplice.splice(spliced, revised.revisionOffset(), 10, 5))
          .isEqualTo(RevisionSplice.splice(form, header.revisionOffset(), 5));
      assertThat(
              json.substring(
                  header.metadataOffset() + "\"metadata\":".length(), header.metadataEnd()))
          .satisfies(
              text ->
                  assertThat(
                          MAPPER.readTree(
                              text.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1)))
                      .isEqualTo(metadata));
    }
  }

  private static String text(JsonNode value, String absent) {
    return value.isValueNode() && !value.isNull() && !value.asText().isEmpty()
        ? value.asText()
        : absent;
  }
}
