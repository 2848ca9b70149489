package dev.rheo.resource.rules.workload;

import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.KindRules;

/** Rules for writes of controller revisions. */
final class ControllerRevisionRules extends KindRules {
  @Override
  protected void checkCreate(Field object) {
    object.at("revision").notNegative();
    Field data = object.at("data");
    if (data.absent()) {
      data.required("data is mandatory");
    } else if (data.node() == null || !data.node().isObject()) {
      data.required("data must be a valid JSON object");
    }
  }

  @Override
  protected void checkUpdate(Field object, Field old) {
    object.at("revision").notNegative();
    object.at("data").immutable(old.at("data"));
  }
}
