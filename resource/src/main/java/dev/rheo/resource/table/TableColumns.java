package dev.rheo.resource.table;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.codec.io.ByteOutput;
import dev.rheo.resource.type.CustomType;
import dev.rheo.resource.type.ResourceType;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The {@code meta.k8s.io/v1} Table of one resource: its columns, and the row of an object, as
 * kube-apiserver answers {@code Accept: application/json;as=Table;v=v1;g=meta.k8s.io}. Columns of
 * priority 1 ("wide") are included. Immutable.
 *
 * <p>All versions of a resource share one table, whose cells are read from the stored version.
 *
 * <p>Rows keep the order of the list, except those of FlowSchemas: the caller orders them by {@code
 * matchingPrecedence}, then name.
 */
public final class TableColumns {
  /** Initial capacity of a row in bytes; most rows are smaller. */
  private static final int ROW_CAPACITY = 256;

  private final byte[] definitions;
  private final List<Cell> cells;
  private final List<RowCondition> conditions;

  private static final class BuiltIn {
    static final Map<String, TableColumns> TABLES = ColumnTable.read();
  }

  TableColumns(byte[] definitions, List<Cell> cells, List<RowCondition> conditions) {
    this.definitions = definitions;
    this.cells = cells;
    this.conditions = conditions;
  }

  /** The table of a served resource; by default its columns are name and creation time. */
  public static TableColumns of(ResourceType type) {
    CustomType custom = type.custom();
    if (custom != null) {
      return custom.derived(
          TableColumns.class, made -> custom(made.version().path("additionalPrinterColumns")));
    }
    String name = type.isStored() ? type.storage().name() : type.groupResource().toString();
    TableColumns table = BuiltIn.TABLES.get(name);
    return table != null ? table : named(ColumnTable.DEFAULT);
  }

  /** The table of the {@code scale} subresource, whose objects are {@code autoscaling/v1} Scale. */
  public static TableColumns scale(ResourceType type) {
    CustomType custom = type.custom();
    return custom == null
        ? named(ColumnTable.SCALES)
        : custom.derived(
                OfScale.class,
                made -> new OfScale(customScale(made.version().at("/subresources/scale"))))
            .table;
  }

  /** The table of the Scales of a custom type. */
  private record OfScale(TableColumns table) {}

  /**
   * The table of a version of a custom type.
   *
   * @param columns its {@code additionalPrinterColumns}; missing or empty for the creation time.
   *     Those from the first on that has no valid path are not shown, as upstream
   */
  public static TableColumns custom(JsonNode columns) {
    return CustomColumns.table(columns);
  }

  /**
   * The table of the {@code scale} subresource of a custom type.
   *
   * @param scale its {@code subresources.scale}
   */
  public static TableColumns customScale(JsonNode scale) {
    return CustomColumns.scale(scale);
  }

  private static TableColumns named(String name) {
    return Objects.requireNonNull(BuiltIn.TABLES.get(name), name);
  }

  /**
   * The {@code columnDefinitions}, a JSON array: {@code
   * [{"name":"Name","type":"string","format":"name","description":"","priority":0},…]}. Must not be
   * changed.
   */
  public byte[] definitions() {
    return definitions;
  }

  /**
   * The row of an object as a {@link CellTemplate}, up to the value of {@code object}. The caller
   * appends this value (the object, its metadata, or null) and the closing brace. An object in a
   * final state, such as a pod that has ended, has a condition:
   *
   * <pre>
   * {"cells":["web",1],"object":
   * {"cells":["web",1],"conditions":[{"type":"Completed",…}],"object":
   * </pre>
   *
   * <p>The row depends only on the object, so it can be built once for each version of an object
   * and rendered for each reader.
   *
   * @param object in the stored version
   */
  public byte[] row(JsonNode object) {
    ByteOutput out = new ByteOutput(ROW_CAPACITY);
    CellWriter writer = new CellWriter(out);
    String before = "{\"cells\":[";
    for (Cell cell : cells) {
      out.ascii(before);
      cell.write(object, writer);
      before = ",";
    }
    before = "],\"conditions\":[";
    for (RowCondition condition : conditions) {
      if (condition.holds(object)) {
        out.ascii(before);
        condition.write(out);
        before = ",";
      }
    }
    out.ascii("],\"object\":");
    return out.toByteArray();
  }
}
