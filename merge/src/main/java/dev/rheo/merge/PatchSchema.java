package dev.rheo.merge;

import dev.rheo.codec.schema.FieldType;
import dev.rheo.codec.schema.ObjectType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a strategic merge patch needs to know about the members of an object. */
@FunctionalInterface
public interface PatchSchema {
  /** No knowledge: objects are merged, lists are replaced. */
  PatchSchema UNKNOWN = name -> Member.PLAIN;

  /** Tells how a member is patched. */
  Member member(String name);

  /**
   * @param schema of the member's value, or of its elements if it is a list
   * @param strategy {@code merge}, {@code replace} or empty
   * @param mergeKey the member that identifies an element of a merged list; empty for primitives
   */
  record Member(PatchSchema schema, String strategy, String mergeKey) {
    static final Member PLAIN = new Member(UNKNOWN, "", "");
  }

  /** The schema of a built-in type. */
  static PatchSchema of(@Nullable ObjectType type) {
    if (type == null) {
      return UNKNOWN;
    }
    return name -> {
      FieldType field = type.field(name);
      if (field == null) {
        return Member.PLAIN;
      }
      PatchSchema value = of(field.type());
      List<String> strategies =
          field.patchStrategy().stream().filter(s -> !s.equals("retainKeys")).toList();
      return new Member(
          field.cardinality() == FieldType.Cardinality.MAP
              ? any -> new Member(value, "", "")
              : value,
          strategies.isEmpty() ? "" : strategies.getFirst(),
          field.patchMergeKey() == null ? "" : field.patchMergeKey());
    };
  }
}
