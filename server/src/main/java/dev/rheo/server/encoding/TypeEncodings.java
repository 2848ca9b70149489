package dev.rheo.server.encoding;

import dev.rheo.resource.type.ResourceType;
import java.time.Clock;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The encodings of one type, each made once. Thread-safe. */
final class TypeEncodings {
  /**
   * @param as the apiVersion of the requested kind of {@code meta.k8s.io}; null for the object
   *     itself
   * @param withManagedFields whether objects are shown with {@code metadata.managedFields}
   */
  record Wanted(
      Format format,
      @Nullable String as,
      boolean table,
      ObjectRange.Extent extent,
      boolean withManagedFields) {}

  private final ResourceType type;
  private final Clock clock;
  private final FormKinds kinds;
  private final ConcurrentHashMap<Wanted, Encoding> made = new ConcurrentHashMap<>();

  /**
   * @param clock for the ages in tables
   */
  TypeEncodings(ResourceType type, Clock clock, FormKinds kinds) {
    this.type = type;
    this.clock = clock;
    this.kinds = kinds;
  }

  Encoding find(Wanted wanted) {
    return made.computeIfAbsent(wanted, this::make);
  }

  private Encoding make(Wanted wanted) {
    FormKinds kinds = this.kinds.managedFields(wanted.withManagedFields);
    String as = wanted.as;
    if (as != null && wanted.table) {
      return new TableEncoding(type, as, kinds.cells(), kinds.json(wanted.extent), clock);
    }
    Projection shape = as == null ? Projection.of(type) : Projection.metadata(as);
    return switch (wanted.format) {
      case JSON -> new JsonEncoding(type, shape, kinds);
      case YAML -> new YamlEncoding(type, shape, kinds);
      case PROTOBUF -> new ProtobufEncoding(type, shape, kinds);
      case CBOR -> new CborEncoding(type, shape, kinds);
    };
  }

  FormKinds kinds() {
    return kinds;
  }
}
