package dev.rheo.resource.rules.extension;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.FieldError;
import dev.rheo.api.status.GoText;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.Syntax;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Checks of the versions of a custom resource. Upstream keeps what is the same in all versions at
 * the spec, and reports its faults there: {@code spec.validation} for a schema.
 */
final class DefinitionVersions {
  private static final int MAX_WARNING = 256;
  private static final int MAX_SELECTABLE = 8;
  private static final List<String> TYPES =
      List.of("boolean", "date", "integer", "number", "string");
  private static final List<String> SCHEMA_TYPES =
      List.of("array", "boolean", "integer", "number", "object", "string");
  private static final List<String> FORMATS =
      List.of("byte", "date", "date-time", "double", "float", "int32", "int64", "password");

  /** Parts of a version, and what they are called if all versions share them. */
  private static final Map<String, String> PARTS =
      Map.of(
          "schema", "validation",
          "subresources", "subresources",
          "additionalPrinterColumns", "additionalPrinterColumns",
          "selectableFields", "selectableFields");

  private final Field spec;
  private final Field versions;
  private final Set<String> common = new HashSet<>();

  DefinitionVersions(Field spec) {
    this.spec = spec;
    versions = spec.at("versions");
    PARTS.keySet().forEach(this::compare);
  }

  private void compare(String part) {
    Field first = versions.index(0).at(part);
    for (int i = 1; i < versions.size(); i++) {
      Field other = versions.index(i).at(part);
      if (first.present() != other.present() || !first.same(other)) {
        return;
      }
    }
    if (versions.size() > 0) {
      common.add(part);
    }
  }

  /** A part that all versions share, at the spec; absent if they share none. */
  private Field shared(String part) {
    Field at = spec.at(PARTS.getOrDefault(part, part));
    return common.contains(part) ? versions.index(0).at(part).placed(at) : at.with(null);
  }

  void check(Field old) {
    schemas(old);
    int stored = 0;
    boolean unique = true;
    Set<String> names = new HashSet<>();
    for (Field version : versions.items()) {
      stored += version.at("storage").flag() ? 1 : 0;
      unique &= names.add(version.at("name").text());
      DefinitionNames.always(version.at("name"));
      warning(version);
      if (!common.contains("schema")) {
        root(version.at("schema"), hasStatus(version));
      }
      if (!common.contains("subresources")) {
        subresources(version.at("subresources"));
      }
      if (!common.contains("additionalPrinterColumns")) {
        version.at("additionalPrinterColumns").items().forEach(DefinitionVersions::column);
      }
      if (!common.contains("selectableFields")) {
        selectable(version.at("selectableFields"));
      }
    }
    if (!unique) {
      versions.invalid(shown(), "must contain unique version names");
    }
    if (stored != 1) {
      versions.invalid(shown(), "must have exactly one version marked as storage version");
    }
    Field first = versions.index(0).at("name");
    if (!first.isEmpty()) {
      DefinitionNames.always(first.placed(spec.at("version")));
    }
  }

  /** Checks what all versions share. */
  void checkCommon() {
    boolean status = false;
    for (int i = 0; i < versions.size(); i++) {
      status |= hasStatus(versions.index(i));
    }
    root(shared("schema"), status);
    subresources(shared("subresources"));
    shared("additionalPrinterColumns").items().forEach(DefinitionVersions::column);
    selectable(shared("selectableFields"));
  }

  /** Demands a schema for each version, unless the old object has a version without one. */
  private void schemas(Field old) {
    boolean required = true;
    for (Field version : old.at("versions").items()) {
      required &= version.at("schema", "openAPIV3Schema").present();
    }
    boolean pruned = !spec.at("preserveUnknownFields").flag();
    for (Field version : versions.items()) {
      Field schema = version.at("schema", "openAPIV3Schema");
      if (schema.absent() && required) {
        schema.required("");
      } else if (schema.absent() && pruned && version.at("served").flag()) {
        schema.required("because otherwise all fields are pruned");
      }
    }
  }

  private static boolean hasStatus(Field version) {
    return version.at("subresources", "status").present();
  }

