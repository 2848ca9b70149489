package dev.rheo.server.storage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.Trees;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * CustomResourceDefinitions in {@code v1beta1}, the version in which kube-apiserver stores them.
 *
 * <p>There, what all versions of a custom resource have in common is said once, beside them; the
 * first version's name is a field of its own; the webhook lies in the conversion itself; and
 * columns spell their path differently. Source: the conversions of k8s.io/apiextensions-apiserver
 * 0.36.3.
 */
final class EarlierDefinitions {
  static final String API_VERSION = "apiextensions.k8s.io/v1beta1";

  private static final String CLIENT = "webhookClientConfig";
  private static final String REVIEWS = "conversionReviewVersions";

  /** What may be said of all versions at once: its name there, and in a version. */
  private static final Map<String, String> COMMON =
      Map.of(
          "validation",
          "schema",
          "subresources",
          "subresources",
          "additionalPrinterColumns",
          "additionalPrinterColumns",
          "selectableFields",
          "selectableFields");

  private EarlierDefinitions() {}

  /** Gives a definition the shape that it has in v1. */
  static void toV1(ObjectNode definition) {
    ObjectNode spec = Trees.need(definition, "spec");
    ArrayNode versions = Trees.needArray(spec, "versions");
    JsonNode only = spec.remove("version");
    if (versions.isEmpty() && only != null) {
      versions.addObject().put("name", only.asText()).put("served", true).put("storage", true);
    }
    List<ObjectNode> each = Trees.objects(spec, "versions");
    COMMON.forEach((common, own) -> distribute(spec.remove(common), own, each));
    for (ObjectNode version : each) {
      Trees.eachObject(version, "additionalPrinterColumns", EarlierDefinitions::path);
    }
    if (!spec.has("preserveUnknownFields")) {
      spec.put("preserveUnknownFields", true);
    }
    ObjectNode conversion = Trees.object(spec, "conversion");
    if (conversion != null) {
      webhook(conversion);
    }
  }

  private static void distribute(
      @Nullable JsonNode common, String name, List<ObjectNode> versions) {
    if (common == null || common.isNull()) {
      return;
    }
    for (ObjectNode version : versions) {
      version.set(name, common.deepCopy());
    }
  }

  private static void path(ObjectNode column) {
    JsonNode path = column.remove("JSONPath");
    if (path != null) {
      column.set("jsonPath", path);
    }
  }

  private static void webhook(ObjectNode conversion) {
    JsonNode client = conversion.remove(CLIENT);
    JsonNode reviews = conversion.remove(REVIEWS);
    if (client == null && reviews == null) {
      return;
    }
    ObjectNode webhook = conversion.putObject("webhook");
    if (client != null) {
      webhook.set("clientConfig", client);
    }
    if (reviews != null) {
      webhook.set(REVIEWS, reviews);
    }
  }
}
