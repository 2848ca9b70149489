package dev.rheo.client;

import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Feature gates of the client, as client-go has them. A gate is asked for when a factory of
 * informers is built. What holds is, in this order: what was set by {@link #set}, the system
 * property {@code rheo.feature.NAME}, the environment variable {@code KUBE_FEATURE_NAME}, the
 * default. Safe for use by many threads.
 */
public final class ClientFeatures {
  /** Whether informers use watch lists. On by default. */
  public static final String WATCH_LIST_CLIENT = "WatchListClient";

  private static final Map<String, Boolean> DEFAULTS = Map.of(WATCH_LIST_CLIENT, true);
  private static final System.Logger LOG = System.getLogger(ClientFeatures.class.getName());

  /** The gates of this process. */
  private static final ClientFeatures PROCESS =
      new ClientFeatures(System::getProperty, System::getenv);

  private final Map<String, Boolean> set = new ConcurrentHashMap<>();
  private final Function<String, @Nullable String> properties;
  private final Function<String, @Nullable String> environment;

  ClientFeatures(
      Function<String, @Nullable String> properties,
      Function<String, @Nullable String> environment) {
    this.properties = properties;
    this.environment = environment;
  }

  /** Whether a gate is on in this process. */
  public static boolean enabled(String gate) {
    return PROCESS.isEnabled(gate);
  }

  /** Sets a gate for all factories of this process that are built from now on. */
  public static void set(String gate, boolean on) {
    PROCESS.setTo(gate, on);
  }

  boolean isEnabled(String gate) {
    Boolean byDefault = DEFAULTS.get(gate);
    if (byDefault == null) {
      throw unknown(gate);
    }
    Boolean chosen = set.get(gate);
    if (chosen == null) {
      chosen =
          read(
              "the system property rheo.feature." + gate, properties.apply("rheo.feature." + gate));
    }
    if (chosen == null) {
      chosen = read("the variable KUBE_FEATURE_" + gate, environment.apply("KUBE_FEATURE_" + gate));
    }
    return chosen == null ? byDefault : chosen;
  }

  void setTo(String gate, boolean on) {
    if (!DEFAULTS.containsKey(gate)) {
      throw unknown(gate);
    }
    set.put(gate, on);
  }

  private static IllegalArgumentException unknown(String gate) {
    return new IllegalArgumentException(
        "there is no feature gate '" + gate + "', only " + DEFAULTS.keySet());
  }

  private static @Nullable Boolean read(String from, @Nullable String value) {
    if (value == null || value.isEmpty()) {
      return null;
    }
    // What Go reads as a boolean.
    switch (value.toLowerCase(Locale.ROOT)) {
      case "1", "t", "true" -> {
        return true;
      }
      case "0", "f", "false" -> {
        return false;
      }
      default -> {
        LOG.log(
            System.Logger.Level.WARNING,
            "{0} is neither true nor false but ''{1}''; it is ignored",
            from,
            value);
        return null;
      }
    }
  }
}
