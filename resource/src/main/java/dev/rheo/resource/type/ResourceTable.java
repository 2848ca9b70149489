package dev.rheo.resource.type;

import dev.rheo.codec.schema.TypeTable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The generated table of the resources that a default server has, in the order of discovery. */
final class ResourceTable {
  private ResourceTable() {}

  /**
   * @param types the types of the table's kinds
   */
  static List<ResourceInfo> read(TypeTable types) {
    List<ResourceInfo> rows = new ArrayList<>();
    List<Map<String, Subresource>> subresources = new ArrayList<>();
    FactTable.read(
        ResourceTable.class,
        "resources.txt",
        column -> {
          switch (column[0]) {
            case "R" -> {
              Map<String, Subresource> subs = new LinkedHashMap<>();
              subresources.add(subs);
              rows.add(
                  new ResourceInfo(
                      FactTable.text(column[1]).intern(),
                      column[2].intern(),
                      column[3].intern(),
                      column[4],
                      column[5],
                      column[6].equals("N"),
                      FactTable.set(column[7]),
                      List.of(FactTable.list(column[8])),
                      List.of(FactTable.list(column[9])),
                      FactTable.text(column[10]),
                      Collections.unmodifiableMap(subs)));
            }
            case "S" -> {
              String apiVersion = column[3].equals("=") ? rows.getLast().apiVersion() : column[3];
              subresources
                  .getLast()
                  .put(
                      column[2],
                      new Subresource(
                          column[2],
                          apiVersion,
                          column[4],
                          Objects.requireNonNull(types.type(apiVersion, column[4]), column[4]),
                          FactTable.set(column[5])));
            }
            default -> throw new IllegalStateException(column[0]);
          }
        });
    return rows;
  }
}
