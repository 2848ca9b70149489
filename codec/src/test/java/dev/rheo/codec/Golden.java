package dev.rheo.codec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.schema.ObjectType;
import dev.rheo.codec.schema.TypeTable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * One of upstream's golden vectors: a kind with every field filled.
 *
 * @param name group.version.Kind
 */
public record Golden(String name, byte[] json, byte[] protobuf) {
  private static final List<Golden> ALL = load();
  private static final ObjectMapper MAPPER = new ObjectMapper();

  public static Stream<Golden> all() {
    return ALL.stream();
  }

  public static Golden named(String name) {
    return all().filter(g -> g.name.equals(name)).findFirst().orElseThrow();
  }

  private static List<Golden> load() {
    Map<String, byte[]> files = new TreeMap<>();
    try (InputStream in = Golden.class.getResourceAsStream("golden-1.36.3.zip.gz");
        ZipInputStream zip = new ZipInputStream(new GZIPInputStream(in))) {
      for (ZipEntry entry; (entry = zip.getNextEntry()) != null; ) {
        files.put(entry.getName(), zip.readAllBytes());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<Golden> all = new ArrayList<>();
    files.forEach(
        (file, bytes) -> {
          if (file.endsWith(".json")) {
            String name = file.substring(0, file.length() - ".json".length());
            all.add(new Golden(name, bytes, files.get(name + ".pb")));
          }
        });
    return all;
  }

  /** The JSON as a tree made by Jackson, not by the code under test. */
  public ObjectNode tree() {
    try {
      return (ObjectNode) MAPPER.readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The JSON without white space and escaped for HTML, byte for byte what upstream would write. */
  public String compact() {
    return tree().toString().replace("<", "\\u003c").replace(">", "\\u003e");
  }

  public ObjectType type() {
    JsonNode tree = tree();
    if (name.equals("core.v1.WatchEvent")) { // the only vector without a kind
      return TypeTable.builtIn().type("v1", "WatchEvent");
    }
    String version = tree.path("apiVersion").asText();
    return TypeTable.builtIn().type(version, tree.path("kind").asText());
  }

  @Override
  public String toString() {
    return name;
  }
}
