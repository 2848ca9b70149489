package dev.rheo.resource.type;

import dev.rheo.api.name.GroupResource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The generated table of the resources that a default server has, in the order of discovery. */
final class ResourceTable {
  private ResourceTable() {}

  /** One resource in one version. */
  record Row(
      String group,
      String version,
      String plural,
      String singular,
      String kind,
      boolean namespaced,
      Set<String> verbs,
      List<String> shortNames,
      List<String> categories,
      String storageVersionHash,
      Map<String, Subresource> subresources) {

    String apiVersion() {
      return group.isEmpty() ? version : group + "/" + version;
    }

    GroupResource groupResource() {
      return new GroupResource(group, plural);
    }
  }

  static List<Row> read() {
    List<Row> rows = new ArrayList<>();
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
                  new Row(
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
                      new Subresource(column[2], apiVersion, column[4], FactTable.set(column[5])));
            }
            default -> throw new IllegalStateException(column[0]);
          }
        });
    return rows;
  }
}
