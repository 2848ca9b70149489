package dev.rheo.server.verb.write;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.name.GroupResource;
import dev.rheo.api.status.ApiException;
import dev.rheo.codec.schema.ObjectType;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.resource.type.Subresource;
import dev.rheo.server.admission.AdmissionRequest;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The collection, object or subresource that a request's path names.
 *
 * @param namespace empty for a cluster-scoped resource, and for all namespaces
 * @param name empty if the path names a collection
 * @param subresource empty if the path names the object itself
 */
public record ObjectPath(ResourceType type, String namespace, String name, String subresource) {

  public static ObjectPath of(ResourceType type, String namespace, String name) {
    return new ObjectPath(type, namespace, name, "");
  }

  GroupResource groupResource() {
    return type.groupResource();
  }

  /** Whether it names a namespace, or the collection of them. */
  boolean isNamespace() {
    return type.group().isEmpty() && type.plural().equals("namespaces");
  }

  /** Whether it names a definition of custom resources, or the collection of them. */
  boolean isDefinition() {
    return type.group().equals("apiextensions.k8s.io")
        && type.plural().equals("customresourcedefinitions");
  }

  ObjectPath withName(String newName) {
    return new ObjectPath(type, namespace, newName, subresource);
  }

  /**
   * The request to admit a write of an object at this path.
   *
   * @param old null for a create
   */
  AdmissionRequest admission(ObjectNode object, @Nullable ObjectNode old) {
    return new AdmissionRequest(type, namespace, name, subresource, object, old);
  }

  /** The key in the store. */
  String key() {
    return type.storage().key(namespace, name);
  }

  /** The kind of the object that is sent to this path. */
  String kind() {
    Subresource part = part();
    return part == null ? type.kind() : part.kind();
  }

  /** The version of the object that is sent to this path. */
  String apiVersion() {
    Subresource part = part();
    return part == null ? type.apiVersion() : part.apiVersion();
  }

  /** Whether an object of this version may be sent to this path. */
  boolean takes(String version) {
    // Programs of many years evict in the version in which evictions began.
    return version.equals(apiVersion())
        || (subresource.equals("eviction") && version.equals("policy/v1beta1"));
  }

  /** The fields of the object that is sent to this path. */
  public ObjectType objectType() {
    Subresource part = part();
    return part == null ? type.objectType() : part.objectType();
  }

  /**
   * The object, defaulted, in the version of the path, with what its stored version has more.
   *
   * @param object in the version of the path; modified
   */
  ObjectNode completed(ObjectNode object) {
    type.defaults().apply(object);
    // A custom resource's schemas change an object when it is converted; defaults of other versions
    // come with that.
    if (type.conversion().isIdentity() || type.customObjects() != null) {
      return object;
    }
    ObjectNode stored = type.conversion().toStored(object);
    type.storage().defaults().apply(stored);
    return type.conversion().fromStored(stored);
  }

  /** Whether the objects sent to this path have the resource's own type. */
  boolean takesWhole() {
    return kind().equals(type.kind()) && apiVersion().equals(type.apiVersion());
  }

  private @Nullable Subresource part() {
    return subresource.isEmpty() ? null : type.subresource(subresource);
  }

  /**
   * @throws ApiException 404 if there is no such subresource, 405 if it does not have the verb
   */
  void require(String verb) {
    Subresource part = part();
    if (!subresource.isEmpty() && part == null) {
      throw ApiException.pathNotFound();
    }
    Set<String> verbs = part == null ? type.verbs() : part.verbs();
    if (!verbs.contains(verb)) {
      throw ApiException.methodNotAllowed();
    }
  }
}
