package dev.rheo.schema.value;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.rheo.api.status.GoText;
import dev.rheo.codec.io.Meter;
import dev.rheo.schema.Restrictions;
import dev.rheo.schema.tree.GoValues;
import dev.rheo.schema.tree.Place;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One validation of a value. Each check that applies to a value counts as passed, whatever it
 * finds, and a few count twice if they find nothing: the alternatives of {@code anyOf} and {@code
 * oneOf} are compared by these numbers. Not thread-safe.
 */
final class ValueWalk {
  /** Bytes that an element of a list without duplicates takes, without its text. */
  private static final int WEIGHT = 80;

  private final Place place = new Place();

  /** Validates a value that may be what it was, which excuses its faults. */
  void changed(ValueSchema schema, JsonNode value, Correlated correlated, Outcome out) {
    int before = out.size();
    value(schema, value, correlated, out);
    if (out.size() > before && correlated.isSame()) {
      out.truncate(before);
    }
  }

  /**
   * @param correlated what it was; null if that is not known, so that all of it counts as new
   */
  void value(ValueSchema schema, JsonNode value, @Nullable Correlated correlated, Outcome out) {
    if (value.isNull()) {
      nothing(schema, out);
      return;
    }
    if (!schema.types.isEmpty() || !schema.format.isEmpty()) {
      type(schema, value, out);
      out.pass();
    }
    compositions(schema, value, out);
    out.pass();
    switch (value.getNodeType()) {
      case STRING -> text(schema, value.textValue(), out);
      case NUMBER -> {
        NumberRules.check(schema, value, place, out);
        out.pass();
      }
      case ARRAY -> {
        list(schema, value, correlated, out);
        out.pass();
      }
      default -> {}
    }
    enumeration(schema.own, value, out);
    out.pass();
    if (value instanceof ObjectNode object) {
      object(schema, object, correlated, out);
      out.pass();
    }
    out.pass();
  }

  private void nothing(ValueSchema schema, Outcome out) {
    if (!schema.types.isEmpty() && !schema.nullable) {
      out.add(Fault.type(place.text(), String.join(",", schema.types), "null"));
    } else {
      out.pass();
    }
    if (!schema.own.enumeration().isEmpty()) {
      out.add(Fault.notAllowed(place.text(), NullNode.instance, schema.own.enumeration()));
    }
  }

  private void type(ValueSchema schema, JsonNode value, Outcome out) {
    List<String> types = schema.types;
    String type;
    String format = "";
    switch (value.getNodeType()) {
      case STRING -> type = "string";
      case BOOLEAN -> type = "boolean";
      case ARRAY -> type = "array";
      case OBJECT -> type = "object";
      default -> {
        boolean integer = GoValues.isInteger(value);
        type = integer ? "integer" : "number";
        format = integer ? "int64" : "float64";
      }
    }
    boolean whole =
        type.equals("number")
            && types.contains("integer")
            && NumberRules.isWhole(value.doubleValue());
    boolean number = type.equals("integer") && types.contains("number");
    boolean textual = value.isTextual() || value.isArray();
    boolean right = types.contains(type) || whole || number;
    if (!textual && !schema.format.isEmpty() && !right && !format.equals(schema.format)) {
      out.add(Fault.type(place.text(), schema.format, format));
    } else if (textual
        && !schema.format.isEmpty()
        && !types.contains("number")
        && !types.contains("integer")) {
      out.pass(); // the format decides
    } else if (right) {
      out.pass();
    } else {
      out.add(Fault.type(place.text(), String.join(",", types), type));
    }
  }

  private void compositions(ValueSchema schema, JsonNode value, Outcome out) {
    out.pass();
    if (!schema.composed) {
      return;
    }
    if (!schema.anyOf.isEmpty()) {
      anyOf(schema.anyOf, value, out);
    }
    if (!schema.oneOf.isEmpty()) {
      oneOf(schema.oneOf, value, out);
    }
    if (!schema.allOf.isEmpty()) {
      allOf(schema.allOf, value, out);
    }
    if (schema.not != null && judged(schema.not, value).isValid()) {
      out.add(whole("must not validate the schema (not)"));
    }
  }

