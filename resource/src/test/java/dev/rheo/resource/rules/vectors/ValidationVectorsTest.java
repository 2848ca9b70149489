package dev.rheo.resource.rules.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.resource.rules.vectors.Vectors.Difference;
import dev.rheo.resource.rules.vectors.Vectors.Disagreement;
import dev.rheo.resource.rules.vectors.Vectors.Result;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * Defaults, preparation, validation and warnings of all built-in kinds, against what
 * kube-apiserver's own code says of some tens of thousands of writes (tools/validation). Each
 * difference is listed in differences.txt with its reason.
 */
class ValidationVectorsTest {
  /**
   * One row of differences.txt.
   *
   * @param resource {@code pods.v1}; {@code *} for any
   * @param place a glob over {@code operation/path}
   * @param most how many there may be
   */
  private record Known(String resource, Difference kind, PathMatcher place, int most, String row) {
    boolean covers(Result result, Disagreement disagreement) {
      return (resource.equals("*") || resource.equals(result.resource()))
          && kind == disagreement.difference()
          && place.matches(Path.of(disagreement.place()));
    }
  }

  @Test
  void kubeApiserverSaysTheSame() throws IOException {
    List<Known> known = known();
    Map<Known, Integer> used = new HashMap<>();
    List<String> unexpected = new ArrayList<>();
    Map<Difference, Integer> sums = new EnumMap<>(Difference.class);
    int vectors = 0;
    for (String name : lines("files.txt")) {
      Result result;
      try (InputStream file = open(name + ".jsonl.gz")) {
        result = Vectors.judge(name, file);
      }
      vectors += result.count();
      for (Disagreement disagreement : result.disagreements()) {
        sums.merge(disagreement.difference(), 1, Integer::sum);
        Known covering =
            known.stream().filter(row -> row.covers(result, disagreement)).findFirst().orElse(null);
        if (covering != null) {
          used.merge(covering, 1, Integer::sum);
        } else {
          unexpected.add(
              name
                  + ": "
                  + disagreement.difference()
                  + " line "
                  + disagreement.line()
                  + disagreement.detail());
        }
      }
    }
    assertThat(unexpected).as("differences that are not listed").isEmpty();
    assertThat(known.stream().filter(row -> !used.containsKey(row)).map(Known::row))
        .as("rows of differences.txt that nothing needs any more")
        .isEmpty();
    assertThat(
            used.entrySet().stream()
                .filter(entry -> entry.getValue() > entry.getKey().most)
                .map(entry -> entry.getValue() + " instead of " + entry.getKey().row))
        .as("rows of differences.txt that cover more than they did")
        .isEmpty();
    assertThat(vectors).isGreaterThan(50_000);
    assertThat(sums.getOrDefault(Difference.VERDICT, 0)).isLessThan(vectors / 100);
  }

  /** {@code resource DIFFERENCE glob most reason}. */
  private static List<Known> known() throws IOException {
    List<Known> known = new ArrayList<>();
    for (String line : lines("differences.txt")) {
      String[] column = line.split(" +", 5);
      known.add(
          new Known(
              column[0],
              Difference.valueOf(column[1]),
              FileSystems.getDefault().getPathMatcher("glob:" + column[2]),
              Integer.parseInt(column[3]),
              line));
    }
    return known;
  }

  private static List<String> lines(String name) throws IOException {
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(open(name), StandardCharsets.UTF_8))) {
      return in.lines().filter(line -> !line.isBlank() && !line.startsWith("#")).toList();
    }
  }

  private static InputStream open(String name) {
    return Objects.requireNonNull(ValidationVectorsTest.class.getResourceAsStream(name), name);
  }
}
