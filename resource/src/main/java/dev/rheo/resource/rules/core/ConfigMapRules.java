package dev.rheo.resource.rules.core;

import dev.rheo.api.status.FieldError;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.KindRules;
import dev.rheo.resource.rules.kind.Syntax;

/** Rules for writes of config maps. */
final class ConfigMapRules extends KindRules {
  @Override
  protected void checkCreate(Field object) {
    long size = 0;
    for (Field value : object.at("data").entries()) {
      DataMaps.key(value);
      if (object.at("binaryData").key(value.name()).present()) {
        value.invalid(value.name(), "duplicate of key present in binaryData");
      }
      size += Syntax.bytes(value.text());
    }
    for (Field value : object.at("binaryData").entries()) {
      DataMaps.key(value);
      size += DataMaps.decodedBytes(value);
    }
    if (size > DataMaps.MAX_BYTES) {
      // upstream prints the empty path of the whole object as []
      object.fault(FieldError.tooLong("[]", DataMaps.MAX_BYTES));
    }
  }

  @Override
  protected void checkUpdate(Field object, Field old) {
    DataMaps.immutable(object, old, "data", "binaryData");
    checkCreate(object);
  }
}
