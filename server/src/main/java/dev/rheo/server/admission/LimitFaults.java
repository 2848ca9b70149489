package dev.rheo.server.admission;

import dev.rheo.resource.defaults.PodResources;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The bounds of a LimitRange that a write breaks, in upstream's words. */
final class LimitFaults {
  /** Further ones are left out; a client decides how many there are. */
  private static final int MAX = 64;

  private static final int THOUSANDTHS = 3;

  private final Set<String> faults = new LinkedHashSet<>();

  boolean isEmpty() {
    return faults.isEmpty();
  }

  String message() {
    return faults.size() == 1 ? faults.iterator().next() : "[" + String.join(", ", faults) + "]";
  }

  void minimum(
      String type, String resource, String min, @Nullable String request, @Nullable String limit) {
    String what = "minimum " + resource + " usage per " + type + " is " + min;
    if (request == null) {
      add(what + ".  No request is specified");
    } else if (compare(request, min) < 0) {
      add(what + ", but request is " + request);
    } else if (limit != null && compare(limit, min) < 0) {
      add(what + ", but limit is " + limit);
    }
  }

  void maximum(
      String type, String resource, String max, @Nullable String request, @Nullable String limit) {
    String what = "maximum " + resource + " usage per " + type + " is " + max;
    if (limit == null) {
      add(what + ".  No limit is specified");
    } else if (compare(limit, max) > 0) {
      add(what + ", but limit is " + limit);
    } else if (request != null && compare(request, max) > 0) {
      add(what + ", but request is " + request);
    }
  }

  void maximumRequest(String type, String resource, String max, @Nullable String request) {
    String what = "maximum " + resource + " usage per " + type + " is " + max;
    if (request == null) {
      add(what + ".  No request is specified");
    } else if (compare(request, max) > 0) {
      add(what + ", but request is " + request);
    }
  }

  void ratio(
      String type, String resource, String max, @Nullable String request, @Nullable String limit) {
    String what = resource + " max limit to request ratio per " + type + " is " + max;
    if (request == null || value(request).signum() == 0) {
      add(what + ", but no request is specified or request is 0");
    } else if (limit == null || value(limit).signum() == 0) {
      add(what + ", but no limit is specified or limit is 0");
    } else {
      double observed = value(limit).doubleValue() / value(request).doubleValue();
      if (observed > value(max).doubleValue()) {
        add(what + ", but provided ratio is " + String.format(Locale.ROOT, "%f", observed));
      }
    }
  }

  private void add(String fault) {
    if (faults.size() < MAX) {
      faults.add(fault);
    }
  }

  private static int compare(String a, String b) {
    return value(a).compareTo(value(b));
  }

  /** In thousandths, rounded up, as upstream compares. */
  private static BigDecimal value(String quantity) {
    return PodResources.value(quantity).setScale(THOUSANDTHS, RoundingMode.UP);
  }
}
