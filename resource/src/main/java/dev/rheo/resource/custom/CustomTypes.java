package dev.rheo.resource.custom;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.name.GroupResource;
import dev.rheo.api.name.Names;
import dev.rheo.api.status.ApiException;
import dev.rheo.codec.json.SelectableField;
import dev.rheo.codec.schema.ObjectType;
import dev.rheo.codec.schema.TypeTable;
import dev.rheo.resource.custom.CustomDefinition.Version;
import dev.rheo.resource.type.CustomFields;
import dev.rheo.resource.type.CustomType;
import dev.rheo.resource.type.ResourceInfo;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.resource.type.Schema;
import dev.rheo.resource.type.StoredResource;
import dev.rheo.resource.type.Strategy;
import dev.rheo.resource.type.Subresource;
import dev.rheo.schema.CustomSchema;
import dev.rheo.schema.ScalePaths;
import dev.rheo.schema.Structural;
import dev.rheo.schema.StructuralReader;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The resource types that a definition stands for: one for each version that is served. */
public final class CustomTypes {
  /** In the order of discovery. */
  private static final Set<String> VERBS =
      ordered("delete", "deletecollection", "get", "list", "patch", "create", "update", "watch");

  private static final Set<String> PART_VERBS = ordered("get", "patch", "update");

  private static final ObjectType OBJECT = TypeTable.builtIn().customObject();
  private static final ObjectType LIST = TypeTable.builtIn().customList();

  /** As discovery shows them. */
  private static Set<String> ordered(String... verbs) {
    return Collections.unmodifiableSet(new LinkedHashSet<>(List.of(verbs)));
  }

  private final CustomDefinition definition;
  private final Map<String, CustomVersion> versions = new HashMap<>();
  private final Map<String, List<SelectableField>> selectable = new HashMap<>();
  private final StoredResource storage;
  private final Supplier<@Nullable ObjectNode> source;
  private final @Nullable ObjectConverter converter;

  private CustomTypes(
      CustomDefinition definition,
      Supplier<@Nullable ObjectNode> source,
      @Nullable ObjectConverter converter) {
    this.definition = definition;
    this.source = source;
    this.converter = converter;
    for (Version version : definition.versions()) {
      String name = version.name();
      versions.put(
          name,
          new CustomVersion(
              definition.group() + "/" + name,
              !definition.preserveUnknownFields() && version.schema() != null,
              definition.terminating(),
              version.deprecationWarning(),
              () -> schemaOf(present(source.get(), definition.uid(), name))));
    }
    CustomDefinition.Names names = definition.names();
    String stored = definition.storageVersion().name();
    CustomVersion storing = require(stored);
    this.storage =
        new StoredResource(
            definition.name(),
            new GroupResource(definition.group(), names.plural()),
            "/registry/" + definition.group() + "/" + names.plural() + "/",
            definition.group() + "/" + stored,
            names.kind(),
            new Schema(OBJECT, LIST, storing, storing),
            definition.namespaced(),
            selectable(),
            storing);
  }

  /**
   * A version in the present definition, which may have been written again by now: then other types
   * are served in a moment, and these are done.
   *
   * @throws ApiException 404 if the version is gone
   */
  private static Version present(@Nullable ObjectNode definition, String uid, String version) {
    CustomDefinition present = definition == null ? null : CustomDefinition.of(definition);
    if (present != null && present.uid().equals(uid)) {
      for (Version candidate : present.versions()) {
        if (candidate.name().equals(version)) {
          return candidate;
        }
      }
    }
    throw ApiException.pathNotFound();
  }

  private static CustomSchema schemaOf(Version version) {
    ObjectNode schema = version.schema();
    Structural structural =
        StructuralReader.read(schema == null ? JsonNodeFactory.instance.objectNode() : schema);
    ObjectNode scale = version.scale();
    return CustomSchema.of(structural, scale == null ? null : ScalePaths.of(scale));
  }

  /**
   * Makes the types of a definition.
   *
   * @param source reads the stored definition, null if it is gone; a schema is read when it is
   *     first needed
   * @param converter of its objects; null if they are converted by name only
   * @return the types of the versions that are served; empty if the definition {@linkplain
   *     CustomDefinition#isUsable cannot be used}
   */
  public static List<ResourceType> of(
      CustomDefinition definition,
      Supplier<@Nullable ObjectNode> source,
      @Nullable ObjectConverter converter) {
    if (!definition.isUsable()) {
      return List.of();
    }
    return new CustomTypes(definition, source, converter).types();
  }

