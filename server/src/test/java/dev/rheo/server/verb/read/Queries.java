package dev.rheo.server.verb.read;

import dev.rheo.api.feature.FeatureGates;
import dev.rheo.api.options.ListOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The options of lists and watches, for tests. */
final class Queries {
  /** Names and values of the parameters of a watch list. */
  static final String[] WATCH_LIST = {
    "sendInitialEvents",
    "true",
    "resourceVersionMatch",
    "NotOlderThan",
    "allowWatchBookmarks",
    "true"
  };

  private Queries() {}

  /**
   * @param pairs names and values of parameters
   */
  static ListOptions options(boolean watch, String... pairs) {
    Map<String, String> query = new TreeMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      query.put(pairs[i], pairs[i + 1]);
    }
    return options(watch, query);
  }

  static ListOptions options(boolean watch, Map<String, String> query) {
    Map<String, List<String>> parameters = new TreeMap<>();
    query.forEach((name, value) -> parameters.put(name, List.of(value)));
    return ListOptions.parse(parameters, watch, FeatureGates.defaults());
  }

  /** The options of a watch list with more parameters. */
  static ListOptions watchList(String... pairs) {
    List<String> all = new ArrayList<>(List.of(WATCH_LIST));
    all.addAll(List.of(pairs));
    return options(true, all.toArray(String[]::new));
  }
}
