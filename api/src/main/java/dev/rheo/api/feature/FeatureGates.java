package dev.rheo.api.feature;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The features that are switched on. Immutable. The syntax is Kubernetes': {@code
 * WatchList=false,AllAlpha=true}; a gate's own value takes precedence over {@code AllAlpha} and
 * {@code AllBeta}.
 */
public final class FeatureGates {

  /** The maturity of a feature. */
  public enum Stage {
    ALPHA,
    BETA,
    GA
  }

  /** A gate that this server knows. */
  public enum Gate {
    /** Initial events on a watch (KEP-3157). */
    WATCH_LIST("WatchList", Stage.BETA, true),
    /** Responses in gzip for clients that accept it. */
    API_RESPONSE_COMPRESSION("APIResponseCompression", Stage.BETA, true),
    /** Gzip for watches as well. */
    WATCH_COMPRESSION("WatchCompression", Stage.BETA, true),
    /** CBOR for responses and request bodies (KEP-4222). Upstream's default is off. */
    CBOR_SERVING("CBORServingAndStorage", Stage.BETA, true),
    /** Lists and watches of a shard of a collection (KEP-5866). Off in 1.36, on since 1.38. */
    SHARDED_LIST_AND_WATCH("ShardedListAndWatch", Stage.BETA, true),
    /**
     * {@code drop=metadata.managedFields} in an Accept header (KEP-5958). Upstream's default is
     * off.
     */
    MANAGED_FIELDS_OPT_OUT("ManagedFieldsOptOut", Stage.BETA, true);

    private final String gateName;
    private final Stage stage;
    private final boolean byDefault;

    Gate(String gateName, Stage stage, boolean byDefault) {
      this.gateName = gateName;
      this.stage = stage;
      this.byDefault = byDefault;
    }

    public String gateName() {
      return gateName;
    }

    public Stage stage() {
      return stage;
    }

    public boolean byDefault() {
      return byDefault;
    }
  }

  private static final String ALL_ALPHA = "AllAlpha";
  private static final String ALL_BETA = "AllBeta";
  private static final FeatureGates DEFAULTS = parse("");

  private final Map<Gate, Boolean> enabled;

  private FeatureGates(Map<Gate, Boolean> enabled) {
    this.enabled = enabled;
  }

  public static FeatureGates defaults() {
    return DEFAULTS;
  }

  /**
   * @param text {@code Gate=true|false}, separated by commas; may be empty
   * @throws IllegalArgumentException whose message names the fault, and the known gates if a gate
   *     is unknown
   */
  public static FeatureGates parse(String text) {
    Map<String, Boolean> named = new HashMap<>();
    for (String part : text.split(",")) {
      if (part.isBlank()) {
        continue;
      }
      int equals = part.indexOf('=');
      String name = (equals < 0 ? part : part.substring(0, equals)).trim();
      if (equals < 0) {
        throw new IllegalArgumentException("missing bool value for " + name);
      }
      named.put(name, bool(name, part.substring(equals + 1).trim()));
    }
    Map<Gate, Boolean> enabled = new EnumMap<>(Gate.class);
    for (Gate gate : Gate.values()) {
      Boolean all =
          switch (gate.stage()) {
            case ALPHA -> named.get(ALL_ALPHA);
            case BETA -> named.get(ALL_BETA);
            case GA -> null;
          };
      Boolean own = named.remove(gate.gateName());
      enabled.put(gate, own != null ? own : all != null ? all : Boolean.valueOf(gate.byDefault()));
    }
    named.remove(ALL_ALPHA);
    named.remove(ALL_BETA);
    if (!named.isEmpty()) {
      throw new IllegalArgumentException(
          "unrecognized feature gate: "
              + String.join(", ", new TreeSet<>(named.keySet()))
              + " (known: "
              + String.join(", ", known())
              + ")");
    }
    return new FeatureGates(enabled);
  }

  public boolean enabled(Gate gate) {
    return enabled.getOrDefault(gate, gate.byDefault());
  }

  /** One line for each known gate, for a help text. */
  public static List<String> known() {
    List<String> lines = new ArrayList<>();
    lines.add(ALL_ALPHA + "=true|false (ALPHA - default=false)");
    lines.add(ALL_BETA + "=true|false (BETA - default=true)");
    for (Gate gate : Gate.values()) {
      lines.add(
          gate.gateName()
              + "=true|false ("
              + gate.stage()
              + " - default="
              + gate.byDefault()
              + ")");
    }
    return lines;
  }

  @Override
  public String toString() {
    return enabled.entrySet().stream()
        .map(e -> e.getKey().gateName() + "=" + e.getValue())
        .collect(Collectors.joining(","));
  }

  /** What Go's ParseBool accepts. */
  private static boolean bool(String name, String value) {
    return switch (value) {
      case "1", "t", "T", "true", "TRUE", "True" -> true;
      case "0", "f", "F", "false", "FALSE", "False" -> false;
      default ->
          throw new IllegalArgumentException(
              String.format(
                  Locale.ROOT,
                  "invalid value of %s=%s, err: strconv.ParseBool: parsing \"%s\": invalid syntax",
                  name,
                  value,
                  value));
    };
  }
}
