package dev.rheo.server.request;

import dev.rheo.edge.HttpResponse;
import dev.rheo.resource.type.CustomObjects;
import dev.rheo.resource.type.ResourceType;
import java.util.Map;

/** Warnings about deprecated resources, as kube-apiserver words them. */
final class Deprecations {

  private static final Map<String, String> WARNINGS =
      Map.of(
          "v1 Endpoints",
          "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice",
          "v1 ComponentStatus",
          "v1 ComponentStatus is deprecated in v1.19+");

  private Deprecations() {}

  static void warn(ResourceType type, HttpResponse response) {
    CustomObjects custom = type.customObjects();
    String warning =
        custom == null
            ? WARNINGS.getOrDefault(type.apiVersion() + " " + type.kind(), "")
            : custom.deprecationWarning();
    if (!warning.isEmpty()) {
      Warnings.add(response, warning);
    }
  }
}
