package dev.rheo.resource.rules.device;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.GoValues;
import dev.rheo.resource.rules.kind.KindRules;
import dev.rheo.resource.type.WriteContext;

/** Rules for writes of claims to devices. */
final class ResourceClaimRules extends KindRules {
  private static final String TYPE = "resource.ResourceClaimSpec";

  @Override
  public void prepareUpdate(
      ObjectNode object, ObjectNode old, String subresource, WriteContext context) {
    if (subresource.equals("status")
        && Trees.object(object, "status") instanceof ObjectNode status) {
      AllocatedDevices.dropDeallocated(status, old);
    }
  }

  @Override
  protected void checkCreate(Field claim) {
    DeviceClaims.validate(claim.at("spec", "devices"));
  }

  @Override
  protected void checkUpdate(Field claim, Field old) {
    Field spec = claim.at("spec");
    if (!GoValues.same(TYPE, spec.node(), old.at("spec").node())) {
      spec.invalid(GoValues.of(TYPE, spec.node()), "field is immutable");
    }
  }

  @Override
  protected void checkSubresource(String subresource, Field claim, Field old) {
    ClaimStatuses.validate(claim, old);
  }
}
