package dev.rheo.resource.rules.storage;

import dev.rheo.api.name.Names;
import dev.rheo.resource.rules.kind.DeprecatedNodeLabels;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.KindRules;
import dev.rheo.resource.rules.kind.LabelSelectors;
import dev.rheo.resource.rules.kind.Quantities;
import java.util.function.Consumer;

/** Rules for writes of the capacities of storage. */
final class CsiStorageCapacityRules extends KindRules {
  @Override
  protected void checkCreate(Field object) {
    check(object, false);
  }

  private static void check(Field object, boolean anySelectorValue) {
    LabelSelectors.validate(object.at("nodeTopology"), anySelectorValue);
    object.at("storageClassName").check(Names::dnsSubdomain);
    Quantities.notNegative(object.at("capacity"));
  }

  @Override
  protected void checkUpdate(Field object, Field old) {
    check(object, !LabelSelectors.isValid(old.at("nodeTopology")));
    Field topology = object.at("nodeTopology");
    // an empty selector selects all nodes, none selects no node
    if (topology.present() != old.at("nodeTopology").present()
        || !topology.same(old.at("nodeTopology"))) {
      topology.invalid("field is immutable");
    }
    if (!object.at("storageClassName").is(old.at("storageClassName").text())) {
      object
          .at("storageClassName")
          .invalid(object.at("storageClassName").text(), "field is immutable");
    }
  }

  @Override
  protected void warn(Field object, Field old, Consumer<String> warnings) {
    DeprecatedNodeLabels.selector(object.at("nodeTopology"), warnings);
  }
}
