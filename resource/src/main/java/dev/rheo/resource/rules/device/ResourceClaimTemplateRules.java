package dev.rheo.resource.rules.device;

import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.GoValues;
import dev.rheo.resource.rules.kind.KindRules;
import dev.rheo.resource.rules.kind.LabelRules;

/** Rules for writes of templates of claims. */
final class ResourceClaimTemplateRules extends KindRules {
  private static final String TYPE = "resource.ResourceClaimTemplateSpec";

  @Override
  protected void checkCreate(Field template) {
    Field spec = template.at("spec");
    LabelRules.annotations(spec.at("metadata", "annotations"));
    LabelRules.labels(spec.at("metadata", "labels"));
    for (Field other : spec.at("metadata").entries()) {
      if (!other.name().equals("annotations") && !other.name().equals("labels")) {
        // as upstream, which derives the name from the one in Go
        other.named(other.name().equals("uid") ? "uID" : other.name()).forbidden("cannot be set");
      }
    }
    DeviceClaims.validate(spec.at("spec", "devices"));
  }

  @Override
  protected void checkUpdate(Field template, Field old) {
    checkCreate(template);
    Field spec = template.at("spec");
    if (!GoValues.same(TYPE, spec.node(), old.at("spec").node())) {
      spec.invalid(GoValues.of(TYPE, spec.node()), "field is immutable");
    }
  }
}
