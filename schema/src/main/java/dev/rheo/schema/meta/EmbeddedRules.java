package dev.rheo.schema.meta;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.name.Names;
import dev.rheo.api.status.FieldError;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.api.status.Untyped;
import dev.rheo.codec.io.MalformedException;
import dev.rheo.schema.Structural;
import dev.rheo.schema.tree.Place;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the type and the metadata of embedded objects must fulfil. */
public final class EmbeddedRules {
  private final Place place;
  private final FieldErrors errors;

  private EmbeddedRules(String fieldPath, FieldErrors errors) {
    this.place = new Place(fieldPath);
    this.errors = errors;
  }

  /**
   * Checks the objects within a value.
   *
   * @param fieldPath where the value is; empty for a whole object
   * @param resource whether the value is an object of its own, whether or not the schema says so
   */
  public static void check(
      String fieldPath, JsonNode value, Structural schema, boolean resource, FieldErrors errors) {
    new EmbeddedRules(fieldPath, errors).value(value, schema, resource || schema.embedded());
  }

  private void value(JsonNode value, Structural schema, boolean embedded) {
    if (value instanceof ObjectNode object) {
      if (embedded) {
        resource(object);
      }
      for (Map.Entry<String, JsonNode> member : object.properties()) {
        if (member.getValue().isContainerNode() && !errors.isFull()) {
          member(member.getKey(), member.getValue(), schema);
        }
      }
    } else if (value instanceof ArrayNode array && schema.items() != null) {
      for (int i = 0; i < array.size() && !errors.isFull(); i++) {
        place.index(i);
        value(array.get(i), schema.items(), schema.items().embedded());
        place.leave();
      }
    }
  }

  private void member(String name, JsonNode value, Structural schema) {
    Structural property = schema.properties().get(name);
    Structural additional = schema.additional().schema();
    if (property != null) {
      place.field(name);
      value(value, property, property.embedded());
      place.leave();
    } else if (additional != null) {
      place.key(name);
      value(value, additional, additional.embedded());
      place.leave();
    }
  }

  private void resource(ObjectNode object) {
    JsonNode apiVersion = object.get("apiVersion");
    JsonNode kind = object.get("kind");
    if (apiVersion == null) {
      errors.add(FieldError.required(place.text("apiVersion"), ""));
    }
    if (kind == null) {
      errors.add(FieldError.required(place.text("kind"), ""));
    }
    if (apiVersion != null) {
      apiVersion(apiVersion);
    }
    if (kind != null) {
      kind(kind);
    }
    JsonNode metadata = object.get("metadata");
    if (metadata != null) {
      metadata(metadata);
    }
  }

  private void apiVersion(JsonNode value) {
    String text = text(value, "apiVersion");
    if (text != null && text.indexOf('/') != text.lastIndexOf('/')) {
      errors.add(
          FieldError.invalid(
              place.text("apiVersion"), text, "unexpected GroupVersion string: " + text));
    }
  }

  private void kind(JsonNode value) {
    String text = text(value, "kind");
    if (text != null) {
      var faults = Names.dns1035Label(text.toLowerCase(Locale.ROOT));
      if (!faults.isEmpty()) {
        errors.add(
            FieldError.invalid(
                place.text("kind"),
                text,
                "may have mixed case, but should otherwise match: " + String.join(",", faults)));
      }
    }
  }

  /** A text that is not empty; null, and a fault, for anything else. */
  private @Nullable String text(JsonNode value, String field) {
    if (!value.isTextual()) {
      errors.add(FieldError.invalid(place.text(field), new Untyped(value), "must be a string"));
      return null;
    }
    if (value.textValue().isEmpty()) {
      errors.add(FieldError.invalid(place.text(field), "", "must not be empty"));
      return null;
    }
    return value.textValue();
  }

  private void metadata(JsonNode metadata) {
    String path = place.text("metadata");
    try {
      ObjectMetaRules.check(ObjectMetadata.decoded(metadata, null), path, errors);
    } catch (MalformedException e) {
      errors.add(FieldError.invalid(path, new Untyped(metadata), e.detail()));
    }
  }
}
