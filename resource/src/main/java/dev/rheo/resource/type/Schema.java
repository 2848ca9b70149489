package dev.rheo.resource.type;

import dev.rheo.codec.schema.ObjectType;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the objects of a kind in one API version.
 *
 * @param object their fields
 * @param list the fields of a list of them; null if the kind cannot be listed
 * @param custom what the definition of a custom resource says of them; null for a built-in kind
 */
public record Schema(
    ObjectType object,
    @Nullable ObjectType list,
    Defaults defaults,
    @Nullable CustomObjects custom) {

  /** The schema of a built-in kind. */
  public Schema(ObjectType object, @Nullable ObjectType list, Defaults defaults) {
    this(object, list, defaults, null);
  }
}
