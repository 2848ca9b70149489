package dev.rheo.resource.table;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.codec.io.ByteOutput;
import dev.rheo.resource.type.ResourceType;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The {@code meta.k8s.io/v1} Table of one resource: its columns, and the row of an object. As
 * kube-apiserver answers {@code Accept: application/json;as=Table;v=v1;g=meta.k8s.io}, priority 1
 * ("wide") columns included. Immutable.
 *
 * <p>All versions of a resource have one table, whose cells are read from the stored version.
 *
 * <p>Rows keep the order of the list, except those of FlowSchemas, which are ordered by {@code
 * matchingPrecedence}, then name: not here, but by whoever lists.
 */
public final class TableColumns {
  /** Most rows are smaller. */
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

  /**
   * The table of a resource that is served; name and time of creation if it has none of its own.
   */
  public static TableColumns of(ResourceType type) {
    String name = type.isStored() ? type.storage().name() : type.groupResource().toString();
    TableColumns table = BuiltIn.TABLES.get(name);
    return table != null ? table : named(ColumnTable.DEFAULT);
  }

  /** The table of what the {@code scale} subresource answers: {@code autoscaling/v1} Scale. */
  public static TableColumns scale() {
    return named(ColumnTable.SCALES);
  }

  private static TableColumns named(String name) {
    return Objects.requireNonNull(BuiltIn.TABLES.get(name), name);
  }

  /**
   * The {@code columnDefinitions}, a JSON array: {@code
   * [{"name":"Name","type":"string","format":"name","description":"","priority":0},…]}. Not to be
   * changed.
   */
  public byte[] definitions() {
    return definitions;
  }

  /**
   * The beginning of an object's row, up to where the object itself follows, as a {@link
   * CellTemplate}: {@code {"cells":["web",1],"object":} or, of a pod that has ended, {@code
   * {"cells":["web",1],"conditions":[{"type":"Completed",…}],"object":}. What follows it is the
   * value of {@code object} (the object, its metadata, or null) and the closing brace.
   *
   * <p>Same object, same bytes: to be made once for each version of an object, and rendered for
   * each reader.
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
