package dev.rheo.resource.rules.storage;

import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.KindRules;
import java.util.List;

/** Rules for writes of classes of volume attributes. */
final class VolumeAttributesClassRules extends KindRules {
  @Override
  protected void checkCreate(Field object) {
    ClassParameters.provisioner(object.at("driverName"));
    ClassParameters.validate(object.at("parameters"), false);
  }

  @Override
  protected void checkUpdate(Field object, Field old) {
    for (String name : List.of("driverName", "parameters")) {
      if (!object.at(name).same(old.at(name))) {
        object.at(name).forbidden("updates to " + name + " are forbidden.");
      }
    }
    checkCreate(object);
  }
}
