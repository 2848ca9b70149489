package dev.rheo.codec.json;

import java.util.Arrays;
import java.util.List;

/**
 * One field that a field selector may name, and how its value is read from a JSON form. This is
 * data, so that no resource needs code of its own: an event's {@code source}, for example, is
 * {@code or("source", "source.component", "reportingComponent")}.
 *
 * @param name as clients write it in {@code fieldSelector}, for example {@code spec.nodeName}
 * @param paths the paths of the value: member names from the top of the object, a list element as
 *     its decimal index; the first path whose value is neither absent nor empty wins
 * @param kind the type of the JSON value; a selector compares its text
 * @param absent the value when no path yields one: {@code ""}, {@code "false"} or {@code "0"} by
 *     kind, unless the resource says otherwise
 * @param indexed whether lists and watches by this field are common enough for an index
 */
public record SelectableField(
    String name, List<List<String>> paths, Kind kind, String absent, boolean indexed) {

  /** The JSON type of a selectable field's value. */
  public enum Kind {
    STRING(""),
    BOOLEAN("false"),
    INTEGER("0");

    private final String zero;

    Kind(String zero) {
      this.zero = zero;
    }

    /** The value that a selector sees when the field is absent. */
    public String zero() {
      return zero;
    }
  }

  public SelectableField {
    paths = paths.stream().map(List::copyOf).toList();
    if (name.isEmpty() || paths.isEmpty() || paths.stream().anyMatch(List::isEmpty)) {
      throw new IllegalArgumentException("a selectable field needs a name and a path");
    }
  }

  /** A field without an index. */
  public SelectableField(String name, List<List<String>> paths, Kind kind, String absent) {
    this(name, paths, kind, absent, false);
  }

  /** The same field with an index. */
  public SelectableField withIndex() {
    return new SelectableField(name, paths, kind, absent, true);
  }

  /** A string field whose name is also its path. */
  public static SelectableField string(String name) {
    return of(name, Kind.STRING, name);
  }

  /** A boolean field whose name is also its path; {@code "false"} when absent. */
  public static SelectableField bool(String name) {
    return of(name, Kind.BOOLEAN, name);
  }

  /** An integer field whose name is also its path; {@code "0"} when absent. */
  public static SelectableField integer(String name) {
    return of(name, Kind.INTEGER, name);
  }

  /** A string field with a name of its own: the first of the dotted paths that has a value. */
  public static SelectableField or(String name, String... dottedPaths) {
    return of(name, Kind.STRING, dottedPaths);
  }

  private static SelectableField of(String name, Kind kind, String... dottedPaths) {
    List<List<String>> paths =
        Arrays.stream(dottedPaths).map(p -> List.of(p.split("\\."))).toList();
    return new SelectableField(name, paths, kind, kind.zero());
  }
}
