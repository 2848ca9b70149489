package dev.rheo.schema.rule;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.rheo.schema.Restrictions;
import dev.rheo.schema.Rule;
import dev.rheo.schema.Structural;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads schemas for the tests of this package. */
final class SchemaReader {
  private SchemaReader() {}

  static Structural read(JsonNode s) {
    JsonNode additional = s.path("additionalProperties");
    return new Structural(
        s.path("type").asText(),
        s.path("nullable").asBoolean(),
        s.get("default"),
        map(s.path("properties"), SchemaReader::read),
        s.has("items") ? read(s.get("items")) : null,
        additional.isMissingNode()
            ? Structural.Additional.NONE
            : new Structural.Additional(
                true,
                !additional.isBoolean() || additional.booleanValue(),
                additional.isObject() ? read(additional) : null),
        s.path("x-kubernetes-preserve-unknown-fields").asBoolean(),
        s.path("x-kubernetes-embedded-resource").asBoolean(),
        s.path("x-kubernetes-int-or-string").asBoolean(),
        s.path("x-kubernetes-list-type").asText(),
        list(s.path("x-kubernetes-list-map-keys"), JsonNode::asText),
        s.path("x-kubernetes-map-type").asText(),
        list(s.path("x-kubernetes-validations"), SchemaReader::rule),
        restrictions(s));
  }

  private static Rule rule(JsonNode r) {
    return new Rule(
        r.path("rule").asText(),
        r.path("message").asText(),
        r.path("messageExpression").asText(),
        r.path("reason").asText(),
        r.path("fieldPath").asText(),
        r.has("optionalOldSelf") ? r.get("optionalOldSelf").booleanValue() : null);
  }

  private static Restrictions restrictions(JsonNode s) {
    return new Restrictions(
        s.path("format").asText(),
        null,
        false,
        null,
        false,
        number(s.get("maxLength")),
        number(s.get("minLength")),
        s.path("pattern").asText(),
        number(s.get("maxItems")),
        number(s.get("minItems")),
        false,
        null,
        list(s.path("enum"), Function.identity()),
        number(s.get("maxProperties")),
        number(s.get("minProperties")),
        list(s.path("required"), JsonNode::asText),
        list(s.path("allOf"), SchemaReader::nested),
        list(s.path("oneOf"), SchemaReader::nested),
        list(s.path("anyOf"), SchemaReader::nested),
        s.has("not") ? nested(s.get("not")) : null);
  }

  private static Restrictions.Nested nested(JsonNode s) {
    return new Restrictions.Nested(
        restrictions(s),
        list(s.path("x-kubernetes-validations"), SchemaReader::rule),
        map(s.path("properties"), SchemaReader::nested),
        s.has("items") ? nested(s.get("items")) : null,
        s.path("additionalProperties").isObject() ? nested(s.get("additionalProperties")) : null,
        s.path("type").asText());
  }

  private static @Nullable Long number(@Nullable JsonNode node) {
    return node == null ? null : (Long) node.longValue();
  }

  private static <T> List<T> list(JsonNode array, Function<JsonNode, T> read) {
    List<T> list = new ArrayList<>();
    if (!(array instanceof MissingNode)) {
      array.forEach(each -> list.add(read.apply(each)));
    }
    return list;
  }

  private static <T> Map<String, T> map(JsonNode object, Function<JsonNode, T> read) {
    Map<String, T> map = new LinkedHashMap<>();
    object.properties().forEach(each -> map.put(each.getKey(), read.apply(each.getValue())));
    return map;
  }
}
