package dev.rheo.server.controller.garbage;

import dev.rheo.cache.Entry;
import dev.rheo.cache.FormReader;
import dev.rheo.cache.WatchCache;
import dev.rheo.codec.json.HeaderScanner;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.codec.json.ObjectHeader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads facts from the watch cache, and remembers those of some owners, which many dependents ask
 * for. For use by one thread at a time.
 */
final class ObjectFacts {
  private static final HeaderScanner SCANNER = HeaderScanner.of(List.of());
  private static final int METADATA = "{\"metadata\":".getBytes(StandardCharsets.US_ASCII).length;
  private static final int REMEMBERED = 256;

  private final FormReader forms;

  /** By key and revision; objects of two collections that have both in common differ in uid. */
  private final Map<String, Facts> remembered =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Facts> eldest) {
          return size() > REMEMBERED;
        }
      };

  ObjectFacts(WatchCache cache) {
    this.forms = new FormReader(cache);
  }

  Facts of(Entry entry) throws IOException {
    byte[] object = forms.readMetadata(entry);
    ObjectHeader at = SCANNER.scan(object);
    // The managed fields, which are the last, may be long and are not decoded.
    int end = at.managedFieldsOffset() < 0 ? at.metadataEnd() - 1 : at.managedFieldsOffset() - 1;
    byte[] metadata = Arrays.copyOfRange(object, METADATA, end + 1);
    metadata[metadata.length - 1] = '}';
    return Facts.of(
        ObjectDecoder.decodeValue(metadata, 0, metadata.length, ObjectDecoder.MAX_DEPTH));
  }

  Facts ofOwner(Entry entry) throws IOException {
    String version = entry.key() + "@" + entry.revision();
    Facts facts = remembered.get(version);
    if (facts == null) {
      facts = of(entry);
      remembered.put(version, facts);
    }
    return facts;
  }
}
