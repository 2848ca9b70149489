package dev.rheo.resource.rules.workload;

import dev.rheo.api.status.FieldError;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.GoValues;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Checks writes of a job's status. Controllers other than Kubernetes' own may write it, so what
 * clients rely on is demanded; of what a write does not change, most is not checked.
 */
final class JobStatusRules {
  private static final String COMPLETE = "Complete";
  private static final String FAILED = "Failed";
  private static final String FAILURE_TARGET = "FailureTarget";
  private static final String SUCCESS_CRITERIA = "SuccessCriteriaMet";

  private final Field job;
  private final Field status;
  private final Field old;

  private final boolean complete;
  private final boolean failed;
  private final boolean failureTarget;
  private final boolean successCriteria;
  private final boolean completeChanged;
  private final boolean failedChanged;
  private final boolean finishedChanged;

  private JobStatusRules(Field job, Field oldJob) {
    this.job = job;
    status = job.at("status");
    old = oldJob.at("status");
    complete = isTrue(status, COMPLETE);
    failed = isTrue(status, FAILED);
    failureTarget = isTrue(status, FAILURE_TARGET);
    successCriteria = isTrue(status, SUCCESS_CRITERIA);
    completeChanged = complete != isTrue(old, COMPLETE);
    failedChanged = failed != isTrue(old, FAILED);
    finishedChanged = isFinished() != (isTrue(old, COMPLETE) || isTrue(old, FAILED));
  }

  static void validate(Field job, Field oldJob) {
    JobStatusRules rules = new JobStatusRules(job, oldJob);
    rules.numbers();
    rules.completion();
    rules.end();
    rules.indexes();
    rules.pods();
    rules.criteria();
    rules.transitions();
  }

  /** Whether a status has a condition that is true. */
  static boolean isTrue(Field status, String type) {
    return has(status, type, "True");
  }

  private static boolean has(Field status, String type, String value) {
    for (Field condition : status.at("conditions").items()) {
      if (condition.at("type").is(type) && condition.at("status").is(value)) {
        return true;
      }
    }
    return false;
  }

  private boolean isFinished() {
    return complete || failed;
  }

  private boolean changed(String name) {
    return status.at(name).present() != old.at(name).present()
        || !status.at(name).same(old.at(name));
  }

  /** As {@link #changed}, of a field for which absent and empty are one. */
  private boolean valueChanged(String name) {
    return !status.at(name).is(old.at(name).text());
  }

  private boolean countChanged(String name) {
    return status.at(name).number() != old.at(name).number();
  }

  private void conditions(boolean wrong, String fault) {
    if (wrong) {
      status.fault(FieldError.invalid(status.at("conditions").path(), fault));
    }
  }

  private void numbers() {
    Counts.notNegative(status, "active", "succeeded", "failed", "ready", "terminating");
    Set<String> seen = new HashSet<>();
    Field uncounted = status.at("uncountedTerminatedPods");
    for (String which : new String[] {"succeeded", "failed"}) {
      for (Field uid : uncounted.at(which).items()) {
        if (uid.isEmpty()) {
          uid.invalid("must not be empty");
        } else if (!seen.add(uid.text())) {
          uid.duplicate();
        }
      }
    }
  }

  private void completion() {
    Field start = status.at("startTime");
    Field end = status.at("completionTime");
    boolean endChanged = changed("completionTime");
    boolean targetChanged = failureTarget != isTrue(old, FAILURE_TARGET);
    conditions(
        (completeChanged || failedChanged) && complete && failed,
        "cannot set Complete=True and Failed=true conditions");
    conditions(
        (completeChanged || targetChanged) && complete && failureTarget,
        "cannot set Complete=True and FailureTarget=true conditions");
    if (completeChanged || endChanged) {
      if (end.present() && !complete) {
        end.invalid("cannot set completionTime when there is no Complete=True condition");
      }
      if (end.absent() && complete) {
        end.required("completionTime is required for Complete jobs");
      }
    }
    // times in their canonical form are in the order of their texts
    if ((changed("startTime") || endChanged)
        && start.present()
        && end.present()
        && end.text().compareTo(start.text()) < 0) {
      end.invalid("must be equal to or after `startTime`");
    }
    conditions(
        (failedChanged || changed("failedIndexes")) && failed && !failureTarget,
        "cannot set Failed=True condition without the FailureTarget=true condition");
    boolean criteriaChanged = successCriteria != isTrue(old, SUCCESS_CRITERIA);
    conditions(
        (completeChanged || criteriaChanged) && complete && !successCriteria,
        "cannot set Complete=True condition without the SuccessCriteriaMet=true condition");
  }

