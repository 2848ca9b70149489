package dev.rheo.resource.type;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.name.GroupResource;
import dev.rheo.api.status.ApiException;
import dev.rheo.codec.json.Canonicalizer;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.codec.schema.ObjectType;
import dev.rheo.codec.tree.Trees;
import dev.rheo.merge.typed.MergeType;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One served resource in one version: {@code deployments} of {@code apps/v1}. Everything that is
 * particular to it is reached from here: schema, defaults, conversion, storage. Immutable. Compared
 * by identity: a resource that is removed and added again is another type.
 */
public final class ResourceType {
  private final ResourceInfo info;
  private final Schema schema;
  private final @Nullable StoredResource storage;
  private final Conversion conversion;
  private final Strategy strategy;
  private final FieldLabels fieldLabels;
  private final @Nullable CustomType custom;
  private final String apiVersion;
  private final GroupResource groupResource;

  /**
   * @param storage the collection in which objects are stored; null if they are not
   * @throws IllegalArgumentException if the resource has the verb {@code list}, but no schema of
   *     lists
   */
  public ResourceType(
      ResourceInfo info,
      Schema schema,
      @Nullable StoredResource storage,
      Conversion conversion,
      Strategy strategy,
      FieldLabels fieldLabels) {
    this(info, schema, storage, conversion, strategy, fieldLabels, null);
  }

  /**
   * @param storage the collection in which objects are stored; null if they are not
   * @param custom what is told of a custom type; null for a built-in type
   * @throws IllegalArgumentException if the resource has the verb {@code list}, but no schema of
   *     lists
   */
  public ResourceType(
      ResourceInfo info,
      Schema schema,
      @Nullable StoredResource storage,
      Conversion conversion,
      Strategy strategy,
      FieldLabels fieldLabels,
      @Nullable CustomType custom) {
    if (info.verbs().contains("list") && schema.list() == null) {
      throw new IllegalArgumentException("no schema of lists: " + info.groupResource());
    }
    this.info = info;
    this.schema = schema;
    this.storage = storage;
    this.conversion = conversion;
    this.strategy = strategy;
    this.fieldLabels = fieldLabels;
    this.custom = custom;
    this.apiVersion = info.apiVersion();
    this.groupResource = info.groupResource();
  }

  /** Empty for the core group. */
  public String group() {
    return info.group();
  }

  /** {@code v1}. */
  public String version() {
    return info.version();
  }

  /** The {@code apiVersion} of objects: {@code v1}, {@code apps/v1}. */
  public String apiVersion() {
    return apiVersion;
  }

  /** The name in paths: {@code deployments}. */
  public String plural() {
    return info.plural();
  }

  public String singular() {
    return info.singular();
  }

  public String kind() {
    return info.kind();
  }

  /** The kind of a list: {@code DeploymentList}. */
  public String listKind() {
    return custom == null ? info.kind() + "List" : custom.listKind();
  }

  /** What is told of a custom type; null for a built-in type. */
  public @Nullable CustomType custom() {
    return custom;
  }

  public List<String> shortNames() {
    return info.shortNames();
  }

  public List<String> categories() {
    return info.categories();
  }

  public boolean namespaced() {
    return info.namespaced();
  }

  /** A subset of {@code create delete deletecollection get list patch update watch}. */
  public Set<String> verbs() {
    return info.verbs();
  }

  /** The subresources by name, in the order of discovery. */
  public Map<String, Subresource> subresources() {
    return info.subresources();
  }

  public @Nullable Subresource subresource(String name) {
    return info.subresources().get(name);
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

  /** The fields of the objects. */
  public ObjectType objectType() {
    return schema.object();
  }

  /** The fields of a list of objects; null if they cannot be listed. */
  public @Nullable ObjectType listType() {
    return schema.list();
  }

  /** The defaults of the objects, in the version that is served. */
  public Defaults defaults() {
    return schema.defaults();
  }

  /** What the definition of a custom resource says of its objects; null for a built-in resource. */
  public @Nullable CustomObjects customObjects() {
    return schema.custom();
  }

  /** How the objects are merged by server-side apply. */
  public MergeType mergeType() {
    CustomObjects custom = schema.custom();
    return custom == null ? MergeTypes.of(schema.object()) : custom.mergeType();
  }

  /**
   * An encoded stored object in the served version, in canonical form. An empty resourceVersion
   * stays in place, empty; any other is kept.
   */
  public byte[] convert(byte[] storedForm) {
    if (conversion.isIdentity()) {
      return storedForm;
    }
    return encoded(conversion.fromStored(decoded(storedForm)));
  }

  /**
   * Encoded stored objects, each as {@link #convert(byte[])} gives it, with one question for all if
   * they are converted {@linkplain Conversion#isOutside outside}.
   */
  public List<byte[]> convert(List<byte[]> storedForms) {
    return conversion.fromStored(storedForms.stream().map(ResourceType::decoded).toList()).stream()
        .map(this::encoded)
        .toList();
  }

  private static ObjectNode decoded(byte[] form) {
    return ObjectDecoder.decode(form, ObjectDecoder.MAX_DEPTH).tree();
  }

  private byte[] encoded(ObjectNode object) {
    return Trees.text(object, "metadata", "resourceVersion").isEmpty()
        ? Canonicalizer.encode(object, schema.object())
        : Canonicalizer.encodeAnswer(object, schema.object());
  }

  /**
   * An object in the version in which writes are prepared and checked: that of a built-in resource
   * is the stored one, that of a custom resource the served one, whose schema it must fulfil.
   *
   * @param served in the version that is served; modified
   */
  public ObjectNode toChecked(ObjectNode served) {
    return schema.custom() == null ? conversion.toStored(served) : served;
  }

  /** A checked object in the version in which it is stored; the given one may be modified. */
  public ObjectNode checkedToStored(ObjectNode checked) {
    return schema.custom() == null ? checked : conversion.toStored(checked);
  }

  /**
   * The fields of objects in the version in which they are checked.
   *
   * @throws IllegalStateException if objects are not stored
   */
  public ObjectType checkedType() {
    return schema.custom() == null ? storage().objectType() : schema.object();
  }

  /**
   * The defaults of objects in the version in which they are checked.
   *
   * @throws IllegalStateException if objects are not stored
   */
  public Defaults checkedDefaults() {
    return schema.custom() == null ? storage().defaults() : schema.defaults();
  }

  /**
   * What writes must fulfil, of objects in the version in which they are checked.
   *
   * @throws IllegalStateException if objects are not stored
   */
  public WriteRules rules() {
    CustomObjects custom = schema.custom();
    return custom == null ? storage().rules().in(apiVersion) : custom.rules();
  }

  /** Converts between the version that is served and the one that is stored. */
  public Conversion conversion() {
    return conversion;
  }

  public Strategy strategy() {
    return strategy;
  }

  /** Upstream's hash of the storage version, opaque; empty if objects are not stored. */
  public String storageVersionHash() {
    return info.storageVersionHash();
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
    return groupResource + "/" + info.version();
  }
}
