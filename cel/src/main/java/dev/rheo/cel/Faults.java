package dev.rheo.cel;

import dev.cel.common.CelIssue;
import dev.cel.common.CelSource;
import dev.cel.common.CelSourceLocation;
import dev.cel.common.ast.CelExpr;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The faults of one expression, and how they are shown. */
final class Faults {
  /** What a fault without a place has for its line and for its column. */
  private static final int NOWHERE = -1;

  private static final int SHOWN_MAX = 100;

  /** Longest line that is shown, in bytes. */
  private static final int LINE_MAX = 16384;

  /** Length of all that is shown, in characters, from which on no more faults are. */
  private static final int LENGTH_MAX = 64 << 10;

  private static final char WIDE_DOT = '\uff0e';
  private static final char WIDE_MARK = '\uff3e';

  /**
   * @param line from 1
   * @param column in code points, from 0
   */
  private record Fault(int line, int column, String message) {}

  private final CelSource source;
  private final List<Fault> faults = new ArrayList<>();
  private int reported;

  Faults(CelSource source) {
    this.source = source;
  }

  boolean isEmpty() {
    return reported == 0;
  }

  /** Adds a fault that has no place. */
  void add(String message) {
    add(NOWHERE, NOWHERE, message);
  }

  /** Adds a fault at the place of a node of the syntax tree. */
  void add(long expression, String message) {
    Optional<CelSourceLocation> place =
        Optional.ofNullable(source.getPositionsMap().get(expression))
            .flatMap(source::getOffsetLocation);
    add(
        place.map(CelSourceLocation::getLine).orElse(NOWHERE),
        place.map(CelSourceLocation::getColumn).orElse(NOWHERE),
        message);
  }

  /** Adds a fault at the place of a literal, which begins with its sign. */
  void add(CelExpr literal, String message) {
    Integer offset = source.getPositionsMap().get(literal.id());
    if (offset == null || !isNegative(literal)) {
      add(literal.id(), message);
      return;
    }
    int sign = offset - 1;
    while (sign >= 0 && Character.isWhitespace(source.getContent().get(sign))) {
      sign--;
    }
    Optional<CelSourceLocation> place =
        source.getOffsetLocation(sign >= 0 && source.getContent().get(sign) == '-' ? sign : offset);
    add(
        place.map(CelSourceLocation::getLine).orElse(NOWHERE),
        place.map(CelSourceLocation::getColumn).orElse(NOWHERE),
        message);
  }

  private static boolean isNegative(CelExpr expr) {
    return expr.getKind() == CelExpr.ExprKind.Kind.CONSTANT
        && switch (expr.constant().getKind()) {
          case INT64_VALUE -> expr.constant().int64Value() < 0;
          case DOUBLE_VALUE -> expr.constant().doubleValue() < 0;
          default -> false;
        };
  }

  /** Adds a fault that the parser or the type checker found. */
  void add(CelIssue issue, String message) {
    CelSourceLocation place = issue.getSourceLocation();
    add(place.getLine(), place.getColumn(), message);
  }

  void add(int line, int column, String message) {
    if (++reported <= SHOWN_MAX) {
      faults.add(new Fault(line, column, message));
    }
  }

  /** All faults in the order of their places. */
  CompileException exception() {
    faults.sort(Comparator.comparingInt(Fault::line).thenComparingInt(Fault::column));
    StringBuilder text = new StringBuilder();
    int shown = 0;
    for (Fault fault : faults) {
      if (text.length() > LENGTH_MAX) {
        break;
      }
      text.append(shown++ == 0 ? "" : "\n");
      show(fault, text);
    }
    if (shown < reported) {
      text.append('\n').append(reported - shown).append(" more errors were truncated");
    }
    return new CompileException("compilation failed: " + text);
  }

  private void show(Fault fault, StringBuilder text) {
    text.append("ERROR: ")
        .append(source.getDescription())
        .append(':')
        .append(fault.line)
        .append(':')
        .append(fault.column + 1)
        .append(": ")
        .append(fault.message);
    if (fault.line == NOWHERE || source.getContent().isEmpty()) {
      return;
    }
    Optional<String> line = source.getSnippet(fault.line);
    if (line.isPresent() && line.get().getBytes(StandardCharsets.UTF_8).length <= LINE_MAX) {
      String shown = line.get().replace('\t', ' ');
      text.append("\n | ").append(shown).append("\n | ");
      int[] characters = shown.codePoints().limit(fault.column + 1L).toArray();
      for (int i = 0; i < Math.min(fault.column, characters.length); i++) {
        text.append(characters[i] > 0x7f ? WIDE_DOT : '.');
      }
      boolean wide = fault.column < characters.length && characters[fault.column] > 0x7f;
      text.append(wide ? WIDE_MARK : '^');
    }
  }
}
