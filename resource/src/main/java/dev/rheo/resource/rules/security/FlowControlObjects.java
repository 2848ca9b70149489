package dev.rheo.resource.rules.security;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.codec.tree.TreeCopies;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.GoValues;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/** The objects of flow control that every cluster has, and what both kinds share. */
final class FlowControlObjects {
  static final String EXEMPT = "exempt";
  private static final String CATCH_ALL = "catch-all";
  private static final int DEPTH = 20;

  private static final JsonNode EXEMPT_SCHEMA =
      schema(
          """
          {"priorityLevelConfiguration":{"name":"exempt"},"matchingPrecedence":1}""",
          "system:masters");
  private static final JsonNode CATCH_ALL_SCHEMA =
      schema(
          """
          {"priorityLevelConfiguration":{"name":"catch-all"},"matchingPrecedence":10000,
           "distinguisherMethod":{"type":"ByUser"}}""",
          "system:unauthenticated",
          "system:authenticated");
  private static final JsonNode EXEMPT_LEVEL = read("{\"type\":\"Exempt\"}");
  private static final JsonNode CATCH_ALL_LEVEL =
      read(
          """
          {"type":"Limited","limited":{"nominalConcurrencyShares":5,"lendablePercent":0,
           "limitResponse":{"type":"Reject"}}}""");

  private FlowControlObjects() {}

  /** Checks that a schema that every cluster has is as it must be. */
  static void checkFlowSchema(Field schema) {
    JsonNode wanted =
        switch (schema.at("metadata", "name").text()) {
          case EXEMPT -> EXEMPT_SCHEMA;
          case CATCH_ALL -> CATCH_ALL_SCHEMA;
          default -> null;
        };
    Field spec = schema.at("spec");
    if (wanted != null && !Trees.same(spec.node(), wanted)) {
      spec.invalid(
          GoValues.of("flowcontrol.FlowSchemaSpec", spec.node()),
          "spec of '" + schema.at("metadata", "name").text() + "' must equal the fixed value");
    }
  }

  /** Checks that a priority level that every cluster has is as it must be. */
  static void checkPriorityLevel(Field level) {
    Field spec = level.at("spec");
    switch (level.at("metadata", "name").text()) {
      case EXEMPT -> {
        ObjectNode rest = TreeCopies.of(spec.object());
        rest.remove("exempt");
        if (!Trees.same(rest, EXEMPT_LEVEL)) {
          differs(
              spec, "spec of 'exempt' except the 'spec.exempt' field must equal the fixed value");
        }
      }
      case CATCH_ALL -> {
        if (!Trees.same(spec.node(), CATCH_ALL_LEVEL)) {
          differs(spec, "spec of 'catch-all' must equal the fixed value");
        }
      }
      default -> {}
    }
  }

  private static void differs(Field spec, String detail) {
    spec.invalid(GoValues.of("flowcontrol.PriorityLevelConfigurationSpec", spec.node()), detail);
  }

  /** Checks that each condition has a type of its own. */
  static void conditions(Field conditions) {
    Set<String> types = new HashSet<>();
    for (Field condition : conditions.items()) {
      Field type = condition.at("type");
      if (!types.add(type.text())) {
        type.duplicate();
      }
      type.need("");
    }
  }

  /** A schema for all requests of these groups. */
  private static JsonNode schema(String rest, String... groups) {
    ObjectNode spec = read(rest);
    ObjectNode rule =
        read(
            """
                {"resourceRules":[{"verbs":["*"],"apiGroups":["*"],"resources":["*"],
                                   "clusterScope":true,"namespaces":["*"]}],
                 "nonResourceRules":[{"verbs":["*"],"nonResourceURLs":["*"]}]}""");
    for (String group : groups) {
      Trees.needArray(rule, "subjects")
          .addObject()
          .put("kind", "Group")
          .putObject("group")
          .put("name", group);
    }
    spec.putArray("rules").add(rule);
    return spec;
  }

  private static ObjectNode read(String json) {
    return ObjectDecoder.decode(json.getBytes(StandardCharsets.UTF_8), DEPTH).tree();
  }
}
