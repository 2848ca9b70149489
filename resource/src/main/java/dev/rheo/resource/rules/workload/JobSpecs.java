package dev.rheo.resource.rules.workload;

import dev.rheo.api.name.Names;
import dev.rheo.api.status.FieldError;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.pod.PodTemplates;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** Checks of what a job shall do, which a cron job has, too. */
final class JobSpecs {
  private static final String INDEXED = "Indexed";
  private static final List<String> COMPLETION_MODES = List.of("NonIndexed", INDEXED);
  private static final List<String> REPLACEMENT_POLICIES = List.of("Failed", "TerminatingOrFailed");

  /** Most pods at once, and most failed indexes, of an indexed job. */
  private static final int INDEXED_MAX = 100_000;

  /** Completions above which there are stricter limits. */
  private static final int MANY = 100_000;

  private static final int MAX_OF_MANY = 10_000;
  private static final int MANAGED_BY_MAX = 63;
  private static final String HTTP_PATH = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";
  private static final Pattern HTTP_PATH_PATTERN = Pattern.compile(HTTP_PATH);

  private JobSpecs() {}

  static boolean isIndexed(Field spec) {
    return spec.at("completionMode").is(INDEXED);
  }

  /**
   * Checks everything but the selector.
   *
   * @param old absent for a create
   */
  static void validate(Field spec, Field old) {
    Counts.notNegative(
        spec,
        "parallelism",
        "completions",
        "activeDeadlineSeconds",
        "backoffLimit",
        "ttlSecondsAfterFinished",
        "backoffLimitPerIndex",
        "maxFailedIndexes");
    Field perIndex = spec.at("backoffLimitPerIndex");
    if (spec.at("maxFailedIndexes").present() && perIndex.absent()) {
      perIndex.required("when maxFailedIndexes is specified");
    }
    if (spec.at("managedBy").present()) {
      managedBy(spec.at("managedBy"));
    }
    completion(spec);
    Field failures = spec.at("podFailurePolicy");
    if (failures.present()) {
      JobPolicies.failures(failures, spec);
    }
    Field success = spec.at("successPolicy");
    if (success.present()) {
      JobPolicies.success(success, spec);
    }
    Field replacement = spec.at("podReplacementPolicy");
    if (replacement.present()) {
      replacement.oneOf(failures.present() ? List.of("Failed") : REPLACEMENT_POLICIES);
    }
    PodTemplates.validate(spec.at("template"), old.at("template"));
    restartPolicy(spec.at("template", "spec", "restartPolicy"), failures.present());
  }

  private static void managedBy(Field manager) {
    String text = manager.text();
    if (manager.need("")) {
      int slash = text.indexOf('/');
      if (slash <= 0 || slash == text.length() - 1) {
        manager.invalid("must be a domain-prefixed path (such as \"acme.io/foo\")");
      } else {
        String domain = text.substring(0, slash);
        String path = text.substring(slash + 1);
        Names.dnsSubdomain(domain).forEach(fault -> manager.invalid(domain, fault));
        if (!HTTP_PATH_PATTERN.matcher(path).matches()) {
          manager.invalid(path, "Invalid path (regex used for validation is '" + HTTP_PATH + "')");
        }
      }
    }
    if (text.getBytes(StandardCharsets.UTF_8).length > MANAGED_BY_MAX) {
      manager.tooLong(MANAGED_BY_MAX);
    }
  }

  private static void completion(Field spec) {
    Field mode = spec.at("completionMode");
    Field perIndex = spec.at("backoffLimitPerIndex");
    Field failed = spec.at("maxFailedIndexes");
    if (mode.present()) {
      mode.oneOf(COMPLETION_MODES);
    }
    if (isIndexed(spec)) {
      indexed(spec);
    } else if (mode.absent() || mode.is("NonIndexed")) {
      for (Field count : new Field[] {perIndex, failed}) {
        if (count.present()) {
          count.invalid("requires indexed completion mode");
        }
      }
    }
  }

  private static void indexed(Field spec) {
    Field completions = spec.at("completions");
    Field parallelism = spec.at("parallelism");
    Field failed = spec.at("maxFailedIndexes");
    if (completions.absent()) {
      completions.required("when completion mode is Indexed");
    }
    atMost(parallelism, INDEXED_MAX, " when completion mode is Indexed");
    if (completions.present() && failed.present() && failed.number() > completions.number()) {
      failed.invalid("must be less than or equal to completions");
    }
    atMost(failed, INDEXED_MAX, "");
    if (completions.number() > MANY && spec.at("backoffLimitPerIndex").present()) {
      if (failed.absent()) {
        failed.required("must be specified when completions is above " + MANY);
      }
      String when =
          " when completions are above " + MANY + " and used with backoff limit per index";
      atMost(parallelism, MAX_OF_MANY, when);
      atMost(failed, MAX_OF_MANY, when);
    }
  }

  private static void atMost(Field count, int maximum, String when) {
    if (count.number() > maximum) {
      count.invalid("must be less than or equal to " + maximum + when);
    }
  }

  private static void restartPolicy(Field policy, boolean failurePolicy) {
    switch (policy.text()) {
      case "Always", "" -> policy.required("valid values: \"OnFailure\", \"Never\"");
      case "Never" -> {}
      case "OnFailure" -> {
        if (failurePolicy) {
          policy.invalid("only \"Never\" is supported when podFailurePolicy is specified");
        }
      }
      default ->
          policy.fault(
              FieldError.notSupported(policy.path(), policy.text(), List.of("OnFailure", "Never")));
    }
  }

  /** Tells of jobs with more indexes than can be tracked, and of the template. */
  static void warn(Field spec, Field old, Consumer<String> warnings) {
    if (isIndexed(spec)
        && spec.at("completions").number() > MANY
        && spec.at("parallelism").number() > MAX_OF_MANY) {
      warnings.accept(
          spec.path()
              + ": In Indexed Jobs with a number of completions higher than 10^5 and a parallelism"
              + " higher than 10^4, Kubernetes might not be able to track completedIndexes when a"
              + " big number of indexes fail");
    }
    PodTemplates.warn(spec.at("template"), old.at("template"), warnings);
  }
}
