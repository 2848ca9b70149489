package dev.rheo.resource.rules.storage;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.name.Names;
import dev.rheo.codec.tree.TreeCopies;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.GoValues;
import dev.rheo.resource.rules.kind.KindRules;
import dev.rheo.resource.rules.kind.Syntax;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Rules for writes of what a node knows of its CSI drivers. */
final class CsiNodeRules extends KindRules {
  private static final String DRIVER = "storage.CSINodeDriver";
  private static final int NODE_ID_MAX = 256;

  @Override
  protected void checkCreate(Field object) {
    Set<String> names = new HashSet<>();
    for (Field driver : object.at("spec", "drivers").items()) {
      VolumeChecks.driverName(driver.at("name"));
      Field id = driver.at("nodeID");
      if (id.need("") && Syntax.bytes(id.text()) > NODE_ID_MAX) {
        id.invalid("must be 256 characters or less");
      }
      driver.at("allocatable", "count").notNegative();
      if (!names.add(driver.at("name").text())) {
        driver.at("name").duplicate();
      }
      topologyKeys(driver);
    }
  }

  /** Upstream tells the faults at the driver. */
  private static void topologyKeys(Field driver) {
    Set<String> keys = new HashSet<>();
    for (Field key : driver.at("topologyKeys").items()) {
      Field at = key.placed(driver);
      at.need("");
      if (!keys.add(key.text())) {
        at.duplicate();
      }
      at.check(Names::labelKey);
    }
  }

  @Override
  protected void checkUpdate(Field object, Field old) {
    checkCreate(object);
    Map<String, ObjectNode> before = new HashMap<>();
    for (Field driver : old.at("spec", "drivers").items()) {
      before.put(driver.at("name").text(), fixed(driver));
    }
    Field drivers = object.at("spec", "drivers");
    for (Field driver : drivers.items()) {
      ObjectNode known = before.get(driver.at("name").text());
      ObjectNode now = fixed(driver);
      if (known != null && !GoValues.same(DRIVER, now, known)) {
        drivers.invalid(GoValues.of(DRIVER, now), "field is immutable");
      }
    }
  }

  /** What must not change of a driver: all but the number of volumes that it can attach. */
  private static ObjectNode fixed(Field driver) {
    ObjectNode copy = TreeCopies.of(driver.object());
    copy.remove("allocatable");
    return copy;
  }
}
