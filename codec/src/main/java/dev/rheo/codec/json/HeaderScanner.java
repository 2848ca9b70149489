package dev.rheo.codec.json;

import dev.rheo.codec.io.JsonScanner;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads the headers of one resource's objects: {@link ObjectHeader#scan} with the selectable fields
 * compiled once. Immutable and thread-safe.
 *
 * <p>The wanted paths form a tree of {@link Node}s that is walked along with the JSON text; values
 * on no path are skipped. Paths into {@code metadata.labels} match nothing. The scan ends when it
 * has seen metadata and a value for every path.
 */
public final class HeaderScanner {
  private final Node root = new Node();
  private final List<SelectableField> fields;
  private final int paths;

  /** The first path of each field, whose paths end where those of the next field begin. */
  private final int[] firstPath;

  private HeaderScanner(List<SelectableField> fields) {
    this.fields = List.copyOf(fields);
    this.firstPath = new int[fields.size() + 1];
    int path = 0;
    for (int i = 0; i < fields.size(); i++) {
      firstPath[i] = path;
      for (List<String> steps : fields.get(i).paths()) {
        Node node = root;
        for (String step : steps) {
          node = node.child(step);
        }
        node.paths =
            node.paths == null ? new int[1] : Arrays.copyOf(node.paths, node.paths.length + 1);
        node.paths[node.paths.length - 1] = path++;
      }
    }
    firstPath[fields.size()] = path;
    paths = path;
  }

  /** A scanner for objects with these selectable fields. */
  public static HeaderScanner of(List<SelectableField> fields) {
    return new HeaderScanner(fields);
  }

  /** As {@link ObjectHeader#scan}. */
  public ObjectHeader scan(byte[] form) {
    Scan scan = new Scan(form);
    scan.object();
    return scan.header();
  }

  /** One step of the wanted paths. */
  private static final class Node {
    final List<byte[]> keys = new ArrayList<>();
    final List<Node> children = new ArrayList<>();

    /** The paths that end here. */
    int @Nullable [] paths;

    Node child(String step) {
      byte[] key = step.getBytes(StandardCharsets.UTF_8);
      for (int i = 0; i < keys.size(); i++) {
        if (Arrays.equals(keys.get(i), key)) {
          return children.get(i);
        }
      }
      Node child = new Node();
      keys.add(key);
      children.add(child);
      return child;
    }

    @Nullable Node find(JsonScanner in) {
      for (int i = 0; i < keys.size(); i++) {
        if (in.stringIs(keys.get(i))) {
          return children.get(i);
        }
      }
      return null;
    }

    @Nullable Node element(int index) {
      if (keys.isEmpty()) {
        return null;
      }
      byte[] key = Integer.toString(index).getBytes(StandardCharsets.ISO_8859_1);
      for (int i = 0; i < keys.size(); i++) {
        if (Arrays.equals(keys.get(i), key)) {
          return children.get(i);
        }
      }
      return null;
    }
  }

  /** One scan of one form. */
  private final class Scan {
    private static final byte[] METADATA = {'m', 'e', 't', 'a', 'd', 'a', 't', 'a'};
    private static final byte[] NAME = {'n', 'a', 'm', 'e'};
    private static final byte[] NAMESPACE = {'n', 'a', 'm', 'e', 's', 'p', 'a', 'c', 'e'};
    private static final byte[] UID = {'u', 'i', 'd'};
    private static final byte[] LABELS = {'l', 'a', 'b', 'e', 'l', 's'};
    private static final byte[] RESOURCE_VERSION =
        "resourceVersion".getBytes(StandardCharsets.ISO_8859_1);
    private static final byte[] DELETION_TIMESTAMP =
        "deletionTimestamp".getBytes(StandardCharsets.ISO_8859_1);
    private static final byte[] MANAGED_FIELDS =
        "managedFields".getBytes(StandardCharsets.ISO_8859_1);

    private final JsonScanner in;
    private final @Nullable String[] values = new String[paths];
    private int missing = paths;
    private String name = "";
    private String namespace = "";
    private String uid = "";
    private List<String> labels = List.of();
    private int revisionOffset = -1;
    private int revisionLength;
    private int metadataOffset = -1;
    private int metadataEnd = -1;
    private int managedFieldsOffset = -1;
    private boolean deleting;

    Scan(byte[] form) {
      in = new JsonScanner(form);
    }

    void object() {
      in.expect('{');
      if (in.consume('}')) {
        return;
      }
      do {
        in.string();
        Node node = root.find(in);
        if (metadataOffset < 0 && in.stringIs(METADATA)) {
          metadataOffset = in.stringStart() - 1;
          in.expect(':');
          metadata(node);
          metadataEnd = in.position();
        } else {
          in.expect(':');
          value(node);
        }
        if (missing == 0 && metadataEnd >= 0) {
          return;
        }
      } while (in.more('}'));
    }

