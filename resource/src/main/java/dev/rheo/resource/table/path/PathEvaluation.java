package dev.rheo.resource.table.path;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.io.Meter;
import dev.rheo.resource.table.path.PathNode.Sequence;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One evaluation of a path. What makes too many values fails: a few characters of a path can
 * multiply them without end. Not thread-safe.
 */
final class PathEvaluation {
  /** The most values that one evaluation makes, those in between included. */
  static final int MAX_VALUES = 200_000;

  private static final int MAX_RANGES = 32;
  private static final int VALUE_BYTES = 8;

  private int made;
  private boolean failed;

  // How deep the evaluation is in ranges, and where it left the last one.
  private int begun;
  private int inside;
  private int ended;
  private int lastEnd = -1;

  private PathEvaluation() {}

  static @Nullable PathValue first(List<PathNode> nodes, JsonNode data) {
    PathEvaluation evaluation = new PathEvaluation();
    List<List<Object>> results = evaluation.results(nodes, 0, data, 0);
    return evaluation.failed || results.isEmpty() || results.getFirst().isEmpty()
        ? null
        : new PathValue(results.getFirst().getFirst());
  }

  /** What the actions from one on make, up to the end of the range that they are in. */
  private List<List<Object>> results(List<PathNode> nodes, int from, Object data, int depth) {
    List<List<Object>> all = new ArrayList<>();
    if (depth > MAX_RANGES) {
      failed = true;
    }
    for (int i = from; i < nodes.size() && !failed; i++) {
      List<Object> results = walk(List.of(data), nodes.get(i));
      if (failed) {
        break;
      }
      if (ended > 0 && ended <= inside) {
        ended--;
        lastEnd = i;
        break;
      }
      if (begun > 0) {
        begun--;
        inside++;
        if (results.isEmpty()) {
          // only to find the end of the range
          results(nodes, i + 1, MissingNode.getInstance(), depth + 1);
        }
        for (Object value : results) {
          if (failed) {
            break;
          }
          all.addAll(results(nodes, i + 1, value, depth + 1));
        }
        inside--;
        if (lastEnd > i) {
          i = lastEnd;
        }
      } else {
        all.add(results);
      }
    }
    return all;
  }

  private void add(List<Object> to, Object value) {
    if (++made > MAX_VALUES) {
      failed = true;
    } else {
      to.add(value);
    }
  }

  private void addAll(List<Object> to, List<Object> values) {
    made += values.size();
    if (made > MAX_VALUES) {
      failed = true;
    } else {
      to.addAll(values);
    }
  }

  /** What a part makes; also if it fails, as a filter may not mind. */
  private List<Object> walk(List<Object> in, PathNode node) {
    List<Object> out =
        switch (node) {
          case Sequence sequence -> sequence(in, sequence);
          case PathNode.Constant(Object value) -> constant(in, value);
          case PathNode.Member(String name) -> member(in, name);
          case PathNode.Word(String name) -> word(in, name);
          case PathNode.Wildcard() -> wildcard(in);
          case PathNode.Descent() -> descent(in);
          case PathNode.Union(List<Sequence> parts) -> union(in, parts);
          case PathNode.Slice slice -> slice(in, slice);
          case PathNode.Filter filter -> filter(in, filter);
        };
    Meter.charge(1L + out.size() * (long) VALUE_BYTES);
    return out;
  }

  private List<Object> sequence(List<Object> in, Sequence sequence) {
    List<Object> now = in;
    for (PathNode node : sequence.nodes()) {
      now = walk(now, node);
      if (failed) {
        break;
      }
    }
    return now;
  }

  private List<Object> constant(List<Object> in, Object value) {
    // a text stands for itself, a number for each value that comes in
    boolean isText = value instanceof JsonNode node && node.isTextual();
    List<Object> out = new ArrayList<>();
    for (int i = 0; i < (isText ? 1 : in.size()); i++) {
      add(out, value);
    }
    return out;
  }

