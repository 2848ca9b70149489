package dev.rheo.resource.table.path;

import java.util.List;

/** A part of a parsed path, which makes values of values. Immutable. */
sealed interface PathNode {
  /** Parts that follow each other: what is between two braces. */
  record Sequence(List<PathNode> nodes) implements PathNode {}

  /**
   * The same value, whatever comes in.
   *
   * @param value as {@link PathValue} has it
   */
  record Constant(Object value) implements PathNode {}

  /** A member of an object. */
  record Member(String name) implements PathNode {}

  /** {@code range}, {@code end}, or a word that means nothing. */
  record Word(String name) implements PathNode {}

  /** All members or elements. */
  record Wildcard() implements PathNode {}

  /** The values and all that is in them, where something is in them. */
  record Descent() implements PathNode {}

  /** What each of several parts makes, one after the other. */
  record Union(List<Sequence> parts) implements PathNode {}

  /** A number in brackets, which may be absent. */
  record Bound(long value, boolean isKnown) {}

  /**
   * Elements of a list.
   *
   * @param isIndex whether the end follows from the start, as one element is asked for
   */
  record Slice(Bound start, Bound end, Bound step, boolean isIndex) implements PathNode {}

  /**
   * The elements of a list for which a comparison holds.
   *
   * @param operator {@value #EXISTS} if there is nothing to compare with
   */
  record Filter(Sequence left, String operator, Sequence right) implements PathNode {
    static final String EXISTS = "exists";
  }
}
