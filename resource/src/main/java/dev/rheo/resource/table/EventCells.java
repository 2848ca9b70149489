package dev.rheo.resource.table;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.codec.tree.Trees;
import java.util.Locale;
import java.util.Map;

/** Cells of Events, whose times are in deprecated fields, in new fields, or in a series. */
final class EventCells {
  private EventCells() {}

  static Map<String, Cell> cells() {
    return Map.of(
        "event.firstSeen", (event, out) -> out.since(first(event)),
        "event.lastSeen", (event, out) -> out.since(last(event)),
        "event.count", (event, out) -> out.number(count(event)),
        "event.object", Cell.text(EventCells::object),
        "event.source", Cell.text(EventCells::source));
  }

  private static long first(JsonNode event) {
    long first = Instants.at(event, "firstTimestamp");
    return first != Instants.NONE ? first : Instants.at(event, "eventTime");
  }

  private static long last(JsonNode event) {
    JsonNode series = Trees.get(event, "series");
    if (series != null) {
      return Instants.at(series, "lastObservedTime");
    }
    long last = Instants.at(event, "lastTimestamp");
    return last != Instants.NONE ? last : first(event);
  }

  /** An Event that happened once may have no count. */
  private static long count(JsonNode event) {
    JsonNode series = Trees.get(event, "series");
    if (series != null) {
      return Trees.number(series, "count");
    }
    long count = Trees.number(event, "count");
    return count == 0 ? 1 : count;
  }

  private static String object(JsonNode event) {
    JsonNode object = Trees.get(event, "involvedObject");
    String kind = Trees.text(object, "kind").toLowerCase(Locale.ROOT);
    String name = Trees.text(object, "name");
    return name.isEmpty() ? kind : kind + "/" + name;
  }

  private static String source(JsonNode event) {
    String component = either(event, "component", "reportingComponent");
    String host = either(event, "host", "reportingInstance");
    return host.isEmpty() ? component : component + ", " + host;
  }

  private static String either(JsonNode event, String inSource, String otherwise) {
    String text = Trees.text(event, "source", inSource);
    return text.isEmpty() ? Trees.text(event, otherwise) : text;
  }
}
