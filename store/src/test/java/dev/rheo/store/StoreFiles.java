package dev.rheo.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The files of a store, for tests that harm copies of it. */
final class StoreFiles {
  private StoreFiles() {}

  static List<Path> of(Path store) throws IOException {
    try (Stream<Path> files = Files.walk(store)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  /** The name of a file without its number: {@code N.sst}. */
  static String kind(Path file) {
    return file.getFileName().toString().replaceAll("\\d+", "N");
  }

  static Path copy(Path store, Path to) throws IOException {
    for (Path file : of(store)) {
      Path copy = to.resolve(store.relativize(file).toString());
      Files.createDirectories(copy.getParent());
      Files.copy(file, copy);
    }
    return to;
  }

  static void cut(Path file, long bytes) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(bytes);
    }
  }

  static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /** How often harm to files of each kind was refused, and how often it did nothing. */
  static final class Outcomes {
    private final Map<String, int[]> byKind = new TreeMap<>();

    void add(Path file, boolean refused) {
      byKind.computeIfAbsent(kind(file), _ -> new int[2])[refused ? 0 : 1]++;
    }

    /** Prints all, and checks that harm to each kind of file that holds data was refused. */
    void check(String harm) {
      StringBuilder said = new StringBuilder(harm + ", refused/harmless:");
      byKind.forEach((kind, n) -> said.append(" %s %d/%d".formatted(kind, n[0], n[1])));
      System.out.println(said);
      for (String kind : List.of("N.sst", "N.blob", "N.log", "MANIFEST-N", "CURRENT")) {
        assertThat(byKind.get(kind)[0]).as(kind).isPositive();
      }
    }

    void assertHarmlessOnce(String kind) {
      assertThat(byKind.get(kind)).as(kind).containsExactly(0, 1);
    }
  }
}
