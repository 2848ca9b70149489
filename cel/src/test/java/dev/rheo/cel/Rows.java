package dev.rheo.cel;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** What kube-apiserver 1.36.3 says, as files of rows, each with an expression at its beginning. */
public final class Rows {
  private Rows() {}

  /** A test for each row of a file. */
  public static Stream<DynamicTest> tests(String file, Consumer<String[]> test) throws IOException {
    ObjectMapper json = new ObjectMapper();
    List<DynamicTest> tests = new ArrayList<>();
    try (InputStream in = Rows.class.getResourceAsStream("/dev/rheo/cel/" + file);
        BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(Objects.requireNonNull(in), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] row = json.readValue(line, String[].class);
        tests.add(DynamicTest.dynamicTest(json.writeValueAsString(row[0]), () -> test.accept(row)));
      }
    }
    if (tests.isEmpty()) {
      throw new IllegalArgumentException(file + " is empty");
    }
    return tests.stream();
  }
}
