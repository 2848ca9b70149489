package dev.rheo.codec.schema;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.rheo.codec.cbor.CborForms;
import dev.rheo.codec.protobuf.ProtobufCodec;
import dev.rheo.codec.protobuf.ProtobufFrames;
import dev.rheo.codec.yaml.YamlForms;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.Yaml;

/** The metadata of a list says the same in every format. */
class ListMetadataTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SHARD =
      "shardRange(object.metadata.uid, '0x0000000000000000', '0x8000000000000000') ||"
          + " shardRange(object.metadata.uid, '0x8000000000000000', '0x10000000000000000')";

  static List<ListMetadata> all() {
    return List.of(
        new ListMetadata(7, "", 0, ""),
        new ListMetadata(7, "abc", 3, ""),
        new ListMetadata(7, "", 0, SHARD),
        new ListMetadata(7, "abc", 0, SHARD),
        new ListMetadata(7, "abc", 3, SHARD));
  }

  @ParameterizedTest
  @MethodSource("all")
  void everyFormat(ListMetadata meta) throws Exception {
    JsonNode json = JSON.readTree(meta.toJson());
    assertThat(json.path("resourceVersion").asText()).isEqualTo("7");
    assertThat(json.path("continue").asText()).isEqualTo(meta.continueToken());
    assertThat(json.path("remainingItemCount").asLong()).isEqualTo(meta.remaining());
    assertThat(json.at("/shardInfo/selector").asText()).isEqualTo(meta.shard());
    assertThat(json.has("shardInfo")).isEqualTo(!meta.shard().isEmpty());

    byte[] cbor = join(CborForms.listHead("v1", "ConfigMapList", meta), CborForms.listEnd());
    assertThat(CborForms.toTree(cbor, null).get("metadata")).hasToString(json.toString());

    for (byte[] yaml :
        List.of(
            YamlForms.emptyList("v1", "ConfigMapList", meta),
            YamlForms.listEnd("ConfigMapList", meta))) {
      Map<String, ?> list = new Yaml().load(new String(yaml, UTF_8));
      assertThat(list.get("metadata")).isEqualTo(JSON.convertValue(json, Map.class));
    }

    byte[] listMeta = ProtobufFrames.listMeta(meta);
    byte[] protobuf =
        join(
            ProtobufFrames.listPrefix("v1", "ConfigMapList", listMeta, 0), ProtobufFrames.suffix());
    assertThat(ProtobufCodec.builtIn().toTree(protobuf).get("metadata"))
        .hasToString(json.toString());
  }

  private static byte[] join(byte[]... pieces) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] piece : pieces) {
      all.writeBytes(piece);
    }
    return all.toByteArray();
  }
}
