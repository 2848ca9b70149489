package dev.rheo.client.wire;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A bookmark.
 *
 * @param resourceVersion all events up to this version have been sent
 * @param endsInitialEvents whether it says that the initial events are over (KEP-3157)
 * @param unchanged the keys of objects that are as the client has them (Rheo's extension,
 *     docs/informer-protocol.md)
 */
public record Bookmark(String resourceVersion, boolean endsInitialEvents, List<String> unchanged) {

  /** Reads a bookmark. */
  public static Bookmark of(Captured object) throws MalformedJsonException {
    if (!(JsonText.parse(object.bytes(), 0, object.length()) instanceof Map<?, ?> root)
        || !(root.get("metadata") instanceof Map<?, ?> metadata)) {
      throw new MalformedJsonException("a bookmark without metadata");
    }
    boolean ends = false;
    List<String> unchanged = new ArrayList<>();
    if (metadata.get("annotations") instanceof Map<?, ?> annotations) {
      ends = "true".equals(annotations.get("k8s.io/initial-events-end"));
      if (annotations.get("rheo.dev/unchanged") instanceof String keys && !keys.isEmpty()) {
        for (String key : keys.split(" ")) {
          unchanged.add(URLDecoder.decode(key.replace("+", "%2B"), StandardCharsets.UTF_8));
        }
      }
    }
    String version = metadata.get("resourceVersion") instanceof String text ? text : "";
    return new Bookmark(version, ends, unchanged);
  }
}
