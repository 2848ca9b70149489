package dev.rheo.codec.schema;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A type of the API: a kind, or a part of one. Types may refer to each other in cycles. The {@link
 * TypeTable} creates them; they do not change once it is loaded.
 */
public final class ObjectType {
  private static final String OBJECT_META = "k8s.io/apimachinery/pkg/apis/meta/v1.ObjectMeta";

  private final String goName;
  private final boolean typeMeta;
  private final boolean open;
  private List<FieldType> declared = List.of();
  private List<FieldType> fields = List.of();
  private Map<String, FieldType> byName = Map.of();

  ObjectType(String goName, boolean typeMeta) {
    this(goName, typeMeta, false);
  }

  ObjectType(String goName, boolean typeMeta, boolean open) {
    this.goName = goName;
    this.typeMeta = typeMeta;
    this.open = open;
  }

  void declare(List<FieldType> declared) {
    this.declared = List.copyOf(declared);
  }

  /** Flattens inlined structs, after all types have been declared. */
  void link() {
    Map<String, FieldType> flat = new HashMap<>();
    List<FieldType> order = new ArrayList<>();
    flatten(order, flat);
    fields = List.copyOf(order);
    // Not Map.copyOf: each field of each object is looked up here several times, and a HashMap is
    // faster.
    byName = flat;
  }

  private void flatten(List<FieldType> order, Map<String, FieldType> flat) {
    for (FieldType field : declared) {
      if (field.cardinality() == FieldType.Cardinality.INLINE) {
        field.requireType().flatten(order, flat);
      } else if (flat.putIfAbsent(field.name(), field) == null) {
        order.add(field);
      }
    }
  }

  /** The Go type, for example {@code k8s.io/api/apps/v1.DeploymentSpec}. */
  public String goName() {
    return goName;
  }

  /** The last part of the Go type: {@code DeploymentSpec}. */
  public String name() {
    return goName.substring(goName.lastIndexOf('.') + 1);
  }

  /** Package and name as Go's messages show them: {@code v1.DeploymentSpec}. */
  String shortGoName() {
    return goName.substring(goName.lastIndexOf('/') + 1);
  }

  /** Whether the type has {@code kind} and {@code apiVersion}; they are not among the fields. */
  public boolean hasTypeMeta() {
    return typeMeta;
  }

  /** Whether the type has a protobuf form: Table has none. */
  public boolean hasProtobuf() {
    return !open && (fields.isEmpty() || fields.stream().anyMatch(field -> field.number() > 0));
  }

  /**
   * Whether objects may have fields of any name and value besides the declared ones: those of
   * custom resources, which are described elsewhere. Such fields are kept as they are, sorted.
   */
  public boolean isOpen() {
    return open;
  }

  /** Whether objects may have a field that is not declared. */
  public boolean takes(String name) {
    return open && !name.equals("kind") && !name.equals("apiVersion");
  }

  /** Whether this is ObjectMeta, the metadata of stored objects. */
  public boolean isObjectMeta() {
    return goName.equals(OBJECT_META);
  }

  /** The fields as JSON shows them, in the order of the Go struct, inlined structs flattened. */
  public List<FieldType> fields() {
    return fields;
  }

  /** The fields as protobuf shows them: an inlined struct is one field. */
  public List<FieldType> declaredFields() {
    return declared;
  }

  /** The field of that JSON name, or null. */
  public @Nullable FieldType field(String name) {
    return byName.get(name);
  }

  @Override
  public String toString() {
    return goName;
  }
}