  private List<Object> member(List<Object> in, String name) {
    List<Object> out = new ArrayList<>(1);
    for (Object value : in) {
      JsonNode member = value instanceof ObjectNode object ? object.get(name) : null;
      if (member != null) {
        add(out, member);
      }
    }
    return out;
  }

  private List<Object> word(List<Object> in, String name) {
    switch (name) {
      case "range" -> {
        begun++;
        return in;
      }
      case "end" -> {
        if (inside > 0) {
          ended++;
        } else {
          failed = true;
        }
        return List.of();
      }
      default -> {
        failed = true;
        return in;
      }
    }
  }

  private List<Object> wildcard(List<Object> in) {
    List<Object> out = new ArrayList<>();
    for (Object value : in) {
      if (value instanceof JsonNode node && node.isContainerNode()) {
        for (JsonNode part : node) {
          add(out, part);
        }
      } else if (value instanceof JsonNode node && node.isTextual()) {
        for (byte part : node.textValue().getBytes(StandardCharsets.UTF_8)) {
          add(out, part);
        }
      }
    }
    return out;
  }

  private List<Object> descent(List<Object> in) {
    List<Object> out = new ArrayList<>();
    for (Object value : in) {
      if (value instanceof JsonNode node) {
        descend(node, out);
      }
    }
    return out;
  }

  private void descend(JsonNode node, List<Object> out) {
    // a text has bytes in it, which have nothing in them
    if (node.isTextual() ? !node.textValue().isEmpty() : !node.isEmpty()) {
      add(out, node);
      for (JsonNode part : node) {
        if (failed) {
          return;
        }
        descend(part, out);
      }
    }
  }

  private List<Object> union(List<Object> in, List<Sequence> parts) {
    List<Object> out = new ArrayList<>();
    for (Sequence part : parts) {
      List<Object> more = sequence(in, part);
      if (failed) {
        return in;
      }
      addAll(out, more);
    }
    return out;
  }

  private List<Object> slice(List<Object> in, PathNode.Slice slice) {
    List<Object> out = new ArrayList<>();
    for (Object value : in) {
      if (value instanceof JsonNode node && node.isNull()) {
        continue;
      }
      if (!(value instanceof ArrayNode list)) {
        failed = true;
        return in;
      }
      int size = list.size();
      long start = slice.start().value();
      if (start < 0) {
        start += size;
      }
      long end = slice.end().isKnown() ? slice.end().value() : size;
      if (end < 0 || (end == 0 && slice.isIndex())) {
        end += size;
      }
      if (start == end) {
        return out;
      }
      long step = slice.step().isKnown() ? slice.step().value() : 1;
      if (start < 0 || start >= size || end < 0 || end > size || start > end || step <= 0) {
        failed = true;
        return in;
      }
      for (long i = start; i < end; i += Math.min(step, size)) {
        add(out, list.get((int) i));
      }
    }
    return out;
  }

  private List<Object> filter(List<Object> in, PathNode.Filter filter) {
    List<Object> out = new ArrayList<>();
    for (Object value : in) {
      if (!(value instanceof ArrayNode list)) {
        failed = true;
        return in;
      }
      for (JsonNode element : list) {
        List<Object> one = List.of(element);
        List<Object> lefts = sequence(one, filter.left());
        if (filter.operator().equals(PathNode.Filter.EXISTS)) {
          failed = made > MAX_VALUES;
          if (!lefts.isEmpty()) {
            add(out, element);
          }
          if (failed) {
            return out;
          }
          continue;
        }
        if (failed) {
          return in;
        }
        if (lefts.isEmpty()) {
          continue;
        }
        if (lefts.size() > 1) {
          failed = true;
          return in;
        }
        List<Object> rights = sequence(one, filter.right());
        if (failed) {
          return in;
        }
        if (rights.isEmpty()) {
          continue;
        }
        if (rights.size() > 1) {
          failed = true;
          return in;
        }
        try {
          if (Comparisons.holds(filter.operator(), lefts.getFirst(), rights.getFirst())) {
            add(out, element);
          }
        } catch (Comparisons.IncomparableException e) {
          failed = true;
        }
        if (failed) {
          return out;
        }
      }
    }
    return out;
  }
}
