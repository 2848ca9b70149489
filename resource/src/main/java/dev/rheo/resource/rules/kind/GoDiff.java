package dev.rheo.resource.rules.kind;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.api.status.GoText;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What differs between two structures, as upstream's messages tell it: a unified diff of both as
 * indented JSON, with the names that fields have in Go.
 */
public final class GoDiff {
  /** Lines of each that are compared; a message shows fewer. */
  private static final int MAX_LINES = 1000;

  /** Lines that are shown before and after a difference. */
  private static final int CONTEXT = 3;

  private GoDiff() {}

  /**
   * @param type of {@link GoValues}
   */
  public static String of(String type, @Nullable JsonNode before, @Nullable JsonNode now) {
    List<String> a = lines(GoValues.of(type, before));
    List<String> b = lines(GoValues.of(type, now));
    return unified(a, b, LineMatcher.matches(a, b));
  }

  private static List<String> lines(JsonNode tree) {
    List<String> lines = new ArrayList<>();
    print(tree, "", "", "", lines);
    return lines;
  }

  /**
   * @param prefix of the first line: the name of a member
   * @param suffix of the last line: a comma
   */
  private static void print(
      JsonNode node, String indent, String prefix, String suffix, List<String> lines) {
    if (lines.size() >= MAX_LINES) {
      return;
    }
    if (!node.isContainerNode() || node.isEmpty()) {
      String text = node.isTextual() ? GoText.json(node.textValue()) : node.toString();
      lines.add(indent + prefix + text + suffix);
      return;
    }
    lines.add(indent + prefix + (node.isObject() ? "{" : "["));
    if (node.isObject()) {
      Iterator<Map.Entry<String, JsonNode>> members = node.properties().iterator();
      while (members.hasNext()) {
        Map.Entry<String, JsonNode> member = members.next();
        print(
            member.getValue(),
            indent + " ",
            GoText.json(member.getKey()) + ": ",
            members.hasNext() ? "," : "",
            lines);
      }
    } else {
      for (int i = 0; i < node.size(); i++) {
        print(node.get(i), indent + " ", "", i < node.size() - 1 ? "," : "", lines);
      }
    }
    lines.add(indent + (node.isObject() ? "}" : "]") + suffix);
  }

  /** A run of lines that were replaced by others, or of equal ones. */
  private record Change(boolean equal, int a, int aEnd, int b, int bEnd) {}

  private static String unified(List<String> a, List<String> b, List<LineMatcher.Match> matches) {
    StringBuilder out = new StringBuilder();
    for (List<Change> group : groups(changes(matches))) {
      Change first = group.getFirst();
      Change last = group.getLast();
      out.append("@@ -")
          .append(range(first.a, last.aEnd))
          .append(" +")
          .append(range(first.b, last.bEnd))
          .append(" @@\n");
      for (Change change : group) {
        if (change.equal) {
          show(out, ' ', a, change.a, change.aEnd);
        } else {
          show(out, '-', a, change.a, change.aEnd);
          show(out, '+', b, change.b, change.bEnd);
        }
      }
    }
    return out.toString();
  }

  private static void show(StringBuilder out, char mark, List<String> lines, int from, int to) {
    for (int i = from; i < to; i++) {
      out.append(mark).append(lines.get(i)).append('\n');
    }
  }

  private static String range(int from, int to) {
    int length = to - from;
    return length == 1 ? "" + (from + 1) : (length == 0 ? from : from + 1) + "," + length;
  }

  private static List<Change> changes(List<LineMatcher.Match> matches) {
    List<Change> changes = new ArrayList<>();
    int a = 0;
    int b = 0;
    for (LineMatcher.Match match : matches) {
      if (a < match.a() || b < match.b()) {
        changes.add(new Change(false, a, match.a(), b, match.b()));
      }
      a = match.a() + match.size();
      b = match.b() + match.size();
      if (match.size() > 0) {
        changes.add(new Change(true, match.a(), a, match.b(), b));
      }
    }
    return changes;
  }

  /** Changes with the equal lines around them; long runs of equal lines part two groups. */
  private static List<List<Change>> groups(List<Change> changes) {
    List<List<Change>> groups = new ArrayList<>();
    List<Change> group = new ArrayList<>();
    for (int i = 0; i < changes.size(); i++) {
      Change change = changes.get(i);
      if (!change.equal) {
        group.add(change);
        continue;
      }
      boolean first = i == 0;
      boolean last = i == changes.size() - 1;
      int length = change.aEnd - change.a;
      if (first) {
        int skipped = Math.max(0, length - CONTEXT);
        group.add(
            new Change(true, change.a + skipped, change.aEnd, change.b + skipped, change.bEnd));
      } else if (last) {
        group.add(head(change));
      } else if (length > 2 * CONTEXT) {
        group.add(head(change));
        groups.add(group);
        group = new ArrayList<>();
        int skipped = length - CONTEXT;
        group.add(
            new Change(true, change.a + skipped, change.aEnd, change.b + skipped, change.bEnd));
      } else {
        group.add(change);
      }
    }
    if (group.stream().anyMatch(change -> !change.equal)) {
      groups.add(group);
    }
    return groups;
  }

  private static Change head(Change change) {
    int shown = Math.min(CONTEXT, change.aEnd - change.a);
    return new Change(true, change.a, change.a + shown, change.b, change.b + shown);
  }
}
