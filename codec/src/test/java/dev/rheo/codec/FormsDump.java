package dev.rheo.codec;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.cbor.CborForms;
import dev.rheo.codec.gzip.GzipMember;
import dev.rheo.codec.gzip.GzipSegment;
import dev.rheo.codec.gzip.GzipSegments;
import dev.rheo.codec.json.Canonicalizer;
import dev.rheo.codec.protobuf.ProtobufCodec;
import dev.rheo.codec.protobuf.ProtobufFrames;
import dev.rheo.codec.schema.ListMetadata;
import dev.rheo.codec.schema.ObjectType;
import dev.rheo.codec.schema.TypeTable;
import dev.rheo.codec.yaml.YamlForms;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Writes objects, lists and watches in every form into a folder, so that readers in other languages
 * can check them ({@code compat/forms}). Not a test: run {@link #main}.
 */
public final class FormsDump {
  private static final ProtobufCodec PROTOBUF = ProtobufCodec.builtIn();
  private static final ObjectType CONFIG_MAP = TypeTable.builtIn().type("v1", "ConfigMap");

  private static final String SHARD =
      "shardRange(object.metadata.uid, '0x0000000000000000', '0x10000000000000000')";
  private static final ListMetadata META = new ListMetadata(9, "abc", 3, SHARD);

  private FormsDump() {}

  /**
   * @param args the folder
   */
  public static void main(String[] args) throws IOException {
    Path objects = Files.createDirectories(Path.of(args[0], "objects"));
    for (Golden golden : (Iterable<Golden>) Golden.all()::iterator) {
      if (!golden.name().equals("core.v1.WatchEvent")) { // its envelope does not state its kind
        object(objects.resolve(golden.name()), golden.compact().getBytes(UTF_8), golden.type());
      }
    }
    streams(Files.createDirectories(Path.of(args[0], "streams")));
  }

  private static void object(Path file, byte[] json, ObjectType type) throws IOException {
    write(file, ".json", json);
    write(file, ".cbor", CborForms.object(json, type));
    write(file, ".untyped.cbor", CborForms.object(json, null));
    write(file, ".yaml", YamlForms.object(json));
    write(file, ".pb", PROTOBUF.toProtobuf(json));
  }

  private static void write(Path file, String extension, byte[]... parts) throws IOException {
    Files.write(file.resolveSibling(file.getFileName() + extension), join(parts));
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  /** One ConfigMap per awkward text, which is a value and a part of other values. */
  static List<byte[]> configMaps() {
    List<byte[]> all = new ArrayList<>();
    for (String text : AwkwardTexts.all()) {
      ObjectNode object = new ObjectMapper().createObjectNode();
      object.putObject("metadata").put("name", "n" + all.size()).put("resourceVersion", "7");
      ObjectNode data = object.putObject("data");
      data.put("before", "x").put("text", text).put("twice", text + text);
      data.put("lines", "a\n" + text + "\nb")
          .put("end", "a\n" + text)
          .put("within", "a" + text + "b");
      if (all.size() % 3 == 0) {
        data.put(text.isEmpty() ? "empty" : text, "as a key");
      }
      object.put("kind", "ConfigMap").put("apiVersion", "v1");
      all.add(Canonicalizer.encodeAnswer(object, CONFIG_MAP));
    }
    return all;
  }

  private static void streams(Path folder) throws IOException {
    int head = "{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",".length();
    ByteArrayOutputStream jsonList = new ByteArrayOutputStream();
    ByteArrayOutputStream cborList = new ByteArrayOutputStream();
    ByteArrayOutputStream yamlList = new ByteArrayOutputStream();
    ByteArrayOutputStream protobufItems = new ByteArrayOutputStream();
    ByteArrayOutputStream partialItems = new ByteArrayOutputStream();
    ByteArrayOutputStream jsonWatch = new ByteArrayOutputStream();
    ByteArrayOutputStream cborWatch = new ByteArrayOutputStream();
    ByteArrayOutputStream protobufWatch = new ByteArrayOutputStream();
    ByteArrayOutputStream gzipWatch = new ByteArrayOutputStream();
    StringBuilder gzipParts = new StringBuilder();
    GzipMember member = new GzipMember();
    gzipWatch.writeBytes(member.header());
    String listMeta =
        "\"metadata\":{\"resourceVersion\":\"9\",\"continue\":\"abc\",\"remainingItemCount\":3,"
            + "\"shardInfo\":{\"selector\":\""
            + SHARD
            + "\"}}";
    jsonList.writeBytes(
        ("{\"kind\":\"ConfigMapList\",\"apiVersion\":\"v1\"," + listMeta + ",\"items\":[")
            .getBytes(UTF_8));
    cborList.writeBytes(CborForms.listHead("v1", "ConfigMapList", META));
    yamlList.writeBytes(YamlForms.listHead("v1"));
    boolean first = true;
    for (byte[] json : configMaps()) {
      byte[] cbor = CborForms.tail(json, head, json.length, CONFIG_MAP);
      byte[] yaml = YamlForms.tail(json, head, json.length, YamlForms.ITEM_INDENT);
      byte[] message = PROTOBUF.toMessage(json, head, json.length, "v1", "ConfigMap");
      jsonList.writeBytes((first ? "{" : ",{").getBytes(UTF_8));
      jsonList.write(json, head, json.length - head);
      cborList.writeBytes(join(CborForms.itemHead(), cbor));
      yamlList.writeBytes(YamlForms.itemHead());
      int offset = YamlForms.itemTailOffset();
      yamlList.write(yaml, offset, yaml.length - offset);
      protobufItems.writeBytes(join(ProtobufFrames.itemPrefix(message.length), message));
      byte[] partial = Arrays.copyOf(message, ProtobufFrames.metadataSize(message));
      partialItems.writeBytes(join(ProtobufFrames.itemPrefix(partial.length), partial));
      byte[] prefix = "{\"type\":\"ADDED\",\"object\":".getBytes(UTF_8);
      byte[] suffix = "}\n".getBytes(UTF_8);
      jsonWatch.writeBytes(join(prefix, json, suffix));
      cborWatch.writeBytes(
          join(CborForms.eventHead("ADDED"), CborForms.head("v1", "ConfigMap"), cbor));
      byte[] framed = ProtobufFrames.eventPrefix("ADDED", "v1", "ConfigMap", message.length);
      protobufWatch.writeBytes(join(framed, message, ProtobufFrames.suffix()));
      GzipSegment segment = GzipSegments.compress(json, 0, json.length);
      gzipWatch.writeBytes(member.stored(prefix));
      member.segment(segment);
      gzipWatch.writeBytes(join(segment.bytes(), member.stored(suffix)));
      gzipParts.append(gzipWatch.size()).append(' ').append(jsonWatch.size()).append('\n');
      first = false;
    }
    jsonList.writeBytes("]}".getBytes(UTF_8));
    cborList.writeBytes(CborForms.listEnd());
    yamlList.writeBytes(YamlForms.listEnd("ConfigMapList", META));
    gzipWatch.writeBytes(member.trailer());
    write(folder.resolve("list"), ".json", jsonList.toByteArray());
    write(folder.resolve("list"), ".cbor", cborList.toByteArray());
    write(folder.resolve("list"), ".yaml", yamlList.toByteArray());
    byte[] meta = ProtobufFrames.listMeta(META);
    write(
        folder.resolve("list"),
        ".pb",
        ProtobufFrames.listPrefix("v1", "ConfigMapList", meta, protobufItems.size()),
        protobufItems.toByteArray(),
        ProtobufFrames.suffix());
    write(
        folder.resolve("partial"),
        ".pb",
        ProtobufFrames.listPrefix(
            "meta.k8s.io/v1", "PartialObjectMetadataList", meta, partialItems.size()),
        partialItems.toByteArray(),
        ProtobufFrames.suffix());
    write(folder.resolve("empty"), ".yaml", YamlForms.emptyList("v1", "ConfigMapList", META));
    write(folder.resolve("watch"), ".json", jsonWatch.toByteArray());
    write(folder.resolve("watch"), ".cbor", cborWatch.toByteArray());
    write(folder.resolve("watch"), ".pb", protobufWatch.toByteArray());
    write(folder.resolve("watch"), ".json.gz", gzipWatch.toByteArray());
    // Each line: compressed bytes, and the plain bytes that a reader has decoded from them.
    write(folder.resolve("watch"), ".parts", gzipParts.toString().getBytes(UTF_8));
  }
}