  private void end() {
    if (!isFinished()) {
      return;
    }
    Field active = status.at("active");
    if ((finishedChanged || countChanged("active")) && active.number() > 0) {
      active.invalid("active>0 is invalid for finished job");
    }
    Field spec = job.at("spec");
    boolean nothingToDo =
        spec.at("suspend").flag()
            && spec.at("completions").present()
            && spec.at("completions").number() == 0;
    if ((finishedChanged || changed("startTime"))
        && !nothingToDo
        && status.at("startTime").absent()) {
      status.at("startTime").required("startTime is required for finished job");
    }
    Field uncounted = status.at("uncountedTerminatedPods");
    if ((finishedChanged || changed("uncountedTerminatedPods"))
        && uncounted.at("failed").size() + uncounted.at("succeeded").size() > 0) {
      uncounted.invalid(
          GoValues.of("batch.UncountedTerminatedPods", uncounted.node()),
          "must be empty for finished job");
    }
  }

  private void indexes() {
    Field spec = job.at("spec");
    Field completed = status.at("completedIndexes");
    Field failedOnes = status.at("failedIndexes");
    boolean counted = spec.at("completions").present();
    boolean perIndex = spec.at("backoffLimitPerIndex").present();
    long completions = spec.at("completions").number();
    boolean completedChanged = valueChanged("completedIndexes");
    boolean failedOnesChanged = changed("failedIndexes");
    if (completedChanged && counted) {
      parse(completed, completions);
    }
    if (failedOnesChanged && counted && perIndex && failedOnes.present()) {
      parse(failedOnes, completions);
    }
    if (completedChanged && !completed.isEmpty() && !JobSpecs.isIndexed(spec)) {
      completed.invalid("cannot set non-empty completedIndexes when non-indexed completion mode");
    }
    if (failedOnesChanged && !perIndex && failedOnes.present()) {
      failedOnes.invalid("cannot set non-null failedIndexes when backoffLimitPerIndex is null");
    }
    if ((failedOnesChanged || completedChanged) && counted && failedOnes.present()) {
      long both = Indexes.overlap(completed.text(), failedOnes.text(), completions);
      if (both >= 0) {
        failedOnes.invalid("failedIndexes and completedIndexes overlap at index: " + both);
      }
    }
  }

  private static void parse(Field indexes, long completions) {
    try {
      Indexes.count(indexes.text(), completions);
    } catch (Indexes.FaultException e) {
      indexes.invalid("error parsing " + indexes.name() + ": " + e.getMessage());
    }
  }

  private void pods() {
    Field terminating = status.at("terminating");
    if ((finishedChanged || changed("terminating")) && terminating.number() > 0 && isFinished()) {
      terminating.invalid("terminating>0 is invalid for finished job");
    }
    Field ready = status.at("ready");
    if ((changed("ready") || countChanged("active"))
        && ready.present()
        && ready.number() > status.at("active").number()) {
      ready.invalid("cannot set more ready pods than active");
    }
  }

  private void criteria() {
    conditions(
        successCriteria && failed, "cannot set SuccessCriteriaMet=True and Failed=true conditions");
    conditions(
        successCriteria && failureTarget,
        "cannot set SuccessCriteriaMet=True and FailureTarget=true conditions");
    conditions(
        job.at("spec", "successPolicy").present() && !successCriteria && complete,
        "cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True");
  }

  /** What must not be taken back. */
  private void transitions() {
    for (String type : List.of(FAILED, COMPLETE, FAILURE_TARGET)) {
      conditions(
          isTrue(old, type) && !isTrue(status, type),
          "cannot disable the terminal " + type + "=True condition");
    }
    notDecreased("failed");
    Field spec = job.at("spec");
    boolean elastic =
        JobSpecs.isIndexed(spec) && spec.at("completions").same(spec.at("parallelism"));
    if (!elastic) {
      notDecreased("succeeded");
    }
    Field end = status.at("completionTime");
    if (end.present() && old.at("completionTime").present() && changed("completionTime")) {
      end.invalid("field is immutable");
    }
    boolean resuming = isTrue(old, "Suspended") && has(status, "Suspended", "False");
    if (old.at("startTime").present()
        && changed("startTime")
        && !resuming
        && !spec.at("suspend").flag()) {
      status.at("startTime").invalid("field is immutable for unsuspended job once set");
    }
    boolean criteriaBefore = isTrue(old, SUCCESS_CRITERIA);
    conditions(
        criteriaBefore && !successCriteria, "cannot disable the SuccessCriteriaMet=True condition");
    conditions(
        isTrue(old, COMPLETE) && !criteriaBefore && successCriteria,
        "cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions");
  }

  private void notDecreased(String name) {
    Field count = status.at(name);
    if (count.number() < old.at(name).number()) {
      count.invalid(count.number(), "cannot decrease the " + name + " counter");
    }
  }
}
