package dev.rheo.resource.rules.device;

import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.KindRules;
import dev.rheo.resource.rules.kind.ResourceNames;

/** Rules for writes of classes of devices. */
final class DeviceClassRules extends KindRules {
  @Override
  protected void checkCreate(Field deviceClass) {
    check(deviceClass.at("spec"), false);
  }

  @Override
  protected void checkUpdate(Field deviceClass, Field old) {
    check(deviceClass.at("spec"), deviceClass.at("spec", "config").same(old.at("spec", "config")));
  }

  private static void check(Field spec, boolean storedConfig) {
    DeviceParts.selectors(spec.at("selectors"));
    Lists.each(
        spec.at("config"),
        DeviceParts.CONFIG_MAX,
        config -> DeviceParts.configuration(config, storedConfig));
    Field resource = spec.at("extendedResourceName");
    if (resource.present() && !ResourceNames.isExtended(resource.text())) {
      resource.invalid("must be a valid extended resource name");
    }
  }
}
