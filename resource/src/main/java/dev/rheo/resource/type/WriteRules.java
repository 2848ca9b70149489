package dev.rheo.resource.type;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.FieldErrors;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What writes of a kind must fulfil, beyond what its {@link Strategy} says: upstream's strategy of
 * a registry. Objects are in the stored version, normalized and defaulted. Stateless, thread-safe.
 */
public interface WriteRules {
  /** The rules of a kind that has none. */
  WriteRules NONE = new WriteRules() {};

  /**
   * The rules for writes in a version of the API, where they depend on it. Objects are in the
   * stored version all the same.
   *
   * @param apiVersion {@code events.k8s.io/v1}
   */
  default WriteRules in(String apiVersion) {
    return this;
  }

  /** Sets what the server decides of a new object, in place. */
  default void prepareCreate(ObjectNode object, WriteContext context) {}

  /**
   * Takes from the old object what this update may not change, in place.
   *
   * @param subresource empty for a main write, else {@code status}, {@code approval}, …
   */
  default void prepareUpdate(
      ObjectNode object, ObjectNode old, String subresource, WriteContext context) {}

  /** When the metadata of a new object are checked. */
  enum MetadataTurn {
    /** Before the rest. */
    FIRST,
    /** After the rest. */
    LAST,
    /** After the rest, and only if nothing is wrong with it. */
    ALONE
  }

  /** When the metadata of a new object are checked, by which the causes of a refusal differ. */
  default MetadataTurn metadataTurn() {
    return MetadataTurn.FIRST;
  }

  /** Collects the faults of a new object, those of its metadata excepted. */
  default void create(ObjectNode object, FieldErrors errors) {}

  /** Collects the faults of an object that replaces another. */
  default void update(ObjectNode object, ObjectNode old, String subresource, FieldErrors errors) {}

  /**
   * As {@link #update(ObjectNode, ObjectNode, String, FieldErrors)}.
   *
   * @param warnings is told of what is wrong, but was so before and is not refused
   */
  default void update(
      ObjectNode object,
      ObjectNode old,
      String subresource,
      FieldErrors errors,
      Consumer<String> warnings) {
    update(object, old, subresource, errors);
  }

  /** Why an object of this name may not be deleted; empty if it may. */
  default String keeps(String name) {
    return "";
  }

  /**
   * Tells what is not wrong, but not right either. Called for valid objects only.
   *
   * @param old null for a create
   */
  default void warn(
      ObjectNode object, @Nullable ObjectNode old, String subresource, Consumer<String> warnings) {}
}
