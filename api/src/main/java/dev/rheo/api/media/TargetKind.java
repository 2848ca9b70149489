package dev.rheo.api.media;

import org.jspecify.annotations.Nullable;

/**
 * The kind into which a client wants objects transformed, from the parameters {@code as}, {@code g}
 * and {@code v}.
 */
public record TargetKind(String group, String version, String kind) {

  /** Null if no transformation is requested. */
  static @Nullable TargetKind of(MediaType type) {
    var parameters = type.parameters();
    if (!parameters.containsKey("as")
        && !parameters.containsKey("g")
        && !parameters.containsKey("v")) {
      return null;
    }
    return new TargetKind(
        parameters.getOrDefault("g", ""),
        parameters.getOrDefault("v", ""),
        parameters.getOrDefault("as", ""));
  }

  /** Whether this is kind {@code wanted} of {@code meta.k8s.io}, in v1 or v1beta1. */
  public boolean isMeta(String wanted) {
    return group.equals("meta.k8s.io")
        && (version.equals("v1") || version.equals("v1beta1"))
        && kind.equals(wanted);
  }
}
