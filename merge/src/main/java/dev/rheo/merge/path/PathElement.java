package dev.rheo.merge.path;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Comparator;
import java.util.List;

/**
 * One step of a path: from an object to a field, or from a list to an element. Immutable. The order
 * is that of upstream's {@code fieldpath.PathElement}: fields before keys before values before
 * indexes, names by their UTF-8 bytes.
 */
public sealed interface PathElement extends Comparable<PathElement> {

  /** A field of a struct, or an entry of a map. */
  record Field(String name) implements PathElement {
    @Override
    public String toString() {
      return "." + name;
    }
  }

  /**
   * The element of a list that has these values in its key fields.
   *
   * @param members sorted by name; a key field that the element lacks is not among them
   */
  record Key(List<Member> members) implements PathElement {
    public Key {
      members =
          members.stream().sorted(Comparator.comparing(Member::name, Scalars::names)).toList();
    }

    @Override
    public String toString() {
      StringBuilder text = new StringBuilder("[");
      for (Member member : members) {
        text.append(text.length() == 1 ? "" : ",").append(member.name()).append('=');
        text.append(Scalars.text(member.value()));
      }
      return text.append(']').toString();
    }
  }

  /** One key field of a list element. Numbers are normalized, so that 1 and 1.0 are equal. */
  record Member(String name, JsonNode value) {
    public Member {
      value = Scalars.normal(value);
    }
  }

  /** The element of a set, by its value. Numbers are normalized, so that 1 and 1.0 are equal. */
  record Value(JsonNode value) implements PathElement {
    public Value {
      value = Scalars.normal(value);
    }

    @Override
    public String toString() {
      return "[=" + Scalars.text(value) + "]";
    }
  }

  /** The element of a list, by its place from 0. */
  record Index(int index) implements PathElement {
    @Override
    public String toString() {
      return "[" + index + "]";
    }
  }

  private int rank() {
    return switch (this) {
      case Field _ -> 0;
      case Key _ -> 1;
      case Value _ -> 2;
      case Index _ -> 3;
    };
  }

  @Override
  default int compareTo(PathElement other) {
    return switch (this) {
      case Field(String name) when other instanceof Field(String theirs) ->
          Scalars.names(name, theirs);
      case Key(List<Member> members) when other instanceof Key(List<Member> theirs) ->
          compare(members, theirs);
      case Value(JsonNode value) when other instanceof Value(JsonNode theirs) ->
          Scalars.compare(value, theirs);
      case Index(int index) when other instanceof Index(int theirs) ->
          Integer.compare(index, theirs);
      default -> Integer.compare(rank(), other.rank());
    };
  }

  private static int compare(List<Member> ours, List<Member> theirs) {
    for (int i = 0; i < Math.min(ours.size(), theirs.size()); i++) {
      int order = Scalars.names(ours.get(i).name(), theirs.get(i).name());
      if (order == 0) {
        order = Scalars.compare(ours.get(i).value(), theirs.get(i).value());
      }
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(ours.size(), theirs.size());
  }
}
