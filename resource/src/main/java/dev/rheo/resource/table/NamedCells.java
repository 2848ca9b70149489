package dev.rheo.resource.table;

import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/** Cells that need more than a path, by their names in {@code columns.txt}. */
final class NamedCells {
  private static final Map<String, Cell> CELLS = new HashMap<>();

  static {
    Stream.of(
            PodCells.cells(),
            CoreCells.cells(),
            ServiceCells.cells(),
            VolumeCells.cells(),
            EventCells.cells(),
            WorkloadCells.cells(),
            AutoscalerCells.cells(),
            NetworkCells.cells(),
            PolicyCells.cells())
        .forEach(CELLS::putAll);
  }

  private NamedCells() {}

  static Cell get(String name) {
    Cell cell = CELLS.get(name);
    if (cell == null) {
      throw new IllegalStateException("no cell " + name);
    }
    return cell;
  }
}
