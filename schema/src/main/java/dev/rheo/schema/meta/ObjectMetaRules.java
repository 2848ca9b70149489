package dev.rheo.schema.meta;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.rheo.api.name.Names;
import dev.rheo.api.status.FieldError;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.api.status.GoText;
import dev.rheo.codec.tree.Trees;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** What the metadata of an embedded object must fulfil. Its name may be any part of a path. */
final class ObjectMetaRules {
  /** All keys and values of annotations together, in bytes. */
  private static final int ANNOTATIONS_MAX = 256 << 10;

  private static final int MANAGER_MAX = 128;
  private static final int SUBRESOURCE_MAX = 256;

  private static final List<String> OWNER_FIELDS =
      List.of("apiVersion", "kind", "name", "uid", "controller", "blockOwnerDeletion");

  private final ObjectNode metadata;
  private final String path;
  private final FieldErrors errors;

  private ObjectMetaRules(ObjectNode metadata, String path, FieldErrors errors) {
    this.metadata = metadata;
    this.path = path;
    this.errors = errors;
  }

  /**
   * @param metadata decoded
   * @param path where it is
   */
  static void check(ObjectNode metadata, String path, FieldErrors errors) {
    ObjectMetaRules rules = new ObjectMetaRules(metadata, path, errors);
    rules.names();
    if (Trees.number(metadata, "generation") < 0) {
      errors.add(
          FieldError.invalid(
              path + ".generation",
              Trees.number(metadata, "generation"),
              "must be greater than or equal to 0"));
    }
    rules.labels();
    rules.annotations();
    OwnerRules.check(
        metadata, path + ".ownerReferences", ObjectMetaRules::ordered, rules::allOrdered, errors);
    rules.finalizers();
    rules.managers();
  }

  private void names() {
    String prefix = Trees.text(metadata, "generateName");
    // an illegal name may still begin one
    if (!prefix.equals(".") && !prefix.equals("..")) {
      errors.invalid(path + ".generateName", prefix, Names.pathSegment(prefix));
    }
    String name = Trees.text(metadata, "name");
    errors.invalid(path + ".name", name, Names.pathSegment(name));
    String namespace = Trees.text(metadata, "namespace");
    if (!namespace.isEmpty()) {
      errors.invalid(path + ".namespace", namespace, Names.dnsLabel(namespace));
    }
  }

  private void labels() {
    for (Map.Entry<String, JsonNode> label : members("labels")) {
      errors.invalid(path + ".labels", label.getKey(), Names.labelKey(label.getKey()));
      String value = label.getValue().asText();
      errors.invalid(path + ".labels", value, Names.labelValue(value));
    }
  }

  private void annotations() {
    long size = 0;
    for (Map.Entry<String, JsonNode> annotation : members("annotations")) {
      String key = annotation.getKey();
      errors.invalid(path + ".annotations", key, Names.labelKey(key.toLowerCase(Locale.ROOT)));
      size += bytes(key) + bytes(annotation.getValue().asText());
    }
    if (size > ANNOTATIONS_MAX) {
      errors.add(FieldError.tooLong(path + ".annotations", ANNOTATIONS_MAX));
    }
  }

  private Iterable<Map.Entry<String, JsonNode>> members(String name) {
    return metadata.get(name) instanceof ObjectNode map ? map.properties() : List.of();
  }

  private static long bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  /** The references with their fields in the order of the Go type. */
  private ArrayNode allOrdered() {
    ArrayNode all = JsonNodeFactory.instance.arrayNode();
    Trees.eachObject(metadata, "ownerReferences", owner -> all.add(ordered(owner)));
    return all;
  }

  private static ObjectNode ordered(ObjectNode owner) {
    ObjectNode ordered = JsonNodeFactory.instance.objectNode();
    for (String name : OWNER_FIELDS) {
      JsonNode value = owner.get(name);
      if (value != null) {
        ordered.set(name, value);
      }
    }
    return ordered;
  }

  private void finalizers() {
    List<String> finalizers = Trees.strings(metadata, "finalizers");
    for (String finalizer : finalizers) {
      errors.invalid(path + ".finalizers", finalizer, Names.labelKey(finalizer));
    }
    if (finalizers.contains("orphan") && finalizers.contains("foregroundDeletion")) {
      errors.add(
          FieldError.invalid(
              path + ".finalizers",
              Objects.requireNonNull(metadata.get("finalizers")),
              "finalizer orphan and foregroundDeletion cannot be both set"));
    }
  }

  private void managers() {
    List<ObjectNode> managers = Trees.objects(metadata, "managedFields");
    for (int i = 0; i < managers.size() && !errors.isFull(); i++) {
      String field = path + ".managedFields[" + i + "]";
      ObjectNode entry = managers.get(i);
      String operation = Trees.text(entry, "operation");
      if (!operation.equals("Apply") && !operation.equals("Update")) {
        errors.add(
            FieldError.invalid(
                // a text of a type of its own, and so shown as JSON
                field + ".operation", TextNode.valueOf(operation), "must be `Apply` or `Update`"));
      }
      String type = Trees.text(entry, "fieldsType");
      if (!type.isEmpty() && !type.equals("FieldsV1")) {
        errors.add(FieldError.invalid(field + ".fieldsType", type, "must be `FieldsV1`"));
      }
      manager(Trees.text(entry, "manager"), field + ".manager");
      if (bytes(Trees.text(entry, "subresource")) > SUBRESOURCE_MAX) {
        errors.add(FieldError.tooLong(field + ".subresource", SUBRESOURCE_MAX));
      }
    }
  }

  private void manager(String manager, String field) {
    if (bytes(manager) > MANAGER_MAX) {
      errors.add(FieldError.tooLong(field, MANAGER_MAX));
    }
    long position = 0;
    for (int i = 0; i < manager.length() && !errors.isFull(); ) {
      int c = manager.codePointAt(i);
      if (!GoText.isPrint(c)) {
        errors.add(
            FieldError.invalid(
                field,
                manager,
                "invalid character U+%04X (at position %d)".formatted(c, position)));
      }
      position += bytes(Character.toString(c));
      i += Character.charCount(c);
    }
  }
}
