package dev.rheo.codec.protobuf;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.Golden;
import dev.rheo.codec.Mutator;
import dev.rheo.codec.RecordingMeter;
import dev.rheo.codec.io.MalformedException;
import dev.rheo.codec.json.Canonicalizer;
import dev.rheo.codec.schema.ObjectType;
import dev.rheo.codec.schema.TypeTable;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Damaged protobuf is read or refused with 400, and what is read survives conversion to JSON and
 * back. The number of rounds scales with the system property {@code rheo.torture}.
 */
class ProtobufFuzzTest {
  private static final int ROUNDS = 20_000 * Integer.getInteger("rheo.torture", 1);
  private static final ProtobufCodec CODEC = ProtobufCodec.builtIn();

  @Test
  void readsOrRefuses() {
    long seed = Long.getLong("rheo.seed", 20260102);
    Random random = new Random(seed);
    Mutator mutator = new Mutator(seed);
    List<Golden> vectors = Golden.all().toList();
    int accepted = 0;
    for (int i = 0; i < ROUNDS; i++) {
      Golden golden = vectors.get(random.nextInt(vectors.size()));
      Golden other = vectors.get(random.nextInt(vectors.size()));
      byte[] input = mutator.mutate(golden.protobuf(), other.protobuf());
      try {
        accepted += check(input) ? 1 : 0;
      } catch (Throwable e) {
        throw new AssertionError(
            "seed %d round %d %s: %s".formatted(seed, i, golden, HexFormat.of().formatHex(input)),
            e);
      }
    }
    assertThat(accepted).isGreaterThan(ROUNDS / 50).isLessThan(ROUNDS);
  }

  private static boolean check(byte[] input) {
    ObjectNode tree;
    byte[] json;
    ObjectType type;
    try {
      RecordingMeter.assertPaid(input, () -> CODEC.toTree(input));
      tree = CODEC.toTree(input);
      type = TypeTable.builtIn().type(tree.path("apiVersion").asText(), tree.path("kind").asText());
      json = Canonicalizer.encodeAnswer(tree, type); // refuses malformed quantities
    } catch (MalformedException e) {
      return false;
    }
    byte[] protobuf = CODEC.toProtobuf(json);
    assertThat(CODEC.toJson(protobuf)).isEqualTo(json);
    return true;
  }

  /** JSON that is not canonical is also written or refused. */
  @Test
  void writesOrRefusesDamagedJson() {
    long seed = Long.getLong("rheo.seed", 20260103);
    Random random = new Random(seed);
    Mutator mutator = new Mutator(seed);
    List<Golden> vectors = Golden.all().toList();
    for (int i = 0; i < ROUNDS; i++) {
      Golden golden = vectors.get(random.nextInt(vectors.size()));
      byte[] input = mutator.mutate(golden.json(), golden.json());
      try {
        CODEC.toProtobuf(input);
      } catch (MalformedException e) {
        // Refused.
      } catch (Throwable e) {
        throw new AssertionError("seed %d round %d %s".formatted(seed, i, golden), e);
      }
    }
  }
}
