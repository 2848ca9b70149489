package dev.rheo.resource.type;

import dev.rheo.api.name.GroupResource;
import dev.rheo.api.status.ApiException;
import dev.rheo.codec.schema.ObjectType;
import dev.rheo.codec.schema.TypeTable;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One served resource in one version: {@code deployments} of {@code apps/v1}. Immutable. */
public final class ResourceType {
  private final String group;
  private final String version;
  private final String plural;
  private final String singular;
  private final String kind;
  private final boolean namespaced;
  private final Set<String> verbs;
  private final List<String> shortNames;
  private final List<String> categories;
  private final String storageVersionHash;
  private final Map<String, Subresource> subresources;
  private final @Nullable StoredResource storage;
  private final Strategy strategy;
  private final FieldLabels fieldLabels;
  private final String apiVersion;
  private final GroupResource groupResource;
  private final ObjectType objectType;

  ResourceType(
      ResourceTable.Row row,
      @Nullable StoredResource storage,
      Strategy strategy,
      FieldLabels fieldLabels) {
    this.group = row.group();
    this.version = row.version();
    this.plural = row.plural();
    this.singular = row.singular();
    this.kind = row.kind();
    this.namespaced = row.namespaced();
    this.verbs = row.verbs();
    this.shortNames = row.shortNames();
    this.categories = row.categories();
    this.storageVersionHash = row.storageVersionHash();
    this.subresources = row.subresources();
    this.storage = storage;
    this.strategy = strategy;
    this.fieldLabels = fieldLabels;
    this.apiVersion = row.apiVersion();
    this.groupResource = row.groupResource();
    this.objectType = Objects.requireNonNull(TypeTable.builtIn().type(apiVersion, kind), kind);
  }

  /** Empty for the core group. */
  public String group() {
    return group;
  }

  /** {@code v1}. */
  public String version() {
    return version;
  }

  /** The {@code apiVersion} of objects: {@code v1}, {@code apps/v1}. */
  public String apiVersion() {
    return apiVersion;
  }

  /** The name in paths: {@code deployments}. */
  public String plural() {
    return plural;
  }

  public String singular() {
    return singular;
  }

  public String kind() {
    return kind;
  }

  /** The kind of a list: {@code DeploymentList}. */
  public String listKind() {
    return kind + "List";
  }

  public List<String> shortNames() {
    return shortNames;
  }

  public List<String> categories() {
    return categories;
  }

  public boolean namespaced() {
    return namespaced;
  }

  /** A subset of {@code create delete deletecollection get list patch update watch}. */
  public Set<String> verbs() {
    return verbs;
  }

  /** The subresources by name, in the order of discovery. */
  public Map<String, Subresource> subresources() {
    return subresources;
  }

  public @Nullable Subresource subresource(String name) {
    return subresources.get(name);
  }

  /** The plural and the group, as in error messages: {@code deployments.apps}. */
  public GroupResource groupResource() {
    return groupResource;
  }

  /** Whether objects are stored. Reviews, bindings and component statuses are only answered. */
  public boolean isStored() {
    return storage != null;
  }

  /**
   * The collection in which objects are stored.
   *
   * @throws IllegalStateException if objects are not stored
   */
  public StoredResource storage() {
    if (storage == null) {
      throw new IllegalStateException(groupResource + " is not stored");
    }
    return storage;
  }

  /** The schema of the objects. */
  public ObjectType objectType() {
    return objectType;
  }

  public Strategy strategy() {
    return strategy;
  }

  /** Upstream's hash of the storage version, opaque; empty if objects are not stored. */
  public String storageVersionHash() {
    return storageVersionHash;
  }

  /**
   * Resolves a label of a field selector to {@code metadata.name}, {@code metadata.namespace}, or
   * the name of one of {@link StoredResource#fields()}.
   *
   * @throws ApiException 400 in upstream's words if the resource does not support the label
   */
  public String fieldLabel(String label) {
    return fieldLabels.resolve(label);
  }

  /** {@code deployments.apps/v1}. */
  @Override
  public String toString() {
    return groupResource + "/" + version;
  }
}
