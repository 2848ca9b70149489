package dev.rheo.resource.table;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.Trees;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The words of {@code columns.txt} for cells that need no more than paths. Arguments in brackets
 * are optional. {@code none} is shown where there is no value. An omitted {@code none} is the empty
 * text, or {@code <unknown>} for an age; an omitted {@code default} is false.
 *
 * <pre>
 * text path [none]                  the text (or number) at the path
 * filled path none                  the text at the path; none also where it is empty
 * trimmed path                      the text at the path without surrounding white space
 * number path                       the number at the path; 0 where there is none
 * within path field                 a number in the object at the path, else &lt;none&gt;
 * flag path [default]               true or false
 * age path [none]                   the time since the timestamp at the path
 * created                           the creationTimestamp itself
 * count path…                       the number of elements or members at the paths
 * ratio path path                   two numbers: 1/3
 * pair path path                    two texts: Role/reader
 * join path [none]                  the texts of the list, joined by commas
 * pluck path field [none]           a field of each object in the list, joined by commas
 * find path key value field none    a field of the first object in the list whose key has the value
 * labels path                       a label map, as the selector that matches it
 * selector path                     a label selector
 * </pre>
 */
final class PathCells {
  private static final String ZERO_TIME = "0001-01-01T00:00:00Z";

  /** The arguments of a word. */
  private record Arguments(String[] columns, int from) {
    String get(int index) {
      return columns[from + index];
    }

    String get(int index, String otherwise) {
      return from + index < columns.length ? get(index) : otherwise;
    }

    String[] path(int index) {
      return PathCells.path(get(index));
    }

    int count() {
      return columns.length - from;
    }
  }

  private PathCells() {}

  static String[] path(String dotted) {
    return dotted.split("\\.");
  }

  /**
   * Parses a cell.
   *
   * @param columns columns of the line
   * @param at index of the word, which the arguments follow
   */
  static Cell parse(String[] columns, int at) {
    String word = columns[at];
    if (word.indexOf('.') > 0) {
      return NamedCells.get(word);
    }
    Arguments args = new Arguments(columns, at + 1);
    return switch (word) {
      case "created" -> text(path("metadata.creationTimestamp"), ZERO_TIME);
      case "text" -> text(args.path(0), args.get(1, ""));
      case "filled" -> filled(args.path(0), args.get(1));
      case "trimmed" -> trimmed(args.path(0));
      case "number" -> number(args.path(0));
      case "within" -> within(args.path(0), args.get(1));
      case "flag" -> flag(args.path(0), args.get(1, "").equals("true"));
      case "age" -> age(args.path(0), args.get(1, CellWriter.UNKNOWN));
      case "count" -> count(args);
      case "ratio" -> {
        String[] part = args.path(0);
        String[] whole = args.path(1);
        yield Cell.text(o -> Trees.number(o, part) + "/" + Trees.number(o, whole));
      }
      case "pair" -> {
        String[] first = args.path(0);
        String[] second = args.path(1);
        yield Cell.text(o -> Trees.text(o, first) + "/" + Trees.text(o, second));
      }
      case "join" -> listed(args.path(0), JsonNode::asText, args.get(1, ""));
      case "pluck" -> {
        String field = args.get(1);
        yield listed(args.path(0), element -> Trees.text(element, field), args.get(2, ""));
      }
      case "find" -> find(args.path(0), args.get(1), args.get(2), args.get(3), args.get(4));
      case "labels" -> {
        String[] path = args.path(0);
        yield Cell.text(o -> SelectorText.labels(Trees.at(o, path)));
      }
      case "selector" -> {
        String[] path = args.path(0);
        yield Cell.text(o -> SelectorText.selector(Trees.at(o, path)));
      }
      default -> throw new IllegalStateException("no cell " + word);
    };
  }

  private static Cell text(String[] path, String none) {
    return Cell.text(
        o -> {
          JsonNode value = Trees.at(o, path);
          return value == null ? none : value.asText();
        });
  }

  private static Cell filled(String[] path, String none) {
    return Cell.text(
        o -> {
          String text = Trees.text(o, path);
          return text.isEmpty() ? none : text;
        });
  }

  private static Cell trimmed(String[] path) {
    return Cell.text(
        o -> {
          String text = Trees.text(o, path);
          int from = 0;
          int to = text.length();
          while (from < to && isBlank(text.charAt(from))) {
            from++;
          }
          while (to > from && isBlank(text.charAt(to - 1))) {
            to--;
          }
          return text.substring(from, to);
        });
  }

  /** Unicode white space; {@link Character#isWhitespace(char)} excludes no-break spaces. */
  private static boolean isBlank(char c) {
    return c >= '\t' && c <= '\r' || c == 0x85 || Character.isSpaceChar(c);
  }

  private static Cell number(String[] path) {
    return (o, out) -> out.number(Trees.number(o, path));
  }

  private static Cell within(String[] path, String field) {
    return (o, out) -> {
      JsonNode holder = Trees.at(o, path);
      if (holder == null) {
        out.text(CellWriter.NONE);
      } else {
        out.number(Trees.number(holder, field));
      }
    };
  }

  private static Cell flag(String[] path, boolean otherwise) {
    return (o, out) -> {
      JsonNode value = Trees.at(o, path);
      out.flag(value == null ? otherwise : value.asBoolean());
    };
  }

  private static Cell age(String[] path, String none) {
    return (o, out) -> out.since(Instants.at(o, path), none);
  }

  private static Cell count(Arguments args) {
    String[][] paths = new String[args.count()][];
    for (int i = 0; i < paths.length; i++) {
      paths[i] = args.path(i);
    }
    return (o, out) -> {
      int count = 0;
      for (String[] path : paths) {
        JsonNode value = Trees.at(o, path);
        count += value == null ? 0 : value.size();
      }
      out.number(count);
    };
  }

  private static Cell listed(String[] path, Function<JsonNode, String> text, String none) {
    return Cell.text(
        o -> {
          JsonNode list = Trees.at(o, path);
          return list == null || list.isEmpty()
              ? none
              : list.valueStream().map(text).collect(Collectors.joining(","));
        });
  }

  private static Cell find(String[] path, String key, String value, String field, String none) {
    return Cell.text(
        o -> {
          List<ObjectNode> objects = Trees.objects(o, path);
          for (ObjectNode object : objects) {
            if (Trees.text(object, key).equals(value)) {
              return Trees.text(object, field);
            }
          }
          return none;
        });
  }
}
