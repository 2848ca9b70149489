package dev.rheo.codec.yaml;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.AwkwardTexts;
import dev.rheo.codec.Golden;
import dev.rheo.codec.Mutator;
import dev.rheo.codec.RecordingMeter;
import dev.rheo.codec.io.MalformedException;
import dev.rheo.codec.json.Canonicalizer;
import dev.rheo.codec.json.ObjectDecoder;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Damaged YAML is read or refused with 400, and any tree survives conversion to YAML and back. The
 * number of rounds scales with the system property {@code rheo.torture}.
 */
class YamlFuzzTest {
  private static final int ROUNDS = 2500 * Integer.getInteger("rheo.torture", 1);
  private static final int LARGEST = 6000;

  /** Pieces of YAML syntax to insert, so that mutations change the structure. */
  private static final String[] PIECES = {
    "&a ",
    "*a",
    "<<: ",
    "- ",
    "? ",
    ": ",
    "|\n",
    ">-\n",
    "!!int ",
    "!x ",
    "\n",
    "\n\n",
    "  ",
    "\t",
    "---\n",
    "...\n",
    "{",
    "}",
    "[",
    "]",
    ",",
    "#",
    " #",
    "\"",
    "'",
    "%YAML 1.1\n",
    "\u0085",
    "\ufeff",
    "\\x",
    "\\u12",
    "~",
    "0o7",
    "1e9",
    "yes",
    "\u0000",
  };

  @Test
  void readsOrRefuses() {
    long seed = Long.getLong("rheo.seed", 20260107);
    Random random = new Random(seed);
    Mutator mutator = new Mutator(seed);
    List<byte[]> documents =
        Golden.all()
            .map(golden -> YamlForms.object(golden.json()))
            .filter(yaml -> yaml.length < LARGEST)
            .toList();
    int accepted = 0;
    for (int i = 0; i < ROUNDS; i++) {
      byte[] document = documents.get(random.nextInt(documents.size()));
      byte[] other = documents.get(random.nextInt(documents.size()));
      byte[] input = random.nextBoolean() ? mutator.mutate(document, other) : document;
      for (int n = random.nextInt(4); n > 0; n--) {
        input = insert(input, random);
      }
      try {
        accepted += check(input) ? 1 : 0;
      } catch (Throwable e) {
        throw new AssertionError(
            "seed %d round %d: %s".formatted(seed, i, new String(input, UTF_8)), e);
      }
    }
    assertThat(accepted).isGreaterThan(ROUNDS / 50).isLessThan(ROUNDS);
  }

  private static byte[] insert(byte[] input, Random random) {
    String text = new String(input, UTF_8);
    int at = random.nextInt(text.length() + 1);
    String piece = PIECES[random.nextInt(PIECES.length)];
    return (text.substring(0, at) + piece + text.substring(at)).getBytes(UTF_8);
  }

  private static boolean check(byte[] input) {
    byte[] json;
    try {
      RecordingMeter.assertPaid(input, () -> YamlForms.toTree(input));
      json = Canonicalizer.encode(YamlForms.toTree(input).tree(), null);
    } catch (MalformedException e) {
      return false;
    }
    assertSurvives(json);
    return true;
  }

  private static void assertSurvives(byte[] json) {
    byte[] again = Canonicalizer.encode(YamlForms.toTree(YamlForms.object(json)).tree(), null);
    ObjectNode wanted = ObjectDecoder.decode(json, ObjectDecoder.MAX_DEPTH).tree();
    assertThat(new String(again, UTF_8))
        .isEqualTo(new String(Canonicalizer.encode(wanted, null), UTF_8));
  }

  @Test
  void anyTreeSurvives() {
    long seed = Long.getLong("rheo.seed", 20260108);
    Random random = new Random(seed);
    List<String> texts = AwkwardTexts.all();
    for (int i = 0; i < ROUNDS; i++) {
      ObjectNode object = new ObjectMapper().createObjectNode();
      fill(object, random, texts, 4);
      byte[] json = Canonicalizer.encode(object, null);
      try {
        assertSurvives(json);
      } catch (Throwable e) {
        throw new AssertionError(
            "seed %d round %d: %s".formatted(seed, i, new String(json, UTF_8)), e);
      }
    }
  }

  private static String text(Random random, List<String> texts) {
    String text = texts.get(random.nextInt(texts.size()));
    return random.nextBoolean() ? text : text + texts.get(random.nextInt(texts.size()));
  }

  private static void fill(ObjectNode object, Random random, List<String> texts, int depth) {
    for (int n = random.nextInt(4); n > 0; n--) {
      String key = text(random, texts);
      switch (random.nextInt(depth > 0 ? 6 : 4)) {
        case 0 -> object.put(key, random.nextLong() >> random.nextInt(64));
        case 1 -> object.put(key, random.nextBoolean());
        case 2 -> object.putNull(key);
        case 3 -> object.put(key, text(random, texts));
        case 4 -> fill(object.putObject(key), random, texts, depth - 1);
        default -> fill(object.putArray(key), random, texts, depth - 1);
      }
    }
  }

  private static void fill(ArrayNode array, Random random, List<String> texts, int depth) {
    for (int n = random.nextInt(4); n > 0; n--) {
      switch (random.nextInt(depth > 0 ? 4 : 2)) {
        case 0 -> array.add(Double.longBitsToDouble(random.nextLong() & 0x7FE0_FFFF_FFFF_FFFFL));
        case 1 -> array.add(text(random, texts));
        case 2 -> fill(array.addObject(), random, texts, depth - 1);
        default -> fill(array.addArray(), random, texts, depth - 1);
      }
    }
  }
}
