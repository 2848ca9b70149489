package dev.rheo.codec;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.rheo.codec.cbor.CborForms;
import dev.rheo.codec.io.ByteOutput;
import dev.rheo.codec.json.Canonicalizer;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.codec.protobuf.ProtobufCodec;
import dev.rheo.codec.schema.ObjectType;
import dev.rheo.codec.schema.TypeTable;
import dev.rheo.codec.yaml.YamlForms;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/** Inputs of any size, each of which grows in one respect, as an attacker would send them. */
final class Shapes {
  private static final ObjectType SECRET = TypeTable.builtIn().type("v1", "Secret");
  private static final ObjectType POD = TypeTable.builtIn().type("v1", "Pod");
  private static final int DEEP = 900;

  private Shapes() {}

  /**
   * A construct in one format.
   *
   * @param input builds an input of about the given number of bytes
   * @param read processes the input; may refuse with a MalformedException
   */
  record Shape(IntFunction<byte[]> input, Consumer<byte[]> read) {}

  static Map<String, Shape> all() {
    Map<String, Shape> all = new LinkedHashMap<>();
    json()
        .forEach(
            (name, input) -> {
              all.put("JSON " + name, new Shape(input, Shapes::json));
              all.put("YAML, flow: " + name, new Shape(input, YamlForms::toTree));
            });
    for (String name : new String[] {"ints", "strings", "objects", "keys", "escapes", "text"}) {
      IntFunction<byte[]> input = json().get(name);
      all.put(
          "YAML, block: " + name,
          new Shape(n -> YamlForms.object(input.apply(n / 2)), YamlForms::toTree));
      all.put(
          "CBOR " + name,
          new Shape(
              n -> CborForms.object(input.apply(n), null), cbor -> CborForms.toTree(cbor, null)));
      all.put("JSON to YAML: " + name, new Shape(input, YamlForms::object));
      all.put("JSON to CBOR: " + name, new Shape(input, j -> CborForms.object(j, null)));
    }
    yaml().forEach((name, input) -> all.put("YAML " + name, new Shape(input, YamlForms::toTree)));
    cbor()
        .forEach(
            (name, input) ->
                all.put("CBOR " + name, new Shape(input, c -> CborForms.toTree(c, SECRET))));
    protobuf()
        .forEach(
            (name, input) ->
                all.put(
                    "protobuf " + name,
                    new Shape(input, p -> ProtobufCodec.builtIn().toTree(p, "v1", "Pod"))));
    return all;
  }

  /** Does all that is done with a JSON body, until it is refused. */
  private static void json(byte[] json) {
    ObjectDecoder.Decoded decoded = ObjectDecoder.decode(json, ObjectDecoder.MAX_DEPTH);
    Canonicalizer.encode(decoded.tree(), null);
    for (ObjectType type : new ObjectType[] {SECRET, POD}) {
      Canonicalizer.unknownFields(decoded.tree(), type);
      Canonicalizer.normalize(decoded.tree(), type);
      Canonicalizer.encode(decoded.tree(), type);
    }
  }