  /** What selectors may name in any version. */
  private List<SelectableField> selectable() {
    Map<String, SelectableField> fields = new LinkedHashMap<>();
    for (Version version : definition.versions()) {
      List<SelectableField> own = selectable(version);
      selectable.put(version.name(), own);
      own.forEach(field -> fields.putIfAbsent(field.name(), field));
    }
    return List.copyOf(fields.values());
  }

  private static List<SelectableField> selectable(Version version) {
    JsonNode selectable = version.tree().path("selectableFields");
    ObjectNode schema = version.schema();
    return selectable.isEmpty()
        ? List.of()
        : CustomFields.of(selectable, schema == null ? null : StructuralReader.read(schema));
  }

  /**
   * The type in which the objects of a definition are stored, whether it is served or not, so that
   * they can be deleted.
   *
   * @return null if the definition {@linkplain CustomDefinition#isUsable cannot be used}
   */
  public static @Nullable ResourceType stored(
      CustomDefinition definition, Supplier<@Nullable ObjectNode> source) {
    return definition.isUsable()
        ? new CustomTypes(definition, source, null).type(definition.storageVersion())
        : null;
  }

  private CustomVersion require(String version) {
    return Objects.requireNonNull(versions.get(version), version);
  }

  private List<ResourceType> types() {
    List<ResourceType> types = new ArrayList<>();
    for (Version version : definition.versions()) {
      if (version.served()) {
        types.add(type(version));
      }
    }
    return types;
  }

  private ResourceType type(Version version) {
    CustomVersion fields = require(version.name());
    ResourceInfo info = info(version);
    return new ResourceType(
        info,
        new Schema(OBJECT, LIST, fields, fields),
        storage,
        conversion(version),
        strategy(version),
        CustomFields.labels(info, selectable.getOrDefault(version.name(), List.of())),
        new CustomType(
            definition.names().listKind(),
            true,
            definition.preserveUnknownFields(),
            () -> present(source.get(), definition.uid(), version.name()).tree()));
  }

  private ResourceInfo info(Version version) {
    CustomDefinition.Names names = definition.names();
    return new ResourceInfo(
        definition.group(),
        version.name(),
        names.plural(),
        names.singular(),
        names.kind(),
        definition.namespaced(),
        VERBS,
        names.shortNames(),
        names.categories(),
        storageVersionHash(),
        subresources(version));
  }

  private Map<String, Subresource> subresources(Version version) {
    Map<String, Subresource> parts = new LinkedHashMap<>();
    if (version.status()) {
      parts.put(
          "status",
          new Subresource(
              "status",
              definition.group() + "/" + version.name(),
              definition.names().kind(),
              OBJECT,
              PART_VERBS));
    }
    if (version.scale() != null) {
      parts.put(
          "scale",
          new Subresource(
              "scale",
              "autoscaling/v1",
              "Scale",
              Objects.requireNonNull(TypeTable.builtIn().type("autoscaling/v1", "Scale")),
              PART_VERBS));
    }
    return Collections.unmodifiableMap(parts);
  }

  private CustomConversion conversion(Version version) {
    Version stored = definition.storageVersion();
    return new CustomConversion(
        versions,
        require(version.name()),
        require(stored.name()),
        definition.names().kind(),
        definition.generation() > 1,
        Objects.equals(version.schema(), stored.schema()),
        converter);
  }

  private static Strategy strategy(Version version) {
    return new Strategy(
        Names.Kind.DNS_SUBDOMAIN,
        version.status(),
        version.status(),
        true,
        false,
        true,
        List.of("*"),
        false,
        false,
        false,
        false,
        true,
        false,
        false);
  }

  /** As upstream: the beginning of a digest of the kind in the version that is stored. */
  private String storageVersionHash() {
    String kind = storage.apiVersion() + "/" + definition.names().kind();
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(kind.getBytes(StandardCharsets.UTF_8));
      return Base64.getEncoder().encodeToString(Arrays.copyOf(digest, 8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