    /** Takes the value if a path ends here, enters it if one goes on, otherwise skips it. */
    private void value(@Nullable Node node) {
      if (node == null) {
        in.skipValue();
        return;
      }
      switch (in.peek()) {
        case '{' -> {
          if (node.keys.isEmpty()) {
            in.skipValue();
          } else {
            members(node);
          }
        }
        case '[' -> {
          if (node.keys.isEmpty()) {
            in.skipValue();
          } else {
            elements(node);
          }
        }
        case '"' -> {
          if (node.paths == null) {
            in.skipValue();
          } else {
            in.string();
            take(node.paths, in.text());
          }
        }
        case 'n' -> in.literal("null");
        default -> scalar(node);
      }
    }

    private void scalar(Node node) {
      if (node.paths == null) {
        in.skipValue();
        return;
      }
      switch (in.peek()) {
        case 't' -> {
          in.literal("true");
          take(node.paths, "true");
        }
        case 'f' -> {
          in.literal("false");
          take(node.paths, "false");
        }
        default -> {
          in.number();
          take(node.paths, in.text());
        }
      }
    }

    private void members(Node node) {
      in.expect('{');
      if (in.consume('}')) {
        return;
      }
      do {
        in.string();
        Node child = node.find(in);
        in.expect(':');
        value(child);
      } while (in.more('}'));
    }

    private void elements(Node node) {
      in.expect('[');
      if (in.consume(']')) {
        return;
      }
      int index = 0;
      do {
        value(node.element(index++));
      } while (in.more(']'));
    }

    private void take(int[] ends, String text) {
      for (int path : ends) {
        if (values[path] == null) {
          missing--;
        }
        values[path] = text;
      }
    }

    private void metadata(@Nullable Node node) {
      if (in.peek() != '{') {
        in.skipValue();
        return;
      }
      in.expect('{');
      if (in.consume('}')) {
        return;
      }
      do {
        in.string();
        Node child = node == null ? null : node.find(in);
        in.expect(':');
        if (in.stringIs(NAME)) {
          name = text(child);
        } else if (in.stringIs(NAMESPACE)) {
          namespace = text(child);
        } else if (in.stringIs(UID)) {
          uid = text(child);
        } else if (in.stringIs(RESOURCE_VERSION) && in.peek() == '"') {
          revisionOffset = in.position() + 1;
          text(child);
          revisionLength = in.stringEnd() - revisionOffset;
        } else if (in.stringIs(LABELS)) {
          labels();
        } else {
          if (in.stringIs(DELETION_TIMESTAMP)) {
            deleting = in.peek() != 'n';
          } else if (in.stringIs(MANAGED_FIELDS)) {
            managedFieldsOffset = in.stringStart() - 1;
          }
          value(child);
        }
      } while (in.more('}'));
    }

    /** Reads a string of metadata, which may also be the end of a path. */
    private String text(@Nullable Node node) {
      if (in.peek() != '"') {
        in.skipValue();
        return "";
      }
      in.string();
      String text = in.text();
      if (node != null && node.paths != null) {
        take(node.paths, text);
      }
      return text;
    }

    private void labels() {
      if (in.peek() != '{') {
        in.skipValue();
        return;
      }
      in.expect('{');
      if (in.consume('}')) {
        return;
      }
      List<String> read = new ArrayList<>();
      boolean sorted = true;
      do {
        in.string();
        String key = in.text();
        in.expect(':');
        String value = "";
        if (in.peek() == '"') {
          in.string();
          value = in.text();
        } else {
          in.skipValue();
        }
        sorted = sorted && (read.isEmpty() || read.get(read.size() - 2).compareTo(key) < 0);
        read.add(key);
        read.add(value);
      } while (in.more('}'));
      labels = Collections.unmodifiableList(sorted ? read : sort(read));
    }

    ObjectHeader header() {
      String[] chosen = new String[fields.size()];
      for (int i = 0; i < chosen.length; i++) {
        chosen[i] = fields.get(i).absent();
        for (int path = firstPath[i]; path < firstPath[i + 1]; path++) {
          String value = values[path];
          if (value != null && !value.isEmpty()) {
            chosen[i] = value;
            break;
          }
        }
      }
      return new ObjectHeader(
          name,
          namespace,
          uid,
          labels,
          List.of(chosen),
          revisionOffset,
          revisionLength,
          metadataOffset,
          metadataEnd,
          managedFieldsOffset,
          deleting);
    }
  }

  private static List<String> sort(List<String> pairs) {
    TreeMap<String, String> map = new TreeMap<>();
    for (int i = 0; i < pairs.size(); i += 2) {
      map.put(pairs.get(i), pairs.get(i + 1));
    }
    List<String> sorted = new ArrayList<>(pairs.size());
    map.forEach(
        (key, value) -> {
          sorted.add(key);
          sorted.add(value);
        });
    return sorted;
  }
}
