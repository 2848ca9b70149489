package dev.rheo.resource.rules.extension;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.FieldError;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.GoValues;
import dev.rheo.schema.DefaultFaults;
import dev.rheo.schema.Structural;
import dev.rheo.schema.StructuralFaults;
import dev.rheo.schema.rule.DefinitionRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Checks of one schema of a definition: what its root may state, whether it is structural, its
 * defaults, what stands in it, and its rules.
 *
 * @param demands of the definition
 * @param structural whether schemas of this definition must be structural
 * @param hasDefaults whether a schema of this definition has defaults
 */
record SchemaCheck(Ratchet demands, boolean structural, boolean hasDefaults) {
  private static final String SCHEMA = "apiextensions.JSONSchemaProps";

  /** What the root may state beside the status subresource, with the names that messages show. */
  private static final String AT_ROOT =
      "[Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength"
          + " MinLength Pattern MaxItems MinItems UniqueItems MultipleOf Required Items Properties"
          + " ExternalDocs Example XPreserveUnknownFields XValidations]";

  private static final Set<String> ALLOWED_AT_ROOT =
      Set.of(
          "description",
          "type",
          "format",
          "title",
          "maximum",
          "exclusiveMaximum",
          "minimum",
          "exclusiveMinimum",
          "maxLength",
          "minLength",
          "pattern",
          "maxItems",
          "minItems",
          "uniqueItems",
          "multipleOf",
          "required",
          "items",
          "properties",
          "externalDocs",
          "example",
          "x-kubernetes-preserve-unknown-fields",
          "x-kubernetes-validations");

  /** The members that come before {@code type}, which is judged in its turn. */
  private static final Set<String> BEFORE_TYPE = Set.of("id", "$schema", "$ref");

  static SchemaCheck of(Field spec, Ratchet demands) {
    List<JsonNode> schemas = new ArrayList<>();
    for (ObjectNode version : Trees.objects(spec.node(), "versions")) {
      JsonNode schema = Trees.at(version, "schema", "openAPIV3Schema");
      if (schema != null) {
        schemas.add(schema);
      }
    }
    boolean defaults = schemas.stream().anyMatch(SchemaTree::hasDefaults);
    boolean structural =
        demands.structural()
            || !spec.at("preserveUnknownFields").flag()
            || defaults
            || schemas.stream().anyMatch(SchemaTree::hasExtensions);
    return new SchemaCheck(demands, structural, defaults);
  }

  /**
   * @param validation the schema of a version
   * @param hasStatus whether the version has a status subresource
   * @param version its name
   */
  void check(Field validation, boolean hasStatus, String version) {
    Field schema = validation.at("openAPIV3Schema");
    if (schema.absent()) {
      return;
    }
    // Whether there are faults decides what else is checked, so those of this schema are apart.
    FieldErrors faults = new FieldErrors();
    Field own = schema.into(faults);
    if (hasStatus) {
      root(own);
    }
    if (own.at("nullable").flag()) {
      own.at("nullable").forbidden("nullable cannot be true at the root");
    }
    SchemaReading read = SchemaReading.of(own.node());
    DefinitionRules rules = null;
    if (structural && read.schema() != null && sound(own, read.schema())) {
      rules = new DefinitionRules(read.schema(), demands.unchanged().contains(version));
    }
    FieldErrors ofRules = new FieldErrors();
    new SchemaWalk(demands, ofRules).check(own, rules);
    if (structural && faults.isEmpty() && !read.fault().isEmpty()) {
      own.invalid("", read.fault());
    }
    if (rules != null) {
      rules.checkTotal(own.path(), ofRules);
    }
    for (FieldErrors found : List.of(faults, ofRules)) {
      for (FieldError fault : found.toList()) {
        schema.fault(fault);
      }
    }
  }

  /** Checks a schema as a structural one; if there is no fault, its rules can be compiled. */
  private boolean sound(Field schema, Structural read) {
    FieldErrors faults = new FieldErrors();
    StructuralFaults.check(read, schema.path(), faults);
    if (faults.isEmpty()) {
      DefaultFaults.check(read, schema.path(), demands.prunedDefaults(), faults);
    }
    faults.toList().forEach(schema::fault);
    return faults.isEmpty();
  }

  /** Restricts the root, so that what is said of the status is said within the status. */
  private static void root(Field schema) {
    Field type = schema.at("type");
    boolean otherType = !type.isEmpty() && !type.is("object");
    for (String name : Trees.names(schema.object())) {
      if (!ALLOWED_AT_ROOT.contains(name) && (!otherType || BEFORE_TYPE.contains(name))) {
        schema.invalid(
            GoValues.of(SCHEMA, schema.node()),
            "only "
                + AT_ROOT
                + " fields are allowed at the root of the schema if the status subresource is"
                + " enabled");
        return;
      }
    }
    if (otherType) {
      type.invalid(
          "only \"object\" is allowed as the type at the root of the schema if the status"
              + " subresource is enabled");
    }
  }
}
