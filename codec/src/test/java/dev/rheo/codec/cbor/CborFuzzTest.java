package dev.rheo.codec.cbor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.Golden;
import dev.rheo.codec.Mutator;
import dev.rheo.codec.RecordingMeter;
import dev.rheo.codec.io.MalformedException;
import dev.rheo.codec.json.Canonicalizer;
import dev.rheo.codec.json.ObjectDecoder;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Damaged CBOR is read or refused with 400, and what is read survives conversion to JSON and back.
 * The number of rounds scales with the system property {@code rheo.torture}.
 */
class CborFuzzTest {
  private static final int ROUNDS = 20_000 * Integer.getInteger("rheo.torture", 1);

  @Test
  void readsOrRefuses() {
    long seed = Long.getLong("rheo.seed", 20260105);
    Random random = new Random(seed);
    Mutator mutator = new Mutator(seed);
    List<Golden> vectors = Golden.all().toList();
    int accepted = 0;
    for (int i = 0; i < ROUNDS; i++) {
      Golden golden = vectors.get(random.nextInt(vectors.size()));
      Golden other = vectors.get(random.nextInt(vectors.size()));
      byte[] input = mutator.mutate(cbor(golden), cbor(other));
      try {
        accepted += check(input, golden) ? 1 : 0;
      } catch (Throwable e) {
        throw new AssertionError(
            "seed %d round %d %s: %s".formatted(seed, i, golden, HexFormat.of().formatHex(input)),
            e);
      }
    }
    assertThat(accepted).isGreaterThan(ROUNDS / 50).isLessThan(ROUNDS);
  }

  private static byte[] cbor(Golden golden) {
    return CborForms.object(golden.json(), golden.type());
  }

  private static boolean check(byte[] input, Golden golden) {
    byte[] json;
    try {
      RecordingMeter.assertPaid(input, () -> CborForms.toTree(input, golden.type()));
      ObjectNode tree = CborForms.toTree(input, golden.type());
      CborForms.toTree(input, null); // what is refused does not depend on the type
      json = Canonicalizer.encodeAnswer(tree, golden.type());
    } catch (MalformedException e) {
      return false;
    }
    ObjectNode wanted = ObjectDecoder.decode(json, ObjectDecoder.MAX_DEPTH).tree();
    for (byte[] cbor :
        List.of(CborForms.object(json, golden.type()), CborForms.object(json, null))) {
      ObjectNode again = CborForms.toTree(cbor, golden.type());
      assertThat(new String(Canonicalizer.encodeAnswer(again, golden.type()), UTF_8))
          .isEqualTo(new String(Canonicalizer.encodeAnswer(wanted, golden.type()), UTF_8));
    }
    return true;
  }

  /** Random bytes in small inputs, so that every initial byte occurs in every position. */
  @Test
  void readsOrRefusesNoise() {
    Random random = new Random(Long.getLong("rheo.seed", 20260106));
    for (int i = 0; i < 10 * ROUNDS; i++) {
      byte[] input = new byte[3 + random.nextInt(24)];
      random.nextBytes(input);
      input[0] = (byte) (random.nextBoolean() ? 0xBF : 0xA1);
      input[1] = 0x61;
      try {
        CborForms.toTree(input, null);
      } catch (MalformedException e) {
        // Refused.
      } catch (Throwable e) {
        throw new AssertionError(HexFormat.of().formatHex(input), e);
      }
    }
  }
}
