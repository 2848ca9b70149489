package dev.rheo.server.resource;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.function.Consumer;

/** Reads the fact tables: a fact a line, columns between blanks, {@code -} for an empty column. */
final class FactTable {
  private FactTable() {}

  /** Gives the columns of each line that is neither empty nor a comment. */
  static void read(String name, Consumer<String[]> line) {
    try (InputStream in = FactTable.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("no fact table " + name);
      }
      BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
      for (String text = reader.readLine(); text != null; text = reader.readLine()) {
        if (!text.isEmpty() && text.charAt(0) != '#') {
          line.accept(text.split(" +"));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String text(String column) {
    return column.equals("-") ? "" : column;
  }

  static String[] list(String column) {
    return column.equals("-") ? new String[0] : column.split(",");
  }

  static Set<String> set(String column) {
    return java.util.Collections.unmodifiableSet(
        new java.util.LinkedHashSet<>(java.util.List.of(list(column))));
  }
}
