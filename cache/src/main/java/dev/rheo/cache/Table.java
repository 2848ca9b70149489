package dev.rheo.cache;

import dev.rheo.codec.json.HeaderScanner;
import dev.rheo.codec.json.SelectableField;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;

/**
 * One resource within a generation: its index in progress, and its event log. Only the writer uses
 * it, under the cache's lock; readers see the published trees and log ends.
 */
final class Table {
  final CachedResource resource;

  /** Index among the cache's resources. */
  final int index;

  final HeaderScanner scanner;

  final String[] fieldNames;
  final EventLog log = new EventLog();
  EntryTree.Editor editor;

  /** Bytes of the current objects' forms; {@code recordBytes} includes their headers. */
  long formBytes;

  long recordBytes;

  Table(CachedResource resource, int index) {
    this.resource = resource;
    this.index = index;
    // The key already holds these two fields.
    List<SelectableField> fields =
        resource.fields().stream()
            .filter(f -> !f.name().equals("metadata.name"))
            .filter(f -> !f.name().equals("metadata.namespace"))
            .toList();
    this.scanner = HeaderScanner.of(fields);
    this.fieldNames = fields.stream().map(SelectableField::name).toArray(String[]::new);
    Order[] indexes =
        IntStream.range(0, fieldNames.length)
            .filter(i -> fields.get(i).indexed())
            .mapToObj(i -> Order.byField(fieldNames[i], i))
            .toArray(Order[]::new);
    this.editor = EntryTree.empty(indexes).edit();
  }

  byte[] keyOf(String storeKey) {
    return storeKey.substring(resource.keyPrefix().length()).getBytes(StandardCharsets.UTF_8);
  }
}