  /** Checks the root of a schema only. */
  private static void root(Field version, boolean hasStatus) {
    Field schema = version.at("openAPIV3Schema");
    if (schema.absent()) {
      return;
    }
    Field type = schema.at("type");
    boolean object = type.is("object");
    if (hasStatus && !object && !type.isEmpty()) {
      type.invalid(
          "only \"object\" is allowed as the type at the root of the schema if the status"
              + " subresource is enabled");
    }
    if (schema.at("nullable").flag()) {
      schema.at("nullable").forbidden("nullable cannot be true at the root");
    }
    if (!type.isEmpty() && !object) {
      type.invalid("must be object at the root");
      type.oneOf(SCHEMA_TYPES);
    } else if (type.isEmpty()
        && !schema.at("x-kubernetes-int-or-string").flag()
        && !schema.at("x-kubernetes-preserve-unknown-fields").flag()) {
      type.required("must not be empty at the root");
    }
  }

  private static void warning(Field version) {
    Field warning = version.at("deprecationWarning");
    if (warning.absent()) {
      return;
    }
    if (!version.at("deprecated").flag()) {
      warning.invalid("can only be set for deprecated versions");
      return;
    }
    String text = warning.text();
    if (Syntax.bytes(text) > MAX_WARNING) {
      warning.invalid("must be <= " + MAX_WARNING + " characters long");
    }
    if (text.isEmpty()) {
      warning.invalid("must not be an empty string");
    }
    int index = 0;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      if (!GoText.isPrint(c)) {
        warning.invalid(
            "must only contain printable UTF-8 characters; non-printable character found at index "
                + index);
        return;
      }
      i += Character.charCount(c);
      index += c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4; // Go counts bytes
    }
  }

  private static void subresources(Field subresources) {
    Field scale = subresources.at("scale");
    if (scale.absent()) {
      return;
    }
    path(scale.at("specReplicasPath"), true, List.of(".spec."), ".spec");
    path(scale.at("statusReplicasPath"), true, List.of(".status."), ".status");
    path(
        scale.at("labelSelectorPath"),
        false,
        List.of(".spec.", ".status."),
        "either .spec or .status");
  }

  private static void path(Field path, boolean required, List<String> starts, String below) {
    String text = path.text();
    if (text.isEmpty()) {
      if (required) {
        path.required("");
      }
    } else if (simple(path) && starts.stream().noneMatch(text::startsWith)) {
      path.invalid("should be a json path under " + below);
    }
  }

  /** Demands a path that starts with a dot. */
  private static boolean simple(Field path) {
    if (!path.text().startsWith(".")) {
      path.invalid("must be a simple json path starting with .");
      return false;
    }
    return true;
  }

  private static void column(Field column) {
    column.at("name").need("");
    Field type = column.at("type");
    String types = "must be one of " + String.join(",", TYPES);
    if (type.need(types) && !TYPES.contains(type.text())) {
      type.invalid(types);
    }
    Field format = column.at("format");
    if (!format.isEmpty() && !FORMATS.contains(format.text())) {
      format.invalid("must be one of " + String.join(",", FORMATS));
    }
    Field path = column.at("jsonPath").named("JSONPath"); // as upstream spells it
    if (path.need("")) {
      simple(path);
    }
  }

  private static void selectable(Field fields) {
    Set<String> paths = new HashSet<>();
    for (Field field : fields.items()) {
      Field path = field.at("jsonPath");
      if (path.need("") && !paths.add(path.text())) {
        path.duplicate();
      }
    }
    if (paths.size() > MAX_SELECTABLE) {
      fields.fault(FieldError.tooMany(fields.path(), paths.size(), MAX_SELECTABLE));
    }
  }

  /**
   * As upstream prints them, with the names of Go's fields; parts that are shared are not there.
   */
  private Object shown() {
    if (versions.isEmpty()) {
      return versions.shown();
    }
    ArrayNode shown = JsonNodeFactory.instance.arrayNode();
    for (Field version : versions.items()) {
      ObjectNode one = shown.addObject();
      one.put("Name", version.at("name").text());
      one.put("Served", version.at("served").flag());
      one.put("Storage", version.at("storage").flag());
      one.put("Deprecated", version.at("deprecated").flag());
      one.set("DeprecationWarning", version.at("deprecationWarning").node());
      part(one, "Schema", version.at("schema"));
      part(one, "Subresources", version.at("subresources"));
      part(one, "AdditionalPrinterColumns", version.at("additionalPrinterColumns"));
      part(one, "SelectableFields", version.at("selectableFields"));
    }
    return shown;
  }

  private void part(ObjectNode shown, String name, Field part) {
    shown.set(name, common.contains(part.name()) ? null : part.node());
  }
}