  private Outcome judged(ValueSchema schema, JsonNode value) {
    Outcome outcome = new Outcome();
    value(schema, value, null, outcome);
    return outcome;
  }

  private Fault whole(String what) {
    return Fault.whole(GoText.quote(place.text()) + " " + what);
  }

  private void anyOf(List<ValueSchema> schemas, JsonNode value, Outcome out) {
    Outcome nearest = null;
    for (ValueSchema schema : schemas) {
      Outcome outcome = judged(schema, value);
      if (outcome.isValid()) {
        out.merge(outcome);
        return;
      }
      if (nearest == null || outcome.passed() > nearest.passed()) {
        nearest = outcome;
      }
    }
    out.add(whole("must validate at least one schema (anyOf)"));
    if (nearest != null) {
      out.merge(nearest);
    }
  }

  private void oneOf(List<ValueSchema> schemas, JsonNode value, Outcome out) {
    Outcome nearest = null;
    Outcome valid = null;
    int found = 0;
    for (ValueSchema schema : schemas) {
      Outcome outcome = judged(schema, value);
      if (outcome.isValid()) {
        valid = outcome;
        found++;
      } else if (nearest == null || outcome.passed() > nearest.passed()) {
        nearest = outcome;
      }
    }
    if (found == 1 && valid != null) {
      out.merge(valid);
      return;
    }
    out.add(
        whole(
            "must validate one and only one schema (oneOf). "
                + (found == 0 ? "Found none valid" : "Found " + found + " valid alternatives")));
    if (found == 0 && nearest != null) {
      out.merge(nearest);
    }
  }

  private void allOf(List<ValueSchema> schemas, JsonNode value, Outcome out) {
    int valid = 0;
    for (ValueSchema schema : schemas) {
      Outcome outcome = judged(schema, value);
      valid += outcome.isValid() ? 1 : 0;
      out.merge(outcome);
    }
    if (valid < schemas.size()) {
      out.add(
          whole("must validate all the schemas (allOf)" + (valid == 0 ? ". None validated" : "")));
    }
  }

  private void text(ValueSchema schema, String text, Outcome out) {
    spelling(schema, text, out);
    out.pass();
    if (Formats.isKnown(schema.format)) {
      if (!Formats.isValid(schema.format, text)) {
        out.add(Fault.type(place.text(), schema.format, text));
      }
      out.pass();
    }
  }

  /** Only the first thing that is wrong with a text is told. */
  private void spelling(ValueSchema schema, String text, Outcome out) {
    Restrictions own = schema.own;
    if (own.maxLength() != null || own.minLength() != null) {
      long length = text.codePointCount(0, text.length());
      if (own.maxLength() != null && length > own.maxLength()) {
        out.add(Fault.tooLong(place.text(), own.maxLength()));
        return;
      }
      if (own.minLength() != null && length < own.minLength()) {
        out.add(invalid(text, "in body should be at least " + own.minLength() + " chars long"));
        return;
      }
    }
    if (!own.pattern().isEmpty() && !schema.matches(text)) {
      out.add(invalid(text, "in body should match '" + own.pattern() + "'"));
    }
  }

  private Fault invalid(String text, String message) {
    return Fault.invalid(place.text(), TextNode.valueOf(text), message);
  }

  private void list(
      ValueSchema schema, JsonNode list, @Nullable Correlated correlated, Outcome out) {
    if (schema.items != null) {
      for (int i = 0; i < list.size(); i++) {
        Correlated child = correlated == null ? null : correlated.element(i);
        place.index(i);
        child(schema.items, list.get(i), child, out);
        place.leave();
      }
    }
    Restrictions own = schema.own;
    if (own.minItems() != null && list.size() < own.minItems()) {
      out.add(
          Fault.invalid(
              place.text(),
              LongNode.valueOf(list.size()),
              "in body should have at least " + own.minItems() + " items"));
    }
    if (own.maxItems() != null && list.size() > own.maxItems()) {
      out.add(Fault.tooMany(place.text(), list.size(), own.maxItems()));
    }
    if (own.uniqueItems() && !isUnique(list)) {
      out.add(Fault.invalid(place.text(), null, "in body shouldn't contain duplicates"));
    }
    out.pass();
  }

