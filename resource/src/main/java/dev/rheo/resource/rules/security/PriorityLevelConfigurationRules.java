package dev.rheo.resource.rules.security;

import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.KindRules;
import java.util.List;

/** Rules for writes of priority levels. */
final class PriorityLevelConfigurationRules extends KindRules {
  private static final String ROUND_TRIP =
      "flowcontrol.k8s.io/v1beta3-preserve-zero-concurrency-shares";
  private static final List<String> TYPES = List.of("Exempt", "Limited");
  private static final List<String> RESPONSES = List.of("Queue", "Reject");
  private static final int QUEUES_MAX = 10_000_000;
  private static final int HASH_BITS = 60;

  @Override
  protected void checkCreate(Field level) {
    if (level.at("metadata", "annotations").key(ROUND_TRIP).present()) {
      level.at("metadata", "annotations").forbidden("annotation '" + ROUND_TRIP + "' is forbidden");
    }
    spec(level.at("metadata", "name").text(), level.at("spec"));
    FlowControlObjects.checkPriorityLevel(level);
    FlowControlObjects.conditions(level.at("status", "conditions"));
  }

  @Override
  protected void checkSubresource(String subresource, Field level, Field old) {
    FlowControlObjects.conditions(level.at("status", "conditions"));
  }

  private static void spec(String name, Field spec) {
    Field type = spec.at("type");
    Field limited = spec.at("limited");
    Field exempt = spec.at("exempt");
    if (name.equals(FlowControlObjects.EXEMPT) != type.is("Exempt")) {
      type.invalid(type.text(), "must be 'Exempt' if and only if `name` is 'exempt'");
    }
    switch (type.text()) {
      case "Exempt" -> {
        if (limited.present()) {
          limited.forbidden("must be nil if the type is not Limited");
        }
        shares(exempt.at("nominalConcurrencyShares"));
        lendable(exempt.at("lendablePercent"));
      }
      case "Limited" -> {
        if (exempt.present()) {
          exempt.forbidden("must be nil if the type is Limited");
        }
        if (limited.absent()) {
          limited.required("must not be empty when type is Limited");
        } else {
          limited(limited);
        }
      }
      default -> choose(type, TYPES);
    }
  }

  private static void limited(Field limited) {
    shares(limited.at("nominalConcurrencyShares"));
    response(limited.at("limitResponse"));
    lendable(limited.at("lendablePercent"));
    if (limited.at("borrowingLimitPercent").number() < 0) {
      limited.at("borrowingLimitPercent").invalid("if specified, must be a non-negative integer");
    }
  }

  private static void shares(Field shares) {
    if (shares.number() < 0) {
      shares.invalid("must be a non-negative integer");
    }
  }

  private static void lendable(Field percent) {
    if (percent.number() < 0 || percent.number() > 100) {
      percent.invalid("must be between 0 and 100, inclusive");
    }
  }

  private static void response(Field response) {
    Field queuing = response.at("queuing");
    switch (response.at("type").text()) {
      case "Reject" -> {
        if (queuing.present()) {
          queuing.forbidden("must be nil if limited.limitResponse.type is not Limited");
        }
      }
      case "Queue" -> {
        if (queuing.absent()) {
          queuing.required("must not be empty if limited.limitResponse.type is Limited");
        } else {
          queuing(queuing);
        }
      }
      default -> choose(response.at("type"), RESPONSES);
    }
  }

  private static void queuing(Field queuing) {
    positive(queuing.at("queueLengthLimit"));
    Field queues = queuing.at("queues");
    if (positive(queues) && queues.number() > QUEUES_MAX) {
      queues.invalid("must not be greater than " + QUEUES_MAX);
    }
    Field hand = queuing.at("handSize");
    if (!positive(hand)) {
      return;
    }
    long bits = (long) Math.ceil(Math.log(queues.number()) / Math.log(2) * hand.number());
    if (hand.number() > queues.number()) {
      hand.invalid("should not be greater than queues (" + queues.number() + ")");
    } else if (bits > HASH_BITS) {
      hand.invalid(
          "required entropy bits of deckSize "
              + queues.number()
              + " and handSize "
              + hand.number()
              + " should not be greater than "
              + HASH_BITS);
    }
  }

  private static boolean positive(Field number) {
    if (number.number() <= 0) {
      number.invalid(number.number(), "must be positive");
      return false;
    }
    return true;
  }

  private static void choose(Field type, List<String> types) {
    if (type.need("")) {
      type.oneOf(types);
    }
  }
}
