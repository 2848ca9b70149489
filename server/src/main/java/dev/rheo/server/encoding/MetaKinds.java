package dev.rheo.server.encoding;

import dev.rheo.codec.schema.ObjectType;
import dev.rheo.codec.schema.TypeTable;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The kinds that belong to no resource: Status, DeleteOptions, PartialObjectMetadata, the documents
 * of discovery. Every server has them, whatever resources it serves. The fields of a resource's
 * objects are reached from its type instead.
 */
public final class MetaKinds {
  private MetaKinds() {}

  /** The fields of such a kind, or null if the version does not have it. */
  static @Nullable ObjectType of(String apiVersion, String kind) {
    return TypeTable.builtIn().type(apiVersion, kind);
  }

  /** The fields of the body of a delete request. */
  public static ObjectType deleteOptions() {
    return Objects.requireNonNull(of("v1", "DeleteOptions"));
  }

  /** The fields of PartialObjectMetadata, which are the same in all its versions. */
  static ObjectType partialObjectMetadata() {
    return Objects.requireNonNull(of(Projection.META, Projection.PARTIAL));
  }
}
