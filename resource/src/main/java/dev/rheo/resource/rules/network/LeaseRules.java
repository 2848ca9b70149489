package dev.rheo.resource.rules.network;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.name.Names;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.KindRules;
import dev.rheo.resource.type.WriteContext;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rules for writes of leases. */
final class LeaseRules extends KindRules {
  /** Fields of the feature CoordinatedLeaderElection, which is off by default. */
  private static final List<String> COORDINATED = List.of("strategy", "preferredHolder");

  private static final List<String> STRATEGIES = List.of("OldestEmulationVersion");

  @Override
  public void prepareCreate(ObjectNode object, WriteContext context) {
    dropUnused(object, null);
  }

  @Override
  public void prepareUpdate(
      ObjectNode object, ObjectNode old, String subresource, WriteContext context) {
    dropUnused(object, Trees.object(old, "spec"));
  }

  private static void dropUnused(ObjectNode object, @Nullable ObjectNode before) {
    ObjectNode spec = Trees.object(object, "spec");
    for (String field : COORDINATED) {
      if (spec != null && Trees.get(before, field) == null) {
        spec.remove(field);
      }
    }
  }

  @Override
  protected void checkCreate(Field object) {
    Field spec = object.at("spec");
    Field duration = spec.at("leaseDurationSeconds");
    if (duration.present() && duration.number() <= 0) {
      duration.invalid("must be greater than 0");
    }
    spec.at("leaseTransitions").notNegative();
    Field strategy = spec.at("strategy");
    if (strategy.present()) {
      // the path is upstream's
      Field nested = strategy.at("strategy").with(strategy.node());
      if (strategy.text().indexOf('/') < 0) {
        nested.oneOf(STRATEGIES);
      } else {
        nested.check(Names::labelKey);
      }
    }
    if (!spec.at("preferredHolder").isEmpty() && strategy.isEmpty()) {
      spec.at("preferredHolder").forbidden("may only be specified if `strategy` is defined");
    }
  }
}
