package dev.rheo.resource.table;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.Trees;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Cells of Jobs, CronJobs and ControllerRevisions. */
final class WorkloadCells {
  /** The first true condition is the status; deletion ranks before {@link #UNDER_WAY}. */
  private static final List<String> ENDED = List.of("Complete", "Failed");

  private static final List<String> UNDER_WAY =
      List.of("Suspended", "FailureTarget", "SuccessCriteriaMet");

  private WorkloadCells() {}

  static Map<String, Cell> cells() {
    return Map.of(
        "job.status", Cell.text(WorkloadCells::jobStatus),
        "job.completions", Cell.text(WorkloadCells::completions),
        "job.duration", WorkloadCells::duration,
        "cronjob.suspend", Cell.text(WorkloadCells::suspend),
        "controllerrevision.controller", Cell.text(WorkloadCells::controller));
  }

  private static String jobStatus(JsonNode job) {
    List<ObjectNode> conditions = Trees.objects(job, "status", "conditions");
    for (String condition : ENDED) {
      if (CellLists.isTrue(conditions, condition)) {
        return condition;
      }
    }
    if (Trees.at(job, "metadata", "deletionTimestamp") != null) {
      return "Terminating";
    }
    for (String condition : UNDER_WAY) {
      if (CellLists.isTrue(conditions, condition)) {
        return condition;
      }
    }
    return "Running";
  }

  private static String completions(JsonNode job) {
    long succeeded = Trees.number(job, "status", "succeeded");
    JsonNode completions = Trees.at(job, "spec", "completions");
    if (completions != null) {
      return succeeded + "/" + completions.asLong();
    }
    long parallelism = Trees.number(job, "spec", "parallelism");
    return succeeded + (parallelism > 1 ? "/1 of " + parallelism : "/1");
  }

  private static void duration(JsonNode job, CellWriter out) {
    long start = Instants.at(job, "status", "startTime");
    long end = Instants.at(job, "status", "completionTime");
    if (start == Instants.NONE || end == Instants.NONE) {
      out.since(start, "");
    } else {
      out.text(HumanDuration.of(end - start));
    }
  }

  private static String suspend(JsonNode cronJob) {
    JsonNode suspend = Trees.at(cronJob, "spec", "suspend");
    return suspend == null ? CellWriter.UNSET : suspend.asBoolean() ? "True" : "False";
  }

  private static String controller(JsonNode revision) {
    for (ObjectNode owner : Trees.objects(revision, "metadata", "ownerReferences")) {
      if (Trees.flag(owner, "controller")) {
        String apiVersion = Trees.text(owner, "apiVersion");
        int slash = apiVersion.indexOf('/');
        String kind =
            Trees.text(owner, "kind") + (slash < 0 ? "" : "." + apiVersion.substring(0, slash));
        return kind.toLowerCase(Locale.ROOT) + "/" + Trees.text(owner, "name");
      }
    }
    return CellWriter.NONE;
  }
}
