package dev.rheo.resource.rules.extension;

import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.WebhookClients;
import java.util.List;

/** Checks of how a custom resource is converted between its versions. */
final class DefinitionConversion {
  private static final List<String> STRATEGIES = List.of("None", "Webhook");
  private static final String NOT_WEBHOOK = "should not be set when strategy is not set to Webhook";

  private DefinitionConversion() {}

  static void check(Field spec, Ratchet demands) {
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
      Field bundle = client.at("caBundle");
      String fault = demands.validBundle() ? WebhookClients.bundleFault(bundle) : null;
      if (fault != null) {
        bundle.invalid(fault);
      }
    } else {
      client.required("required when strategy is set to Webhook");
    }
    WebhookClients.reviewVersions(versions, demands.knownReviewVersion(), "");
  }
}
