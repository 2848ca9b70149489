package dev.rheo.resource.custom;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.extension.CommunityApproval;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.WebhookClients;
import dev.rheo.schema.StructuralFaults;
import dev.rheo.schema.StructuralReader;
import java.time.Instant;
import java.util.Collection;

/**
 * What the status of a definition becomes: upstream's controllers of apiextensions-apiserver, but
 * for the one that deletes objects. Upstream writes the status once for each of them; here the
 * result of all of them is told at once.
 */
public final class DefinitionStatus {
  private DefinitionStatus() {}

  /**
   * The status of a definition.
   *
   * <p>Names are given in the order in which definitions are looked at. Whoever looks at one must
   * have seen the status that it got last, and look at all others of its group when it is deleted
   * or its names change: some may be free then.
   *
   * @param definition as stored, with its schemas; not changed
   * @param others all other definitions; of these only group and accepted names matter
   * @param now the time of transitions
   * @return the status of the definition itself if nothing changes
   */
  public static ObjectNode of(ObjectNode definition, Collection<ObjectNode> others, Instant now) {
    ObjectNode old = Trees.object(definition, "status");
    ObjectNode copy = JsonNodeFactory.instance.objectNode();
    copy.setAll(definition);
    copy.set("status", old == null ? copy.objectNode() : old.deepCopy());
    approval(copy, now); // first, as upstream's conditions usually are
    names(copy, others, now);
    establish(copy, now);
    schemas(copy, now);
    ObjectNode status = Trees.need(copy, "status");
    return old != null && old.equals(status) ? old : status;
  }

  private static void names(ObjectNode definition, Collection<ObjectNode> others, Instant now) {
    NameClaims claims = NameClaims.of(definition, others);
    if (claims.areSettled()) {
      return;
    }
    Trees.need(definition, "status").set("acceptedNames", claims.decide());
    boolean accepted = claims.areAccepted();
    DefinitionConditions.set(
        definition,
        DefinitionConditions.NAMES_ACCEPTED,
        accepted,
        claims.reason(),
        claims.message(),
        now);
    if (!accepted
        && DefinitionConditions.find(definition, DefinitionConditions.ESTABLISHED) == null) {
      DefinitionConditions.set(
          definition,
          DefinitionConditions.ESTABLISHED,
          false,
          "NotAccepted",
          "not all names are accepted",
          now);
    }
  }

  /** What is established once stays so, whatever names it asks for later. */
  private static void establish(ObjectNode definition, Instant now) {
    if (!DefinitionConditions.isTrue(definition, DefinitionConditions.NAMES_ACCEPTED)
        || DefinitionConditions.isTrue(definition, DefinitionConditions.ESTABLISHED)) {
      return;
    }
    Field bundle =
        Field.root(definition, new FieldErrors())
            .at("spec", "conversion", "webhook", "clientConfig", "caBundle");
    boolean valid = WebhookClients.bundleFault(bundle) == null;
    DefinitionConditions.set(
        definition,
        DefinitionConditions.ESTABLISHED,
        valid,
        valid ? "InitialNamesAccepted" : "InvalidCABundle",
        valid
            ? "the initial names have been accepted"
            : "The conversion webhook CABundle is invalid",
        now);
  }

  private static void schemas(ObjectNode definition, Instant now) {
    String type = DefinitionConditions.NON_STRUCTURAL;
    FieldErrors faults = new FieldErrors();
    Field spec = Field.root(definition, faults).at("spec");
    if (spec.at("preserveUnknownFields").flag()) {
      spec.at("preserveUnknownFields").invalid("must be false");
    }
    for (Field version : spec.at("versions").items()) {
      Field schema = version.at("schema", "openAPIV3Schema");
      if (schema.node() == null) {
        continue;
      }
      try {
        StructuralFaults.check(StructuralReader.read(schema.node()), schema.path(), faults);
      } catch (IllegalArgumentException e) {
        String message =
            "failed to check validation schema for version "
                + version.at("name").text()
                + ": "
                + e.getMessage();
        DefinitionConditions.set(definition, type, "Unknown", "StructuralError", message, now);
        return;
      }
    }
    if (faults.isEmpty()) {
      DefinitionConditions.remove(definition, type);
    } else {
      DefinitionConditions.set(definition, type, true, "Violations", faults.message(), now);
    }
  }

  /** The group of a definition is fixed, so a condition that is not needed was never there. */
  private static void approval(ObjectNode definition, Instant now) {
    if (!CommunityApproval.isNeeded(definition)) {
      return;
    }
    CommunityApproval approval = CommunityApproval.of(definition);
    DefinitionConditions.set(
        definition,
        DefinitionConditions.APPROVED,
        approval.isApproved(),
        approval.reason(),
        approval.message(),
        now);
  }
}
