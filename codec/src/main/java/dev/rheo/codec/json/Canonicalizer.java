package dev.rheo.codec.json;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.schema.ObjectType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes an object as kube-apiserver would: the fields in the order of the Go structs, zero values
 * dropped or written as the Go tags say, maps sorted, quantities and times in their canonical
 * spelling, compact, HTML escaped.
 */
public final class Canonicalizer {
  private Canonicalizer() {}

  /**
   * The fields that the type does not have, worded as upstream's strict decoding errors: {@code
   * unknown field "spec.foo"}. At most 100.
   */
  public static List<String> unknownFields(ObjectNode tree, ObjectType type) {
    throw new UnsupportedOperationException();
  }

  /**
   * Checks that every known field has a value of its type.
   *
   * @throws dev.rheo.api.ApiException 400 BadRequest in upstream's words
   */
  public static void validate(ObjectNode tree, ObjectType type) {
    throw new UnsupportedOperationException();
  }

  /**
   * Brings the tree, in place, to what the canonical form says of it, so that trees can be
   * compared: unknown fields, nulls and zero values that are not written are removed; quantities,
   * times and bytes get their canonical spelling. Validates, too.
   *
   * @throws dev.rheo.api.ApiException 400 BadRequest in upstream's words
   */
  public static void normalize(ObjectNode tree, ObjectType type) {
    throw new UnsupportedOperationException();
  }

  /**
   * The canonical form as it is stored: {@code metadata.resourceVersion} is in its place and empty,
   * whatever the tree says.
   *
   * @param type null for an object whose type is not known: keys are sorted ({@code kind}, {@code
   *     apiVersion}, {@code metadata} first), nothing is dropped
   * @throws dev.rheo.api.ApiException 400 BadRequest if a value is not of its field's type
   */
  public static byte[] encode(ObjectNode tree, @Nullable ObjectType type) {
    throw new UnsupportedOperationException();
  }

  /**
   * As {@link #encode}, for an answer that is not stored: the resourceVersion is the tree's, and
   * absent when it is empty.
   */
  public static byte[] encodeAnswer(ObjectNode tree, @Nullable ObjectType type) {
    throw new UnsupportedOperationException();
  }
}
