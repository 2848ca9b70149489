package dev.rheo.codec;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.cbor.CborForms;
import dev.rheo.codec.gzip.GzipMember;
import dev.rheo.codec.gzip.GzipSegment;
import dev.rheo.codec.gzip.GzipSegments;
import dev.rheo.codec.json.Canonicalizer;
import dev.rheo.codec.json.HeaderScanner;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.codec.json.RevisionSplice;
import dev.rheo.codec.json.SelectableField;
import dev.rheo.codec.protobuf.ProtobufCodec;
import dev.rheo.codec.schema.ObjectType;
import dev.rheo.codec.schema.TypeTable;
import dev.rheo.codec.yaml.YamlForms;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/**
 * Measures the speed of the codecs in one thread's CPU time, which other load disturbs less. Not a
 * test: run {@link #main}.
 */
public final class CodecBenchmark {
  private static final int WARM_UP_SECONDS = 1;
  private static final int SECONDS = 1;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static volatile Object sink;

  private CodecBenchmark() {}

  public static void main(String[] args) {
    TypeTable table = TypeTable.builtIn();
    byte[] data = new byte[1 << 20];
    new Random(1).nextBytes(data);
    run("Secret 1 MiB", secret(data), table.type("v1", "Secret"));
    run("ConfigMap 1 KB", configMap(), table.type("v1", "ConfigMap"));
    run("ConfigMap 100 KB of text", largeConfigMap(), table.type("v1", "ConfigMap"));
    byte[] pod = ExamplePod.json(1);
    run("Pod, %.1f KB".formatted(pod.length / 1e3), pod, table.type("v1", "Pod"));
    run("Pod, every field", Golden.named("core.v1.Pod").json(), table.type("v1", "Pod"));
    GzipMember member = new GzipMember();
    measure(
        "gzip: a segment's checksum",
        pod.length,
        () -> {
          member.segment(0x12345678, pod.length);
          return member;
        });
  }

  private static byte[] largeConfigMap() {
    StringBuilder text = new StringBuilder();
    Random random = new Random(2);
    while (text.length() < 97_000) {
      text.append("key.").append(random.nextInt(1000)).append(" = value of the key\\n");
    }
    return ("{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"c\"},"
            + "\"data\":{\"application.properties\":\""
            + text
            + "\"}}")
        .getBytes(UTF_8);
  }

  public static byte[] secret(byte[] data) {
    return ("""
        {"apiVersion":"v1","kind":"Secret","metadata":{"name":"s","namespace":"default"},
        "data":{"k":"%s"},"type":"Opaque"}""")
        .formatted(Base64.getEncoder().encodeToString(data))
        .getBytes(UTF_8);
  }

  public static byte[] configMap() {
    return ("""
        {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"cm-000001","namespace":"default",
        "labels":{"app":"bench","run":"1"},"uid":"04593b49-dc03-41b2-b0ff-daac7883c6f3",
        "creationTimestamp":"2026-11-22T09:03:15Z"},"data":{"payload":"%s","other":"value"}}""")
        .formatted("x".repeat(760))
        .getBytes(UTF_8);
  }

  private static void run(String name, byte[] json, ObjectType type) {
    List<SelectableField> fields =
        List.of(SelectableField.string("metadata.name"), SelectableField.string("type"));
    ObjectNode tree = ObjectDecoder.decode(json, ObjectDecoder.MAX_DEPTH).tree();
    byte[] form = Canonicalizer.encode(tree, type);
    HeaderScanner scanner = HeaderScanner.of(fields);
    measure(
        name + " decode", json.length, () -> ObjectDecoder.decode(json, ObjectDecoder.MAX_DEPTH));
    measure(name + " encode", json.length, () -> Canonicalizer.encode(tree, type));
    measure(
        name + " decode + normalize + encode",
        json.length,
        () -> {
          ObjectNode fresh = ObjectDecoder.decode(json, ObjectDecoder.MAX_DEPTH).tree();
          Canonicalizer.normalize(fresh, type);
          return Canonicalizer.encode(fresh, type);
        });
    measure(name + " header", form.length, () -> scanner.scan(form));
    byte[] protobuf = ProtobufCodec.builtIn().toProtobuf(form);
    measure(name + " to protobuf", form.length, () -> ProtobufCodec.builtIn().toProtobuf(form));
    measure(name + " from protobuf", form.length, () -> ProtobufCodec.builtIn().toTree(protobuf));
    byte[] cbor = CborForms.object(form, type);
    measure(name + " to CBOR", form.length, () -> CborForms.object(form, type));
    measure(name + " from CBOR", form.length, () -> CborForms.toTree(cbor, type));
    measure(name + " to YAML", form.length, () -> YamlForms.object(form));
    GzipSegment segment = GzipSegments.compress(form, 0, form.length);
    measure(
        name + " to gzip, 1/%.1f".formatted((double) form.length / segment.bytes().length),
        form.length,
        () -> GzipSegments.compress(form, 0, form.length));
    measure(name + " splice", form.length, () -> RevisionSplice.splice(form, 100, 1234567));
  }

  public static void measure(String name, int bytes, Supplier<Object> operation) {
    spin(WARM_UP_SECONDS, operation);
    double perSecond = spin(SECONDS, operation);
    System.out.printf(
        "%-45s %12.0f ops/s %10.2f us/op %8.0f MB/s%n",
        name, perSecond, 1e6 / perSecond, perSecond * bytes / 1e6);
  }

  private static double spin(int seconds, Supplier<Object> operation) {
    long start = THREADS.getCurrentThreadCpuTime();
    long end = start + seconds * 1_000_000_000L;
    long count = 0;
    long now;
    do {
      for (int i = 0; i < 8; i++) {
        sink = operation.get();
      }
      count += 8;
      now = THREADS.getCurrentThreadCpuTime();
    } while (now < end);
    return count * 1e9 / (now - start);
  }
}
