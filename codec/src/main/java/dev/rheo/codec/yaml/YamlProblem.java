package dev.rheo.codec.yaml;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/**
 * Tells where and why a text is not YAML. Instead of SnakeYAML's names of tokens it uses the words
 * of upstream's parser, which users find in their search engines.
 */
final class YamlProblem {
  /** How SnakeYAML's words begin, and upstream's. */
  private static final Map<String, String> WORDS = new LinkedHashMap<>();

  static {
    WORDS.put("expected ',' or ']'", "did not find expected ',' or ']'");
    WORDS.put("expected ',' or '}'", "did not find expected ',' or '}'");
    WORDS.put("expected the node content", "did not find expected node content");
    WORDS.put("expected '<document start>'", "something follows the end of the document");
    WORDS.put("mapping values are not allowed", "mapping values are not allowed in this context");
    WORDS.put("mapping keys are not allowed", "mapping keys are not allowed in this context");
    WORDS.put(
        "sequence entries are not allowed",
        "block sequence entries are not allowed in this context");
    WORDS.put("found character '\\t(TAB)'", "found a tab, which must not be used for indentation");
    WORDS.put("found character", "found character that cannot start any token");
  }

  private YamlProblem() {}

  /** {@code line 3, column 7: why}. */
  static String of(MarkedYAMLException e) {
    Mark mark = e.getProblemMark();
    String where = mark == null ? "" : at(mark.getLine() + 1, mark.getColumn() + 1);
    return where + words(e.getContext(), e.getProblem());
  }

  /** Lines and columns begin at 1. */
  static String at(int line, int column) {
    return "line " + line + ", column " + column + ": ";
  }

  private static String words(@Nullable String context, @Nullable String problem) {
    if (problem == null) {
      return "not YAML";
    }
    if (problem.startsWith("expected <block end>")) {
      return context != null && context.contains("mapping")
          ? "did not find expected key"
          : "did not find expected '-' indicator";
    }
    for (Map.Entry<String, String> words : WORDS.entrySet()) {
      if (problem.startsWith(words.getKey())) {
        return words.getValue();
      }
    }
    return problem;
  }
}
