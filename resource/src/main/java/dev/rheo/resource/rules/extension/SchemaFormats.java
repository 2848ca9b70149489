package dev.rheo.resource.rules.extension;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.Trees;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The formats of values that are checked; others are allowed and say nothing. */
final class SchemaFormats {
  /** Of texts, without dashes, as they are compared. */
  private static final Set<String> TEXTS =
      Set.of(
          "bsonobjectid",
          "uri",
          "email",
          "hostname",
          "ipv4",
          "ipv6",
          "cidr",
          "mac",
          "uuid",
          "uuid3",
          "uuid4",
          "uuid5",
          "isbn",
          "isbn10",
          "isbn13",
          "creditcard",
          "ssn",
          "hexcolor",
          "rgbcolor",
          "byte",
          "password",
          "date",
          "duration",
          "datetime",
          "k8sshortname",
          "k8slongname");

  /** More of them are not told. */
  private static final int MAX = 100;

  private SchemaFormats() {}

  /** The formats in the schemas of a definition that are not checked. */
  static Set<String> unrecognized(@Nullable JsonNode spec) {
    Set<String> found = new LinkedHashSet<>();
    for (ObjectNode version : Trees.objects(spec, "versions")) {
      SchemaTree.any(
          Trees.at(version, "schema", "openAPIV3Schema"),
          schema -> {
            String format = Trees.text(schema, "format");
            if (!format.isEmpty() && !isRecognized(Trees.text(schema, "type"), format)) {
              found.add(format);
            }
            return found.size() >= MAX;
          });
    }
    return found;
  }

  private static boolean isRecognized(String type, String format) {
    return switch (type) {
      case "", "string" -> TEXTS.contains(format.replace("-", ""));
      case "integer" -> format.equals("int32") || format.equals("int64");
      case "number" -> format.equals("float") || format.equals("double");
      default -> false;
    };
  }
}
