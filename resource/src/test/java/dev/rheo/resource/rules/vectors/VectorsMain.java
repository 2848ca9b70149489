package dev.rheo.resource.rules.vectors;

import dev.rheo.resource.rules.vectors.Vectors.Difference;
import dev.rheo.resource.rules.vectors.Vectors.Disagreement;
import dev.rheo.resource.rules.vectors.Vectors.Result;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Judges files of vectors and prints what differs, for whoever works on rules.
 *
 * <pre>{@code VectorsMain FOLDER SHOWN [DIFFERENCE|-] [RESOURCE…]}</pre>
 *
 * where SHOWN is how many differences are printed of each resource.
 */
final class VectorsMain {
  private VectorsMain() {}

  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    int shown = Integer.parseInt(args[1]);
    String only = args.length > 2 ? args[2] : "-";
    List<String> wanted = List.of(args).subList(Math.min(3, args.length), args.length);
    System.out.printf(
        "%8s %8s %8s %8s %8s%n", "vectors", "verdict", "message", "object", "warning");
    int[] sums = new int[5];
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        String name = file.getFileName().toString().replace(".jsonl.gz", "");
        if (!wanted.isEmpty() && !wanted.contains(name)) {
          continue;
        }
        Result result;
        try (InputStream in = Files.newInputStream(file)) {
          result = Vectors.judge(name, in);
        }
        int left = shown;
        for (Disagreement d : result.disagreements()) {
          if (left > 0 && (only.equals("-") || d.difference().name().equalsIgnoreCase(only))) {
            left--;
            System.out.println(
                d.difference()
                    + " line "
                    + d.line()
                    + ": "
                    + cut(d.vector(), 400)
                    + cut(d.detail(), 1500));
          }
        }
        int[] row = {
          result.count(),
          result.count(Difference.VERDICT),
          result.count(Difference.MESSAGE),
          result.count(Difference.OBJECT),
          result.count(Difference.WARNING)
        };
        print(row, name);
        for (int i = 0; i < row.length; i++) {
          sums[i] += row[i];
        }
      }
    }
    print(sums, "in all");
  }

  private static void print(int[] row, String name) {
    System.out.printf("%8d %8d %8d %8d %8d  %s%n", row[0], row[1], row[2], row[3], row[4], name);
  }

  private static String cut(String text, int length) {
    return text.length() <= length ? text : text.substring(0, length) + "…";
  }
}