  static Map<String, IntFunction<byte[]>> json() {
    Map<String, IntFunction<byte[]>> all = new LinkedHashMap<>();
    list(all, "ints", i -> "11");
    list(all, "longs", i -> Long.toString(Long.MAX_VALUE - i));
    list(all, "integers of 400 digits", i -> "7".repeat(400));
    list(all, "floats", i -> i + ".25");
    list(all, "floats as they were written", i -> i + ".0");
    list(all, "floats of 400 characters", i -> "0." + "7".repeat(398));
    list(all, "tiny floats", i -> "1e-999999999");
    list(all, "zeros of a huge exponent", i -> "0e999999999");
    list(all, "strings", i -> "\"s" + i + "\"");
    list(all, "empty strings", i -> "\"\"");
    list(all, "objects", i -> "{\"a\":11}");
    list(all, "empty objects", i -> "{}");
    list(all, "empty arrays", i -> "[]");
    list(all, "larger objects", i -> "{\"a\":1,\"b\":2,\"c\":\"d\",\"e\":[1]}");
    list(all, "nested arrays", i -> "[".repeat(DEEP) + "]".repeat(DEEP));
    list(all, "nested objects", i -> "{\"a\":".repeat(DEEP) + "1" + "}".repeat(DEEP));
    map(all, "keys", i -> "\"key" + i + "\":1");
    map(all, "long keys", i -> "\"" + "k".repeat(500) + i + "\":1");
    map(all, "colliding keys", i -> "\"" + colliding(i) + "\":1");
    map(all, "the same key", i -> "\"a\":1");
    map(all, "two keys again and again", i -> "\"" + "ab".charAt(i & 1) + "\":{\"c\":1}");
    all.put("deep duplicates", n -> wrap("{\"a\":".repeat(DEEP), "\"b\":1", "}".repeat(DEEP), n));
    text(all, "text", "line of text ");
    text(all, "escapes", "a\\n");
    text(all, "unicode escapes", "\\u0041\\u4e2d");
    text(all, "text beyond ASCII", "é");
    text(all, "text beyond Latin-1", "中");
    text(all, "a digit", "7");
    all.put("a number", n -> ("{\"a\":" + "7".repeat(n) + "}").getBytes(ISO_8859_1));
    all.put("a fraction", n -> ("{\"a\":0." + "7".repeat(n) + "}").getBytes(ISO_8859_1));
    all.put("white space", n -> ("{\"a\":" + " ".repeat(n) + "1}").getBytes(ISO_8859_1));
    all.put("base64", n -> secret("QUJD".repeat(n / 4)));
    all.put("base64 with line breaks", n -> secret("QUJD\\n".repeat(n / 6)));
    all.put("kind", n -> ("{\"data\":7,\"kind\":\"" + "k".repeat(n) + "\"}").getBytes(ISO_8859_1));
    all.put("quantities", n -> limits(n, "\"1e999999999\""));
    all.put("quantities of many digits", n -> limits(n, "\"0." + "7".repeat(900) + "\""));
    all.put("a quantity", n -> limits(1, "\"" + "7".repeat(n) + "\""));
    all.put("times", n -> managed(n, "\"2026-01-01T00:00:00.7777777+01:00\""));
    all.put("a time", n -> managed(1, "\"2026-01-01T00:00:00." + "7".repeat(n) + "Z\""));
    all.put("no time", n -> managed(1, "\"" + "7".repeat(n) + "\""));
    all.put("empty finalizers", n -> wrap("{\"metadata\":{\"finalizers\":[", "\"\"", "]}}", n));
    all.put("null finalizers", n -> wrap("{\"metadata\":{\"finalizers\":[", "null", "]}}", n));
    all.put("null containers", n -> wrap("{\"spec\":{\"containers\":[", "null", "]}}", n));
    all.put("unknown fields", n -> members("{\"metadata\":{", i -> "\"x" + i + "\":{}", "}}", n));
    return all;
  }

  private static void list(
      Map<String, IntFunction<byte[]>> all, String name, IntFunction<String> element) {
    all.put(name, n -> members("{\"data\":[", element, "]}", n));
  }

  private static void map(
      Map<String, IntFunction<byte[]>> all, String name, IntFunction<String> member) {
    all.put(name, n -> members("{\"spec\":{", member, "}}", n));
  }

  private static void text(Map<String, IntFunction<byte[]>> all, String name, String piece) {
    int size = piece.getBytes(UTF_8).length;
    all.put(
        name, n -> ("{\"stringData\":{\"a\":\"" + piece.repeat(n / size) + "\"}}").getBytes(UTF_8));
  }

  private static byte[] secret(String data) {
    return ("{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"data\":{\"a\":\"" + data + "\"}}")
        .getBytes(ISO_8859_1);
  }

  private static byte[] limits(int n, String quantity) {
    return members("{\"spec\":{\"overhead\":{", i -> "\"r" + i + "\":" + quantity, "}}}", n);
  }

