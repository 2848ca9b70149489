package dev.rheo.resource.type;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Reads fact tables: one fact per line, blanks between columns, {@code -} for an empty column. */
public final class FactTable {
  private FactTable() {}

  /**
   * Passes the columns of each line to {@code line}, except empty lines and comments.
   *
   * @param owner a class of the package in which the table lies
   */
  public static void read(Class<?> owner, String name, Consumer<String[]> line) {
    try (InputStream in = owner.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("no fact table " + name);
      }
      BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
      for (String text = reader.readLine(); text != null; text = reader.readLine()) {
        if (!text.isEmpty() && text.charAt(0) != '#') {
          line.accept(columns(text));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Splits at blanks by hand: the tables are read during startup, where a regex is too slow. */
  private static String[] columns(String text) {
    List<String> columns = new ArrayList<>(12);
    int length = text.length();
    for (int start = 0; start < length; ) {
      int end = text.indexOf(' ', start);
      end = end < 0 ? length : end;
      if (end > start) {
        columns.add(text.substring(start, end));
      }
      start = end + 1;
    }
    return columns.toArray(new String[0]);
  }

  public static String text(String column) {
    return column.equals("-") ? "" : column;
  }

  public static String[] list(String column) {
    return column.equals("-") ? new String[0] : column.split(",");
  }

  public static Set<String> set(String column) {
    return Collections.unmodifiableSet(new LinkedHashSet<>(List.of(list(column))));
  }
}