  private static boolean isUnique(JsonNode list) {
    Set<String> seen = new HashSet<>();
    for (JsonNode element : list) {
      String identity = GoValues.identity(element);
      Meter.charge(WEIGHT + (long) identity.length());
      if (!seen.add(identity)) {
        return false;
      }
    }
    return true;
  }

  private void child(
      ValueSchema schema, JsonNode value, @Nullable Correlated correlated, Outcome out) {
    if (correlated == null) {
      value(schema, value, null, out);
    } else {
      changed(schema, value, correlated, out);
    }
  }

  private void enumeration(Restrictions own, JsonNode value, Outcome out) {
    if (!own.enumeration().isEmpty() && !Enumerations.has(own.enumeration(), value)) {
      out.add(Fault.notAllowed(place.text(), value, own.enumeration()));
    }
  }

  private void object(
      ValueSchema schema, ObjectNode object, @Nullable Correlated correlated, Outcome out) {
    Restrictions own = schema.own;
    if (own.minProperties() != null && object.size() < own.minProperties()) {
      out.add(
          Fault.invalid(
              place.text(),
              LongNode.valueOf(object.size()),
              "in body should have at least " + own.minProperties() + " properties"));
    }
    if (own.maxProperties() != null && object.size() > own.maxProperties()) {
      out.add(Fault.tooMany(place.text(), object.size(), own.maxProperties()));
    }
    if (!schema.open || schema.additional != null) {
      additional(schema, object, correlated, out);
    }
    properties(schema, object, correlated, out);
    for (String name : own.required()) {
      if (!object.has(name)) {
        place.member(name);
        out.add(Fault.required(place.text()));
        place.leave();
      }
    }
  }

  private void additional(
      ValueSchema schema, ObjectNode object, @Nullable Correlated correlated, Outcome out) {
    for (Map.Entry<String, JsonNode> member : object.properties()) {
      String name = member.getKey();
      if (schema.properties.containsKey(name)) {
        continue;
      }
      if (!schema.open) {
        out.add(forbidden(name));
      } else if (schema.additional != null) {
        Correlated child = correlated(name, correlated);
        place.member(name);
        child(schema.additional, member.getValue(), child, out);
        place.leave();
      }
    }
  }

  private Fault forbidden(String name) {
    String path = place.text();
    return new Fault(
        Fault.Kind.INVALID,
        path,
        TextNode.valueOf(name),
        path + "." + name + " in body is a forbidden property",
        0,
        List.of());
  }

  private void properties(
      ValueSchema schema, ObjectNode object, @Nullable Correlated correlated, Outcome out) {
    if (schema.properties.size() <= object.size()) {
      for (Map.Entry<String, ValueSchema> property : schema.properties.entrySet()) {
        JsonNode value = object.get(property.getKey());
        if (value != null) {
          property(property.getKey(), property.getValue(), value, correlated, out);
        }
      }
    } else { // few of many fields are set
      for (Map.Entry<String, JsonNode> member : object.properties()) {
        ValueSchema property = schema.properties.get(member.getKey());
        if (property != null) {
          property(member.getKey(), property, member.getValue(), correlated, out);
        }
      }
    }
  }

  private void property(
      String name,
      ValueSchema schema,
      JsonNode value,
      @Nullable Correlated correlated,
      Outcome out) {
    Correlated child = correlated(name, correlated);
    place.property(name);
    child(schema, value, child, out);
    place.leave();
  }

  /** What a member was. An object's type is judged anew, since the old one is shown as the new. */
  private @Nullable Correlated correlated(String name, @Nullable Correlated correlated) {
    boolean typeMeta = place.isStart() && (name.equals("kind") || name.equals("apiVersion"));
    return correlated == null || typeMeta ? null : correlated.member(name);
  }
}
