package dev.rheo.resource.rules.pod;

import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.Syntax;
import java.util.List;
import java.util.function.Consumer;

/** Checks probes, and what runs when a container starts or stops. */
final class HandlerRules {
  private static final List<String> SCHEMES = List.of("HTTP", "HTTPS");

  private HandlerRules() {}

  /** Checks a probe; its name is that of the member. */
  static void probe(Field probe) {
    handler(probe, List.of("exec", "httpGet", "tcpSocket", "grpc"), HandlerRules::action);
    for (String field :
        List.of(
            "initialDelaySeconds",
            "timeoutSeconds",
            "periodSeconds",
            "successThreshold",
            "failureThreshold")) {
      probe.at(field).notNegative();
    }
    Field grace = probe.at("terminationGracePeriodSeconds");
    if (grace.present() && grace.number() <= 0) {
      grace.invalid("must be greater than 0");
    }
    Field successes = probe.at("successThreshold");
    if (probe.name().equals("readinessProbe")) {
      if (grace.present()) {
        grace.invalid("must not be set for readinessProbes");
      }
    } else if (successes.number() != 1) {
      successes.invalid(successes.number(), "must be 1");
    }
  }

  /**
   * Checks {@code postStart} or {@code preStop}.
   *
   * @param gracePeriod of the pod, in seconds
   */
  static void lifecycle(Field handler, long gracePeriod) {
    handler(
        handler,
        List.of("exec", "httpGet", "tcpSocket", "sleep"),
        action -> {
          if (action.name().equals("sleep")) {
            sleep(action, gracePeriod);
          } else {
            action(action);
          }
        });
  }

  private static void handler(Field handler, List<String> types, Consumer<Field> check) {
    boolean found = false;
    for (String type : types) {
      Field action = handler.at(type);
      if (action.present()) {
        if (found) {
          action.forbidden("may not specify more than 1 handler type");
        } else {
          check.accept(action);
        }
        found = true;
      }
    }
    if (!found) {
      handler.required("must specify a handler type");
    }
  }

  private static void action(Field action) {
    switch (action.name()) {
      case "exec" -> action.at("command").need("");
      case "httpGet" -> {
        action.at("path").need("");
        Syntax.portNumberOrName(action.at("port"));
        action.at("scheme").oneOf(SCHEMES);
        Field headers = action.at("httpHeaders");
        for (Field header : headers.items()) {
          header.at("name").placed(headers).check(Syntax::httpHeaderName);
        }
      }
      case "tcpSocket" -> Syntax.portNumberOrName(action.at("port"));
      default -> Syntax.port(action.at("port"));
    }
  }

  private static void sleep(Field sleep, long gracePeriod) {
    long seconds = sleep.at("seconds").number();
    if (seconds < 0 || seconds > gracePeriod) {
      sleep.invalid(
          seconds,
          "must be non-negative and less than terminationGracePeriodSeconds (" + gracePeriod + ")");
    }
  }
}
