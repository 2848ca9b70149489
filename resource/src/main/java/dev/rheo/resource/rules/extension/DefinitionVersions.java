package dev.rheo.resource.rules.extension;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.rheo.api.status.GoText;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.GoValues;
import dev.rheo.resource.rules.kind.Syntax;
import java.util.HashMap;
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
  private static final String VERSION = "apiextensions.CustomResourceDefinitionVersion";
  private static final List<String> TYPES =
      List.of("boolean", "date", "integer", "number", "string");
  private static final List<String> FORMATS =
      List.of("byte", "date", "date-time", "double", "float", "int32", "int64", "password");

  /**
   * A part of a version.
   *
   * @param shared what it is called if all versions share it
   * @param shape of the table of Go's types
   */
  private record Part(String shared, String shape) {}

  private static final Map<String, Part> PARTS =
      Map.of(
          "schema", new Part("validation", "*apiextensions.CustomResourceValidation"),
          "subresources", new Part("subresources", "*apiextensions.CustomResourceSubresources"),
          "additionalPrinterColumns",
              new Part(
                  "additionalPrinterColumns", "[]apiextensions.CustomResourceColumnDefinition"),
          "selectableFields", new Part("selectableFields", "[]apiextensions.SelectableField"));

  private final Field spec;
  private final Field versions;
  private final Ratchet demands;
  private final SchemaCheck schemas;
  private final Set<String> common = new HashSet<>();
  private final Set<String> withStatus;

  DefinitionVersions(Field spec, Ratchet demands) {
    this.spec = spec;
    this.demands = demands;
    versions = spec.at("versions");
    schemas = SchemaCheck.of(spec, demands);
    withStatus = withStatus();
    PARTS.forEach(this::compare);
  }

  private void compare(String name, Part part) {
    Field first = versions.index(0).at(name);
    for (int i = 1; i < versions.size(); i++) {
      if (!GoValues.same(part.shape, versions.index(i).at(name).node(), first.node())) {
        return;
      }
    }
    if (versions.size() > 0) {
      common.add(name);
    }
  }

  /** A part that all versions share, at the spec; absent if they share none. */
  private Field shared(String name) {
    Part part = PARTS.get(name);
    Field at = spec.at(part == null ? name : part.shared);
    return common.contains(name) ? versions.index(0).at(name).placed(at) : at.with(null);
  }

  /** A part of one version; absent if all versions share it. */
  private Field own(Field version, String name) {
    Field at = version.at(name);
    return common.contains(name) ? at.with(null) : at;
  }

  void check() {
    required();
    if (schemas.hasDefaults() && spec.at("preserveUnknownFields").flag()) {
      spec.at("preserveUnknownFields")
          .invalid("must be false in order to use defaults in the schema");
    }
    int stored = 0;
    boolean unique = true;
    Set<String> names = new HashSet<>();
    for (Field version : versions.items()) {
      stored += version.at("storage").flag() ? 1 : 0;
      unique &= names.add(version.at("name").text());
      DefinitionNames.always(version.at("name"));
      version(version);
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

  private void version(Field version) {
    String name = version.at("name").text();
    warning(version);
    schemas.check(own(version, "schema"), withStatus.contains(name), name);
    subresources(own(version, "subresources"));
    own(version, "additionalPrinterColumns").items().forEach(DefinitionVersions::column);
    Field fields = own(version, "selectableFields");
    if (fields.isEmpty()) {
      return;
    }
    Field schema = own(version, "schema").at("openAPIV3Schema");
    if (schema.absent()) {
      fields.invalid("", "may only be set when `version.schema.openAPIV3Schema` is not included");
    } else {
      selectable(fields, schema, schema, name);
    }
  }

  /** Checks what all versions share. */
  void checkCommon() {
    schemas.check(shared("schema"), !withStatus.isEmpty(), versions.index(0).at("name").text());
    subresources(shared("subresources"));
    shared("additionalPrinterColumns").items().forEach(DefinitionVersions::column);
    Field fields = shared("selectableFields");
    if (fields.isEmpty()) {
      return;
    }
    Field schema = shared("schema");
    if (schema.absent()) {
      fields.invalid("", "may only be set when validations.schema is included");
    } else {
      selectable(fields, schema.at("openAPIV3Schema"), spec.at("schema", "openAPIV3Schema"), "");
    }
  }

  /**
   * @param place where it is said that the schema cannot be read
   */
  private void selectable(Field fields, Field schema, Field place, String version) {
    SchemaReading read = SchemaReading.of(schema.node());
    if (read.schema() == null) {
      place.invalid("", read.fault());
      return;
    }
    SelectableFields.check(fields, read.schema(), demands.manyFields().contains(version));
  }

  /** Demands a schema for each version, unless the old object has a version without one. */
  private void required() {
    boolean pruned = !spec.at("preserveUnknownFields").flag();
    for (Field version : versions.items()) {
      Field schema = version.at("schema", "openAPIV3Schema");
      if (schema.absent() && demands.schemas()) {
        schema.required("");
      } else if (schema.absent() && pruned && version.at("served").flag()) {
        schema.required("because otherwise all fields are pruned");
      }
    }
  }

  /** The names of versions with a status; of those that share a name, the first one counts. */
  private Set<String> withStatus() {
    Map<String, Boolean> status = new HashMap<>();
    for (int i = 0; i < versions.size(); i++) {
      Field version = versions.index(i);
      status.putIfAbsent(version.at("name").text(), version.at("subresources", "status").present());
    }
    status.values().removeIf(has -> !has);
    return status.keySet();
  }

  private static void warning(Field version) {
    Field warning = version.at("deprecationWarning");
    if (warning.absent()) {
      return;
    }
    String text = warning.text();
    TextNode shown = TextNode.valueOf(text); // upstream has a pointer, and shows that as JSON
    if (!version.at("deprecated").flag()) {
      warning.invalid(shown, "can only be set for deprecated versions");
      return;
    }
    if (Syntax.bytes(text) > MAX_WARNING) {
      warning.invalid(shown, "must be <= " + MAX_WARNING + " characters long");
    }
    if (text.isEmpty()) {
      warning.invalid(shown, "must not be an empty string");
    }
    int index = 0;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      if (!GoText.isPrint(c)) {
        warning.invalid(
            shown,
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
    path(scale.at("specReplicasPath"), ".spec");
    path(scale.at("statusReplicasPath"), ".status");
    Field selector = scale.at("labelSelectorPath");
    String text = selector.text();
    if (!text.isEmpty()
        && simple(selector)
        && !text.startsWith(".spec.")
        && !text.startsWith(".status.")) {
      selector.invalid(
          TextNode.valueOf(text), "should be a json path under either .spec or .status");
    }
  }

  private static void path(Field path, String below) {
    if (path.need("") && simple(path) && !path.text().startsWith(below + ".")) {
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

  /** As upstream prints them: what all versions share is not there. */
  private Object shown() {
    if (versions.isEmpty()) {
      return versions.shown();
    }
    ArrayNode own = JsonNodeFactory.instance.arrayNode();
    for (Field version : versions.items()) {
      ObjectNode copy = own.addObject();
      copy.setAll(version.object());
      copy.remove(common);
    }
    return GoValues.ofList(VERSION, own);
  }
}
