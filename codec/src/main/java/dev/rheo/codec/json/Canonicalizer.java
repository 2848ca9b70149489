package dev.rheo.codec.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.GoText;
import dev.rheo.codec.io.ByteOutput;
import dev.rheo.codec.schema.ObjectType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes an object as kube-apiserver does: fields in the order of the Go structs, zero values
 * dropped or written as the Go tags say, maps sorted, quantities and times in their canonical
 * spelling, compact, HTML escaped.
 */
public final class Canonicalizer {
  /** Large enough for most objects, in bytes. */
  private static final int INITIAL_CAPACITY = 2048;

  private Canonicalizer() {}

  /**
   * One message per field that the type does not have, worded as upstream's strict decoding errors:
   * {@code unknown field "spec.foo"}. At most 100.
   */
  public static List<String> unknownFields(ObjectNode tree, ObjectType type) {
    return unknownPaths(tree, type).stream()
        .map(path -> "unknown field " + GoText.quote(path))
        .toList();
  }

  /** The paths of the fields that the type does not have, such as {@code spec.foo}. At most 100. */
  public static List<String> unknownPaths(ObjectNode tree, ObjectType type) {
    return UnknownFields.find(tree, type);
  }

  /**
   * Checks that every known field has a value of its type.
   *
   * @throws dev.rheo.codec.io.MalformedException in upstream's words
   */
  public static void validate(ObjectNode tree, ObjectType type) {
    new Normalizer(tree, type, false).object(tree, type);
  }

  /**
   * Normalizes the tree in place to what its canonical form expresses, so that trees can be
   * compared. Removes unknown fields, nulls, and zero values that are not written; gives
   * quantities, times and bytes their canonical spelling. Also validates.
   *
   * @throws dev.rheo.codec.io.MalformedException in upstream's words
   */
  public static void normalize(ObjectNode tree, ObjectType type) {
    new Normalizer(tree, type, true).object(tree, type);
  }

  /**
   * The tree with the zero values that the canonical form always writes: {@code status: {}} of a
   * Deployment, {@code containers: null} of a pod without containers. So the trees of two objects
   * differ where their canonical forms do.
   *
   * @param tree normalized; not changed
   * @return the tree itself if it lacks nothing, else one that shares parts with it
   */
  public static ObjectNode complete(ObjectNode tree, ObjectType type) {
    return Completion.of(tree, type);
  }

  /**
   * The canonical form as it is stored: {@code metadata.resourceVersion} is present and empty,
   * whatever the tree has.
   *
   * @param type null for an object of unknown type: keys are sorted, as upstream writes custom
   *     resources, and nothing is dropped
   * @throws dev.rheo.codec.io.MalformedException if a value is not of its field's type
   */
  public static byte[] encode(ObjectNode tree, @Nullable ObjectType type) {
    return encode(tree, type, true);
  }

  /**
   * As {@link #encode}, for an answer that is not stored: the resourceVersion is the tree's; an
   * object of a known type omits it when it is empty.
   */
  public static byte[] encodeAnswer(ObjectNode tree, @Nullable ObjectType type) {
    return encode(tree, type, false);
  }

  /** A value of unknown type as Go writes it: keys are sorted, and nothing is dropped. */
  public static byte[] encodeValue(JsonNode value) {
    ByteOutput out = new ByteOutput(0);
    UntypedWriter.sorted(out, value);
    return out.toByteArray();
  }

  private static byte[] encode(ObjectNode tree, @Nullable ObjectType type, boolean blankRevision) {
    ByteOutput out = new ByteOutput(INITIAL_CAPACITY);
    if (type == null) {
      UntypedWriter.object(out, tree, blankRevision);
    } else {
      new CanonicalWriter(out, tree, type, blankRevision).root(tree, type);
    }
    return out.toByteArray();
  }
}