  private static byte[] managed(int n, String time) {
    return members("{\"metadata\":{\"managedFields\":[", i -> "{\"time\":" + time + "}", "]}}", n);
  }

  private static byte[] wrap(String head, String piece, String tail, int n) {
    return members(
        head.endsWith(":") ? head + "{" : head,
        i -> piece,
        head.endsWith(":") ? "}" + tail : tail,
        n);
  }

  private static byte[] members(String head, IntFunction<String> member, String tail, int n) {
    StringBuilder out = new StringBuilder(n + 1000).append(head);
    for (int i = 0; i == 0 || out.length() < n; i++) {
      out.append(i == 0 ? "" : ",").append(member.apply(i));
    }
    return out.append(tail).toString().getBytes(ISO_8859_1);
  }

  /** Keys that all have the same hash code. */
  private static String colliding(int i) {
    StringBuilder key = new StringBuilder();
    for (int bit = 0; bit < 18; bit++) {
      key.append((i >> bit & 1) == 0 ? "Aa" : "BB");
    }
    return key.toString();
  }

  private static Map<String, IntFunction<byte[]>> yaml() {
    Map<String, IntFunction<byte[]>> all = new LinkedHashMap<>();
    lines(all, "plain text", "a: ", "word", "\n");
    lines(all, "plain words", "a: ", "word ", "x\n");
    lines(all, "plain lines", "a: x", "\n  word", "\n");
    lines(all, "a block", "a: |", "\n  word", "\n");
    lines(all, "a folded block", "a: >", "\n  word", "\n");
    lines(all, "empty lines", "a: |", "\n", "\n");
    lines(all, "quoted escapes", "a: \"", "\\x41", "\"\n");
    lines(all, "quotes", "a: '", "''", "'\n");
    lines(all, "digits", "a: ", "7", "\n");
    lines(all, "digits of an integer", "a: !!int ", "7", "\n");
    lines(all, "digits of a float", "a: !!float ", "7", ".0\n");
    lines(all, "binary", "a: !!binary ", "QUJD", "\n");
    lines(all, "a comment", "a: 1 #", "c", "\n");
    lines(all, "comments", "a: 1\n", "# c\n", "b: 1\n");
    lines(all, "dashes", "a:\n", "- 7\n", "");
    lines(all, "dashes in dashes", "a:\n", "- ".repeat(DEEP) + "1\n", "");
    lines(all, "anchors", "a:\n", "- &a 7\n", "");
    lines(all, "aliases of a word", "x: &a word\na:\n", "- *a\n", "");
    lines(all, "aliases of an object", "x: &a {b: 7, c: [8, 9]}\na:\n", "- *a\n", "");
    lines(all, "merges", "x: &a {b: 7, c: [8, 9]}\na:\n", "- <<: *a\n", "");
    lines(all, "merges into one", "x: &a {b: 7, c: 8}\na:\n", "  <<: *a\n", "");
    lines(all, "tags", "a:\n", "- !!str 7\n", "");
    lines(all, "open brackets", "a: ", "[", "\n");
    lines(all, "open braces", "a: ", "{", "\n");
    lines(all, "question marks", "", "? ", "\n");
    all.put("keys", n -> numbered("", "k%d: 7\n", n));
    all.put("different anchors", n -> numbered("a:\n", "- &k%d 7\n", n));
    all.put("the same key", n -> numbered("", "k: 7\n", n));
    all.put(
        "aliases of aliases",
        n -> numbered("k0: &k0 [7, 7, 7]\n", "k%1$d: &k%1$d [*k%2$d, *k%2$d]\n", n));
    return all;
  }

  private static void lines(
      Map<String, IntFunction<byte[]>> all, String name, String head, String piece, String tail) {
    all.put(name, n -> (head + piece.repeat(n / piece.length()) + tail).getBytes(ISO_8859_1));
  }

