package dev.rheo.codec.io;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.codec.ExamplePod;
import dev.rheo.codec.RecordingMeter;
import dev.rheo.codec.cbor.CborForms;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.codec.yaml.YamlForms;
import java.lang.ref.Reference;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Compares what decoders charge with what their trees take on this JVM's heap. */
class WeightsTest {
  private static final int SIZE = 300_000;
  private static final int COPIES = 12;
  private static final int ROUNDS = 3;

  /** Most that a charge may exceed the tree, as a factor: temporary copies are charged, too. */
  private static final double MOST = 2.5;

  private static final Map<String, String> ELEMENTS =
      Map.ofEntries(
          Map.entry("integers", "11"),
          Map.entry("longs", "9007199254740993"),
          Map.entry("floats", "0.25"),
          Map.entry("decimals", "1.0"),
          Map.entry("large integers", "9".repeat(100)),
          Map.entry("strings", "\"text\""),
          Map.entry("strings beyond Latin-1", "\"中文\""),
          Map.entry("small objects", "{\"a\":11}"),
          Map.entry("objects of four", "{\"a\":11,\"b\":12,\"c\":13,\"d\":14}"),
          Map.entry(
              "objects of seven",
              "{\"a\":\"\",\"b\":21,\"c\":31,\"d\":41,\"e\":51,\"f\":61,\"g\":71}"),
          Map.entry("arrays of one", "[11]"),
          Map.entry("arrays of eleven", "[21,22,23,24,25,26,27,28,29,30,31]"),
          Map.entry("nested arrays", "[[[[[]]]]]"));

  @TestFactory
  Stream<DynamicTest> treesWeighWhatWasCharged() {
    return ELEMENTS.entrySet().stream()
        .map(
            element ->
                DynamicTest.dynamicTest(
                    element.getKey(),
                    () -> check(list(element.getValue()), WeightsTest::json, MOST)));
  }

  @Test
  void manyKeys() {
    StringBuilder json = new StringBuilder("{");
    for (int i = 0; json.length() < SIZE; i++) {
      json.append("\"key").append(i).append("\":1,");
    }
    check(json.append("\"\":1}").toString().getBytes(UTF_8), WeightsTest::json, MOST);
  }

  @Test
  void pods() {
    check(ExamplePod.json(1), WeightsTest::json, MOST);
    byte[] cbor = CborForms.object(ExamplePod.json(1), null);
    check(cbor, body -> CborForms.toTree(body, null), MOST);
  }

  @Test
  void longStrings() {
    check(string("text"), WeightsTest::json, 1.01);
    check(string("line\\n"), WeightsTest::json, 3.2);
    check(string("中"), WeightsTest::json, 6);
  }

  @Test
  void copiesOfAliases() {
    byte[] yaml =
        ("x: &a {b: [7, 8], c: {d: e}}\ny:\n" + "- *a\n".repeat(SIZE / 20)).getBytes(UTF_8);
    check(yaml, body -> YamlForms.toTree(body).tree(), MOST);
  }

  private static byte[] list(String element) {
    return ("{\"a\":[" + element + ("," + element).repeat(SIZE / element.length()) + "]}")
        .getBytes(UTF_8);
  }

  private static byte[] string(String piece) {
    return ("{\"a\":\"" + piece.repeat(SIZE / piece.length()) + "\"}").getBytes(UTF_8);
  }

  private static JsonNode json(byte[] body) {
    return ObjectDecoder.decode(body, ObjectDecoder.MAX_DEPTH).tree();
  }

  private static void check(byte[] body, Function<byte[], JsonNode> decode, double most) {
    int copies = COPIES * Math.max(1, SIZE / 3 / body.length);
    long charged = RecordingMeter.measure(() -> decode.apply(body)).charged();
    double real = 0;
    // Other garbage that is collected meanwhile lowers a measurement and never raises it.
    for (int round = 0; round < ROUNDS; round++) {
      real = Math.max(real, real(body, decode, copies));
    }
    assertThat((double) charged).as("real weight %.0f", real).isBetween(real * 0.99, real * most);
  }

  private static double real(byte[] body, Function<byte[], JsonNode> decode, int copies) {
    JsonNode[] trees = new JsonNode[copies];
    long before = used();
    for (int i = 0; i < copies; i++) {
      trees[i] = decode.apply(body);
    }
    double real = (double) (used() - before) / copies;
    Reference.reachabilityFence(trees);
    Reference.reachabilityFence(body);
    return real;
  }

  private static long used() {
    // The serial collector leaves some dead objects in place except in every fourth collection.
    for (int i = 0; i < 4; i++) {
      System.gc();
    }
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  /** A body of 2.3 MB whose tree exceeds the limit is refused while the tree is small. */
  @Test
  void refusedBeforeItIsThere() {
    byte[] body = ("{\"a\":[{\"a\":11}" + ",{\"a\":11}".repeat(260_000) + "]}").getBytes(UTF_8);
    long charged = RecordingMeter.measure(() -> json(body)).charged();
    assertThat(charged).isGreaterThan(260_000L * 150);
    long limit = 1_000_000;
    RecordingMeter.Bill bill = null;
    try {
      RecordingMeter.measure(limit, () -> json(body));
    } catch (RecordingMeter.Refusal e) {
      bill = e.bill();
    }
    assertThat(bill).isNotNull();
    assertThat(bill.charged()).isBetween(limit, limit + 2 * Meter.Tally.STEP);
    assertThat(bill.allocated()).isLessThan(2 * limit);
  }
}
