package dev.rheo.resource.rules.workload;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.name.Names;
import dev.rheo.codec.tree.TreeCopies;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.KindRules;
import dev.rheo.resource.rules.kind.LabelSelectors;
import dev.rheo.resource.rules.pod.PodTemplates;
import dev.rheo.resource.type.WriteContext;
import java.util.function.Consumer;

/** Rules for writes of jobs. */
final class JobRules extends KindRules {
  private static final String PREFIX = "batch.kubernetes.io/";
  private static final String UID = "controller-uid";
  private static final String NAME = "job-name";

  @Override
  public void prepareCreate(ObjectNode object, WriteContext context) {
    jobSelector(object);
    PodTemplates.prepare(Trees.object(object, "spec", "template"), null);
  }

  @Override
  public void prepareUpdate(
      ObjectNode object, ObjectNode old, String subresource, WriteContext context) {
    if (subresource.isEmpty()) {
      PodTemplates.prepare(
          Trees.object(object, "spec", "template"), Trees.object(old, "spec", "template"));
    }
  }

  /** Selects the pods of a job by the job's uid, unless {@code manualSelector} is set. */
  private static void jobSelector(ObjectNode job) {
    ObjectNode spec = Trees.need(job, "spec");
    if (Trees.flag(spec, "manualSelector")) {
      return;
    }
    String uid = Trees.text(job, "metadata", "uid");
    String name = Trees.name(job);
    ObjectNode labels = Trees.need(Trees.need(Trees.need(spec, "template"), "metadata"), "labels");
    // labels defaulted from the template are one map in upstream, so both get the additions
    ObjectNode own = Trees.object(job, "metadata", "labels");
    boolean shared = own != null && own.equals(labels);
    for (String prefix : new String[] {"", PREFIX}) {
      putAbsent(labels, prefix + NAME, name);
      putAbsent(labels, prefix + UID, uid);
    }
    if (shared) {
      Trees.metadata(job).set("labels", TreeCopies.of(labels));
    }
    ObjectNode matchLabels = Trees.need(Trees.need(spec, "selector"), "matchLabels");
    putAbsent(matchLabels, PREFIX + UID, uid);
  }

  private static void putAbsent(ObjectNode node, String field, String value) {
    if (!Trees.has(node, field)) {
      node.put(field, value);
    }
  }

  @Override
  protected void checkCreate(Field object) {
    job(object, object.with(null), true);
  }

  @Override
  protected void checkUpdate(Field object, Field old) {
    // jobs of old have labels without a prefix only
    Field labels = old.at("spec", "template", "metadata", "labels");
    job(object, old, labels.key(PREFIX + NAME).present() && labels.key(PREFIX + UID).present());
    JobUpdates.spec(object.at("spec"), old);
  }

  private static void job(Field job, Field old, boolean prefixed) {
    Field spec = job.at("spec");
    generatedSelector(job, prefixed);
    JobSpecs.validate(spec, old.at("spec"));
    selector(spec, LabelSelectors.hasInvalidValue(old.at("spec", "selector")));
    long completions = spec.at("completions").number();
    if (JobSpecs.isIndexed(spec) && completions > 0) {
      Field name = job.at("metadata", "name");
      String last = name.text() + "-" + (completions - 1);
      if (!Names.dnsLabel(last).isEmpty()) {
        name.invalid("will not able to create pod with invalid DNS label: " + last);
      }
    }
  }

  /** Demands what {@link #jobSelector} sets where nothing else is. */
  private static void generatedSelector(Field job, boolean prefixed) {
    Field selector = job.at("spec", "selector");
    if (job.at("spec", "manualSelector").flag() || selector.absent()) {
      return;
    }
    Field metadata = job.at("spec", "template", "metadata");
    String uid = job.at("metadata", "uid").text();
    String name = job.at("metadata", "name").text();
    ObjectNode expected = job.object().objectNode();
    for (String prefix : prefixed ? new String[] {"", PREFIX} : new String[] {""}) {
      hasLabel(metadata.at("labels"), prefix + UID, uid);
      hasLabel(metadata.at("labels"), prefix + NAME, name);
      expected.put(prefix + UID, uid).put(prefix + NAME, name);
    }
    if (LabelSelectors.isValid(selector) && !LabelSelectors.matches(selector.object(), expected)) {
      selector.invalid(LabelSelectors.shown(selector.node()), "`selector` not auto-generated");
    }
  }

  private static void hasLabel(Field labels, String key, String value) {
    Field label = labels.key(key);
    String fault = "must be '" + value + "'";
    if (label.absent()) {
      label.required(fault);
    } else if (!label.is(value)) {
      label.invalid(LabelSelectors.shownLabels(labels.node()), fault);
    }
  }

  private static void selector(Field spec, boolean anyValues) {
    Field selector = spec.at("selector");
    if (selector.absent()) {
      selector.required("");
    }
    LabelSelectors.validate(selector, anyValues);
    if (LabelSelectors.isValid(selector)) {
      PodSets.matches(selector, spec.at("template"));
    }
  }

  @Override
  protected void checkSubresource(String subresource, Field object, Field old) {
    JobStatusRules.validate(object, old);
  }

  @Override
  protected void warn(Field object, Field old, Consumer<String> warnings) {
    if (old.absent()) {
      PodSets.warnOfName(object, warnings);
    }
    if (PodSets.isNewGeneration(object, old)) {
      JobSpecs.warn(object.at("spec"), old.at("spec"), warnings);
    }
  }
}
