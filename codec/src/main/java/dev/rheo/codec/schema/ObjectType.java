package dev.rheo.codec.schema;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A type of the API: a kind, or a part of one. Immutable once the table is read. */
public final class ObjectType {
  /** The Go type, for example {@code k8s.io/api/apps/v1.DeploymentSpec}. */
  public String goName() {
    throw new UnsupportedOperationException();
  }

  /** The last part of the Go type: {@code DeploymentSpec}. */
  public String name() {
    throw new UnsupportedOperationException();
  }

  /**
   * Whether the type has {@code kind} and {@code apiVersion}; they are not among {@link #fields()}.
   */
  public boolean hasTypeMeta() {
    throw new UnsupportedOperationException();
  }

  /** The fields as JSON shows them, in the order of the Go struct, inlined structs flattened. */
  public List<FieldType> fields() {
    throw new UnsupportedOperationException();
  }

  /** The field of that JSON name, or null. */
  public @Nullable FieldType field(String name) {
    throw new UnsupportedOperationException();
  }
}
