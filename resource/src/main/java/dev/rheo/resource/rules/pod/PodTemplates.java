package dev.rheo.resource.rules.pod;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.LabelRules;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What all kinds demand of the templates of pods in them. */
public final class PodTemplates {
  private PodTemplates() {}

  /**
   * Checks a template: upstream's {@code ValidatePodTemplateSpec}. How pods must restart, and which
   * labels they must have, is for the kind to check.
   *
   * @param old whose faults the new one may keep; {@linkplain Field#absent() absent} for a create
   */
  public static void validate(Field template, Field old) {
    PodOptions options = PodOptions.ofTemplate(old);
    Field metadata = template.at("metadata");
    Field spec = template.at("spec");
    LabelRules.labels(metadata.at("labels").placed(template.at("labels")));
    Field annotations = metadata.at("annotations").placed(template.at("annotations"));
    LabelRules.annotations(annotations);
    PodAnnotations.validate(annotations, spec, options);
    PodSpecRules.validate(spec, template.at("metadata").with(null), options);
    ProfileAnnotations.matchFields(metadata, spec);
    Field ephemeral = spec.at("ephemeralContainers");
    if (ephemeral.size() > 0) {
      ephemeral.forbidden("ephemeral containers not allowed in pod template");
    }
  }

  /**
   * Drops what is not enabled, in place.
   *
   * @param old the stored template; null if there is none
   */
  public static void prepare(@Nullable ObjectNode template, @Nullable ObjectNode old) {
    PodAnnotations.dropInitContainers(Trees.object(template, "metadata"));
    DisabledFields.drop(Trees.object(template, "spec"), Trees.object(old, "spec"));
  }

  /**
   * Tells what is not right in a template, at its place.
   *
   * @param old {@linkplain Field#absent() absent} for a create
   */
  public static void warn(Field template, Field old, Consumer<String> warnings) {
    PodWarnings.template(template, warnings);
  }
}
