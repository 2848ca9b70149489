package dev.rheo.resource.rules.storage;

import dev.rheo.api.name.Names;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.Quantities;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** References to fields of a pod and to resources of its containers: the downward API. */
public final class DownwardFields {
  private static final Set<String> LABELS =
      Set.of(
          "metadata.annotations",
          "metadata.labels",
          "metadata.name",
          "metadata.namespace",
          "metadata.uid",
          "spec.nodeName",
          "spec.restartPolicy",
          "spec.serviceAccountName",
          "spec.schedulerName",
          "status.phase",
          "status.hostIP",
          "status.hostIPs",
          "status.podIP",
          "status.podIPs");

  private static final List<String> RESOURCES =
      List.of(
          "limits.cpu",
          "limits.ephemeral-storage",
          "limits.memory",
          "requests.cpu",
          "requests.ephemeral-storage",
          "requests.memory");

  private static final Set<String> CPU_DIVISORS = Set.of("1m", "1");
  private static final Set<String> BYTE_DIVISORS =
      Set.of("1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei");

  private DownwardFields() {}

  /**
   * Upstream's {@code validateObjectFieldSelector}.
   *
   * @param paths that may be referred to, sorted
   */
  public static void field(Field reference, List<String> paths) {
    Field version = reference.at("apiVersion");
    Field path = reference.at("fieldPath");
    if (!version.need("") || !path.need("")) {
      return;
    }
    String text = path.text();
    int subscript = text.endsWith("']") ? text.indexOf("['") : -1;
    // upstream cuts the end off first, so that it cannot be the start, too
    boolean subscripted = subscript > 0 && subscript + 2 <= text.length() - 2;
    String plain = subscripted ? text.substring(0, subscript) : text;
    boolean map = plain.equals("metadata.annotations") || plain.equals("metadata.labels");
    if (!version.is("v1")) {
      unconvertible(path, "unsupported pod version: " + version.text());
    } else if (subscripted && !map) {
      unconvertible(path, "field label does not support subscript: " + text);
    } else if (subscripted) {
      String key = text.substring(subscript + 2, text.length() - 2);
      Names.labelKey(plain.equals("metadata.labels") ? key : key.toLowerCase(Locale.ROOT))
          .forEach(
              fault ->
                  reference.invalid(
                      plain.equals("metadata.labels") ? key : key.toLowerCase(Locale.ROOT), fault));
    } else if (!LABELS.contains(text) && !text.equals("spec.host")) {
      unconvertible(path, "field label not supported: " + text);
    } else {
      String name = text.equals("spec.host") ? "spec.nodeName" : text;
      if (!paths.contains(name)) {
        path.notSupported(paths);
      }
    }
  }

  private static void unconvertible(Field path, String reason) {
    path.invalid(path.text(), "error converting fieldPath: " + reason);
  }

  /**
   * Upstream's {@code validateContainerResourceFieldSelector}.
   *
   * @param volume whether the reference is in a volume, where it must name a container
   */
  public static void resource(Field reference, boolean volume) {
    Field resource = reference.at("resource");
    if (volume && reference.at("containerName").isEmpty()) {
      reference.at("containerName").required("");
    } else if (resource.isEmpty()) {
      resource.required("");
    } else if (!RESOURCES.contains(resource.text()) && !isHugePages(resource.text())) {
      resource.notSupported(RESOURCES);
    }
    Field divisor = reference.at("divisor");
    if (Quantities.amount(divisor).signum() == 0) {
      return;
    }
    String name = resource.text();
    switch (name) {
      case "limits.cpu", "requests.cpu" -> {
        if (!CPU_DIVISORS.contains(divisor.text())) {
          divisor.invalid(
              name, "only divisor's values 1m and 1 are supported with the cpu resource");
        }
      }
      case "limits.memory", "requests.memory" -> bytes(divisor, name, "memory");
      case "limits.ephemeral-storage", "requests.ephemeral-storage" ->
          bytes(divisor, name, "local ephemeral storage");
      default -> {
        if (isHugePages(name)) {
          bytes(divisor, name, "hugepages");
        }
      }
    }
  }

  private static boolean isHugePages(String name) {
    return name.startsWith("requests.hugepages-") || name.startsWith("limits.hugepages-");
  }

  private static void bytes(Field divisor, String resource, String what) {
    if (!BYTE_DIVISORS.contains(divisor.text())) {
      divisor.invalid(
          resource,
          "only divisor's values 1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei are"
              + " supported with the "
              + what
              + " resource");
    }
  }
}
