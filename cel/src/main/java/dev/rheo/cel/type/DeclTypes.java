package dev.rheo.cel.type;

import dev.cel.checker.TypeProvider;
import dev.cel.common.types.CelProtoTypes;
import dev.cel.common.types.CelType;
import dev.cel.common.types.OpaqueType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.StructTypeReference;
import dev.cel.common.types.TypeType;
import dev.cel.expr.Type;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The objects whose types have names, for the type checker. Thread-safe, unless a field is added.
 */
public final class DeclTypes implements TypeProvider {
  private static final String OBJECT = "Object";
  private static final String JSON_PATCH = "JSONPatch";

  /** What the {@code value} of a JSON patch and the fields of an object of any type are. */
  private static final FieldType DYNAMIC =
      FieldType.of(CelProtoTypes.celTypeToType(SimpleType.DYN));

  private static final FieldType STRING =
      FieldType.of(CelProtoTypes.celTypeToType(SimpleType.STRING));

  /**
   * Of fields that a JSON patch has not: the type checker of upstream has such, to which nothing
   * fits.
   */
  private static final FieldType NO_TYPE =
      FieldType.of(CelProtoTypes.celTypeToType(OpaqueType.create("")));

  private final Map<String, DeclType> types = new HashMap<>();
  private final boolean mutations;

  /**
   * @param mutations whether there are {@code JSONPatch}, {@code Object}, {@code Object.spec}, …,
   *     which policies that mutate build
   */
  public DeclTypes(Iterable<DeclType> roots, boolean mutations) {
    this.mutations = mutations;
    roots.forEach(this::add);
  }

  private void add(DeclType type) {
    if (type.isObject() && types.putIfAbsent(type.name(), type) == null) {
      type.fields().values().forEach(this::add);
    }
    if (type.key() != null) {
      add(type.key());
    }
    if (type.element() != null) {
      add(type.element());
    }
  }

  private boolean isKnown(String name) {
    return types.containsKey(name) || (mutations && (isPatch(name) || isAnyObject(name)));
  }

  private static boolean isPatch(String name) {
    return name.equals(JSON_PATCH);
  }

  private static boolean isAnyObject(String name) {
    return name.equals(OBJECT) || name.startsWith(OBJECT + ".");
  }

  @Override
  public @Nullable Type lookupType(String name) {
    return isKnown(name)
        ? CelProtoTypes.celTypeToType(TypeType.create(StructTypeReference.create(name)))
        : null;
  }

  @Override
  public @Nullable FieldType lookupFieldType(Type type, String field) {
    CelType owner = CelProtoTypes.typeToCelType(type);
    DeclType declared = types.get(owner.name());
    if (declared != null) {
      DeclType found = declared.fields().get(field);
      if (found == null && Names.RESERVED.contains(field)) {
        found = declared.fields().get(Names.escape(field));
      }
      return found == null ? null : FieldType.of(CelProtoTypes.celTypeToType(found.celType()));
    }
    if (!mutations) {
      return null;
    }
    if (isPatch(owner.name())) {
      return switch (field) {
        case "op", "from", "path" -> STRING;
        case "value" -> DYNAMIC;
        default -> NO_TYPE;
      };
    }
    return isAnyObject(owner.name()) ? DYNAMIC : null;
  }

  /** No enumeration has names. */
  @Override
  public @Nullable Integer lookupEnumValue(String name) {
    return null;
  }
}