  private static byte[] numbered(String head, String format, int n) {
    StringBuilder out = new StringBuilder(head);
    for (int i = 1; out.length() < n; i++) {
      out.append(format.formatted(i, i - 1));
    }
    return out.toString().getBytes(ISO_8859_1);
  }

  private static Map<String, IntFunction<byte[]>> cbor() {
    Map<String, IntFunction<byte[]>> all = new LinkedHashMap<>();
    String map = "\u00bf\u0061a";
    String end = "\u00ff";
    lines(all, "empty arrays", map + "\u009f", "\u0080", end + end);
    lines(all, "empty maps", map + "\u009f", "\u00a0", end + end);
    lines(all, "empty strings", map + "\u009f", "\u0040", end + end);
    lines(all, "small numbers", map + "\u009f", "\u0017", end + end);
    lines(all, "half floats", map + "\u009f", "\u00f9\u0034\u0012", end + end);
    lines(all, "times", map + "\u009f", "\u00c1\u0017", end + end);
    lines(all, "base16", map + "\u009f", "\u00d7\u0041\u00ff", end + end);
    lines(all, "base64", map + "\u009f", "\u00d6\u0041\u00ff", end + end);
    lines(all, "chunks", map + "\u005f", "\u0041b", end + end);
    lines(all, "empty chunks", map + "\u007f", "\u0060", end + end);
    lines(all, "tags", map, "\u00c6", "\u0017" + end);
    lines(all, "strings that claim too much", map, "\u005b\u007f\u00ff\u00ff\u00ff", end);
    lines(all, "arrays that claim too much", map, "\u009a\u0000\u00ff\u00ff\u00ff", end);
    lines(all, "arrays that claim the rest", map, "\u0099\u00ff\u00ff", end);
    all.put(
        "a byte string",
        n -> {
          ByteOutput out = new ByteOutput(n + 9);
          out.write((map + "\u005a").getBytes(ISO_8859_1));
          for (int shift = 24; shift >= 0; shift -= 8) {
            out.write(n >> shift);
          }
          out.write(("é".repeat(n)).getBytes(ISO_8859_1));
          out.write(0xFF);
          return out.toByteArray();
        });
    return all;
  }

  private static Map<String, IntFunction<byte[]>> protobuf() {
    Map<String, IntFunction<byte[]>> all = new LinkedHashMap<>();
    message(all, "empty finalizers", 1, "\u0072\u0000");
    message(all, "empty owners", 1, "\u006a\u0000");
    message(all, "empty labels", 1, "\u005a\u0000");
    message(all, "empty managed fields", 1, "\u008a\u0001\u0000");
    message(all, "names", 1, "\n\u0001a");
    message(all, "unknown fields", 1, "\u00f8\u0007\u0001");
    message(all, "empty containers", 2, "\u0012\u0000");
    message(all, "specs", 2, "");
    all.put(
        "a name",
        n -> {
          ByteOutput out = new ByteOutput(n + 9);
          out.write('\n');
          varint(out, n + 4);
          out.write('\n');
          varint(out, n);
          for (int i = 0; i < n; i++) {
            out.write(0xC3); // not UTF-8: each byte becomes three
          }
          out.write(0x7A);
          out.write(0);
          return out.toByteArray();
        });
    return all;
  }

  private static void message(
      Map<String, IntFunction<byte[]>> all, String name, int number, String piece) {
    all.put(
        name,
        n -> {
          ByteOutput out = new ByteOutput(n + 9);
          if (piece.isEmpty()) {
            while (out.size() < n) {
              out.write(number << 3 | 2);
              out.write(0);
            }
            return out.toByteArray();
          }
          out.write(number << 3 | 2);
          int count = n / piece.length();
          varint(out, count * piece.length());
          out.write(piece.repeat(count).getBytes(ISO_8859_1));
          return out.toByteArray();
        });
  }

  private static void varint(ByteOutput out, int value) {
    int rest = value;
    while (rest > 0x7F) {
      out.write(rest & 0x7F | 0x80);
      rest >>>= 7;
    }
    out.write(rest);
  }
}
