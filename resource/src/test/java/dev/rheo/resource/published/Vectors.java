package dev.rheo.resource.published;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPInputStream;

/** Reads what tools/published has recorded. */
public final class Vectors {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private Vectors() {}

  /** The values of a file, one a line. */
  public static List<JsonNode> read(String name) {
    InputStream stored = Vectors.class.getResourceAsStream(name + ".jsonl.gz");
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Objects.requireNonNull(stored, name)),
                StandardCharsets.UTF_8))) {
      List<JsonNode> values = new ArrayList<>();
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        values.add(JSON.readTree(line));
      }
      return values;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
