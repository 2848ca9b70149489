package dev.rheo.resource.rules.extension;

import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.Identifiers;
import dev.rheo.resource.rules.kind.WebhookClients;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Checks of how a custom resource is converted between its versions. */
final class DefinitionConversion {
  private static final List<String> STRATEGIES = List.of("None", "Webhook");
  private static final List<String> REVIEW_VERSIONS = List.of("v1", "v1beta1");
  private static final String NOT_WEBHOOK = "should not be set when strategy is not set to Webhook";

  private DefinitionConversion() {}

  static void check(Field spec, Field old) {
    Field conversion = spec.at("conversion");
    if (conversion.absent()) {
      return;
    }
    Field strategy = conversion.at("strategy");
    if (!strategy.is("None") && spec.at("preserveUnknownFields").flag()) {
      strategy.invalid(strategy.text(), "must be None if spec.preserveUnknownFields is true");
    }
    if (strategy.need("")) {
      strategy.oneOf(STRATEGIES);
    }
    // at the places that upstream names
    Field webhook = conversion.at("webhook");
    Field client = webhook.at("clientConfig").placed(conversion.at("webhookClientConfig"));
    Field versions =
        webhook.at("conversionReviewVersions").placed(conversion.at("conversionReviewVersions"));
    if (!strategy.is("Webhook")) {
      if (client.present()) {
        client.forbidden(NOT_WEBHOOK);
      }
      if (!versions.isEmpty()) {
        versions.forbidden(NOT_WEBHOOK);
      }
      return;
    }
    if (client.present()) {
      WebhookClients.validate(client);
    } else {
      client.required("required when strategy is set to Webhook");
    }
    Field before = old.at("conversion", "webhook", "conversionReviewVersions");
    versions(versions, before.isEmpty() || hasKnown(before));
  }

  private static void versions(Field versions, boolean needKnown) {
    if (!versions.need("")) {
      return;
    }
    Set<String> seen = new HashSet<>();
    for (Field version : versions.items()) {
      if (seen.add(version.text())) {
        version.check(Identifiers::dns1035Label);
      } else {
        version.invalid("duplicate version");
      }
    }
    if (needKnown && !hasKnown(versions)) {
      versions.invalid("must include at least one of " + String.join(", ", REVIEW_VERSIONS));
    }
  }

  private static boolean hasKnown(Field versions) {
    return versions.texts().stream().anyMatch(REVIEW_VERSIONS::contains);
  }
}
