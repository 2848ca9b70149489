package dev.rheo.server.controller;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** The server's controllers that can be switched off, by the names that upstream gives them. */
public enum Controllers {
  NAMESPACE("namespace-controller", "namespace"),
  GARBAGE_COLLECTOR("garbage-collector-controller", "garbagecollector");

  private final String title;
  private final String alias;

  Controllers(String title, String alias) {
    this.title = title;
    this.alias = alias;
  }

  /** The name of the controller. */
  @Override
  public String toString() {
    return title;
  }

  /**
   * Reads the value of {@code --controllers}, as kube-controller-manager does.
   *
   * @param list names separated by commas: {@code *} for all, {@code foo} for one, {@code -foo} for
   *     all but one. For each controller the first that is about it counts, and {@code *} last
   * @return the controllers that are on
   * @throws IllegalArgumentException if a name is unknown
   */
  public static Set<Controllers> parse(String list) {
    List<String> names = new ArrayList<>();
    for (String name : list.isEmpty() ? new String[0] : list.split(",", -1)) {
      names.add(name.equals("*") ? name : checked(name));
    }
    Set<Controllers> on = EnumSet.noneOf(Controllers.class);
    for (Controllers controller : values()) {
      int with = names.indexOf(controller.title);
      int without = names.indexOf("-" + controller.title);
      boolean first = with >= 0 && (without < 0 || with < without);
      if (first || (with < 0 && without < 0 && names.contains("*"))) {
        on.add(controller);
      }
    }
    return on;
  }

  /** The name without an alias. */
  private static String checked(String name) {
    String sign = name.startsWith("-") ? "-" : "";
    String asked = name.substring(sign.length());
    for (Controllers controller : values()) {
      if (asked.equals(controller.title) || asked.equals(controller.alias)) {
        return sign + controller.title;
      }
    }
    throw new IllegalArgumentException(
        "\"%s\" is not in the list of known controllers".formatted(asked));
  }
}
