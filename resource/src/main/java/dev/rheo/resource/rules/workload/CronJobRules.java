package dev.rheo.resource.rules.workload;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.FieldError;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.KindRules;
import dev.rheo.resource.rules.kind.LabelSelectors;
import dev.rheo.resource.rules.pod.PodTemplates;
import dev.rheo.resource.type.WriteContext;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Rules for writes of cron jobs. */
final class CronJobRules extends KindRules {
  /** The controller adds eleven characters for a job's name. */
  private static final int NAME_MAX = 52;

  private static final List<String> CONCURRENCY = List.of("Allow", "Forbid", "Replace");

  @Override
  public void prepareCreate(ObjectNode object, WriteContext context) {
    PodTemplates.prepare(template(object), null);
  }

  @Override
  public void prepareUpdate(
      ObjectNode object, ObjectNode old, String subresource, WriteContext context) {
    if (subresource.isEmpty()) {
      PodTemplates.prepare(template(object), template(old));
    }
  }

  private static @Nullable ObjectNode template(ObjectNode object) {
    return Trees.object(object, "spec", "jobTemplate", "spec", "template");
  }

  @Override
  protected void checkCreate(Field object) {
    spec(object.at("spec"), object.with(null).at("spec"));
    Field name = object.at("metadata", "name");
    if (name.text().getBytes(StandardCharsets.UTF_8).length > NAME_MAX) {
      name.invalid("must be no more than 52 characters");
    }
  }

  @Override
  protected void checkUpdate(Field object, Field old) {
    spec(object.at("spec"), old.at("spec"));
  }

  private static void spec(Field spec, Field old) {
    schedule(spec, old.at("schedule").text().contains("TZ"));
    spec.at("startingDeadlineSeconds").notNegative();
    Field zone = spec.at("timeZone");
    if (zone.present() && !(old.at("timeZone").present() && zone.same(old.at("timeZone")))) {
      TimeZones.validate(zone);
    }
    Field concurrency = spec.at("concurrencyPolicy");
    if (concurrency.need("")) {
      concurrency.oneOf(CONCURRENCY);
    }
    job(spec.at("jobTemplate", "spec"), old.at("jobTemplate", "spec"));
    Counts.notNegative(spec, "successfulJobsHistoryLimit", "failedJobsHistoryLimit");
  }

  private static void schedule(Field spec, boolean zoneInOld) {
    Field schedule = spec.at("schedule");
    if (!schedule.need("")) {
      return;
    }
    try {
      CronSchedules.parse(schedule.text());
    } catch (IllegalArgumentException e) {
      schedule.invalid(String.valueOf(e.getMessage()));
    }
    if (schedule.text().contains("TZ")) {
      if (!zoneInOld) {
        schedule.invalid("cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
      } else if (spec.at("timeZone").present()) {
        schedule.invalid("cannot use both timeZone field and TZ or CRON_TZ in schedule");
      }
    }
  }

  private static void job(Field spec, Field old) {
    JobSpecs.validate(spec, old);
    Field selector = spec.at("selector");
    if (selector.present()) {
      selector.invalid(LabelSelectors.shown(selector.node()), "`selector` will be auto-generated");
    }
    Field manual = spec.at("manualSelector");
    if (manual.flag()) {
      manual.fault(FieldError.notSupported(manual.path(), true, List.of("nil", "false")));
    }
  }

  @Override
  protected void warn(Field object, Field old, Consumer<String> warnings) {
    if (old.absent()) {
      PodSets.warnOfName(object, warnings);
    }
    if (PodSets.isNewGeneration(object, old)) {
      JobSpecs.warn(
          object.at("spec", "jobTemplate", "spec"),
          old.at("spec", "jobTemplate", "spec"),
          warnings);
    }
    if (old.present() && object.at("spec", "schedule").text().contains("TZ")) {
      warnings.accept(
          "cannot use TZ or CRON_TZ in spec.spec.schedule, use timeZone instead, see"
              + " https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more"
              + " details");
    }
  }
}
