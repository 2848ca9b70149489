package dev.rheo.resource.custom;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.type.ApiVersions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A stored CustomResourceDefinition, read. Immutable.
 *
 * @param name {@code crontabs.stable.example.com}
 * @param names those that were accepted, by which the resource is served
 * @param versions in the order of the definition
 * @param webhook how objects are converted by somebody else; null if versions differ only in name
 * @param established whether the resource is served and in discovery
 * @param namesAccepted whether the names are not taken by others
 * @param terminating whether the definition is being deleted, so that no object can be created
 * @param generation how often the definition was written: 1 if it never changed
 */
public record CustomDefinition(
    String name,
    String uid,
    String group,
    boolean namespaced,
    Names names,
    List<Version> versions,
    @Nullable JsonNode webhook,
    boolean preserveUnknownFields,
    boolean established,
    boolean namesAccepted,
    boolean terminating,
    long generation) {

  /** The names of the resource. */
  public record Names(
      String plural,
      String singular,
      String kind,
      String listKind,
      List<String> shortNames,
      List<String> categories) {}

  /**
   * One version.
   *
   * @param deprecationWarning what clients are told; empty if the version is not deprecated
   * @param schema the {@code openAPIV3Schema}; null if there is none
   * @param status whether there is a subresource {@code status}
   * @param scale the paths of the subresource {@code scale}; null if there is none
   * @param tree the version as it stands in the definition; not to be changed
   */
  public record Version(
      String name,
      boolean served,
      boolean storage,
      String deprecationWarning,
      @Nullable ObjectNode schema,
      boolean status,
      @Nullable ObjectNode scale,
      ObjectNode tree) {}

  /**
   * Reads a definition.
   *
   * @param tree a valid definition, as it is stored
   */
  public static CustomDefinition of(ObjectNode tree) {
    JsonNode spec = tree.path("spec");
    String group = Trees.text(spec, "group");
    JsonNode accepted = tree.path("status").path("acceptedNames");
    Names names =
        new Names(
            Trees.text(accepted, "plural"),
            Trees.text(accepted, "singular"),
            Trees.text(accepted, "kind"),
            Trees.text(accepted, "listKind"),
            Trees.strings(accepted, "shortNames"),
            Trees.strings(accepted, "categories"));
    JsonNode conversion = spec.path("conversion");
    return new CustomDefinition(
        Trees.name(tree),
        Trees.text(tree, "metadata", "uid"),
        group,
        Trees.text(spec, "scope").equals("Namespaced"),
        names,
        Trees.objects(spec, "versions").stream()
            .map(version -> version(version, warning(version, spec, group, names.kind())))
            .toList(),
        Trees.text(conversion, "strategy").equals("Webhook") ? conversion.path("webhook") : null,
        Trees.flag(spec, "preserveUnknownFields"),
        isTrue(tree, "Established"),
        isTrue(tree, "NamesAccepted"),
        isTerminating(tree),
        Trees.number(tree, "metadata", "generation"));
  }

  /** What clients of a version are told: empty, or in words of the definition, or in ours. */
  private static String warning(ObjectNode version, JsonNode spec, String group, String kind) {
    if (!Trees.flag(version, "deprecated")) {
      return "";
    }
    String own = Trees.text(version, "deprecationWarning");
    if (!own.isEmpty()) {
      return own;
    }
    String name = Trees.text(version, "name");
    String deprecated = group + "/" + name + " " + kind + " is deprecated";
    return Trees.objects(spec, "versions").stream()
        .filter(other -> Trees.flag(other, "served") && !Trees.flag(other, "deprecated"))
        .map(other -> Trees.text(other, "name"))
        .filter(other -> ApiVersions.ORDER.compare(other, name) < 0)
        .min(ApiVersions.ORDER)
        .map(better -> deprecated + "; use " + group + "/" + better + " " + kind)
        .orElse(deprecated);
  }

  private static Version version(ObjectNode version, String warning) {
    return new Version(
        Trees.text(version, "name"),
        Trees.flag(version, "served"),
        Trees.flag(version, "storage"),
        warning,
        Trees.object(version, "schema", "openAPIV3Schema"),
        Trees.object(version, "subresources", "status") != null,
        Trees.object(version, "subresources", "scale"),
        version);
  }

  private static boolean isTrue(ObjectNode definition, String type) {
    return status(definition, type).equals("True");
  }

  /**
   * The condition is false again when the objects are deleted, just before the definition goes: it
   * must not be told to clients once more as one that takes objects.
   */
  private static boolean isTerminating(ObjectNode definition) {
    String status = status(definition, DefinitionConditions.TERMINATING);
    return status.equals("True")
        || (!status.isEmpty()
            && !Trees.text(definition, "metadata", "deletionTimestamp").isEmpty()
            && Trees.strings(definition, "metadata", "finalizers")
                .contains(DefinitionConditions.FINALIZER));
  }

  private static String status(ObjectNode definition, String type) {
    for (ObjectNode condition : Trees.objects(definition, "status", "conditions")) {
      if (Trees.text(condition, "type").equals(type)) {
        return Trees.text(condition, "status");
      }
    }
    return "";
  }

  /** The version in which objects are stored. */
  public Version storageVersion() {
    return versions.stream()
        .filter(Version::storage)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(name + " has no storage version"));
  }

  /** Whether the resource can be used. */
  public boolean isUsable() {
    return (established || namesAccepted)
        && !names.plural().isEmpty()
        && !names.singular().isEmpty()
        && !names.kind().isEmpty()
        && !names.listKind().isEmpty();
  }
}
