package dev.rheo.codec.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.io.Meter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** The members of an object in the order in which Go writes a map: by the UTF-8 of their keys. */
final class SortedEntries {
  private static final Comparator<Map.Entry<String, JsonNode>> BY_KEY =
      Map.Entry.comparingByKey(SortedEntries::compare);

  /** Bytes per entry: a reference in the list, one in a copy, and half of one for the sort. */
  private static final int ENTRY = 10;

  private SortedEntries() {}

  static Iterable<Map.Entry<String, JsonNode>> of(ObjectNode object) {
    if (object.size() < 2 || isSorted(object)) {
      return object.properties();
    }
    Meter.charge((long) ENTRY * object.size());
    List<Map.Entry<String, JsonNode>> entries = new ArrayList<>(object.properties());
    entries.sort(BY_KEY);
    return entries;
  }

  private static boolean isSorted(ObjectNode object) {
    String previous = null;
    for (Map.Entry<String, JsonNode> entry : object.properties()) {
      if (previous != null && compare(previous, entry.getKey()) > 0) {
        return false;
      }
      previous = entry.getKey();
    }
    return true;
  }

  /** Compares by code point, as UTF-8 does; String's order differs for surrogates. */
  static int compare(String a, String b) {
    int length = Math.min(a.length(), b.length());
    for (int i = 0; i < length; i++) {
      char x = a.charAt(i);
      char y = b.charAt(i);
      if (x != y) {
        boolean surrogateX = Character.isSurrogate(x);
        boolean surrogateY = Character.isSurrogate(y);
        return surrogateX == surrogateY ? x - y : surrogateX ? 1 : -1;
      }
    }
    return a.length() - b.length();
  }
}
