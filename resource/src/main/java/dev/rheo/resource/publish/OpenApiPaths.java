package dev.rheo.resource.publish;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.rheo.api.name.GroupVersionKind;
import dev.rheo.codec.schema.ObjectType;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.resource.type.Subresource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes the paths of one group version and their operations. */
final class OpenApiPaths {
  static final List<String> ANSWERS =
      List.of("application/json", "application/vnd.kubernetes.protobuf", "application/yaml");
  private static final List<String> STREAMS =
      List.of("application/json;stream=watch", "application/vnd.kubernetes.protobuf;stream=watch");
  private static final List<String> PATCHES =
      List.of(
          "application/apply-patch+yaml",
          "application/json-patch+json",
          "application/merge-patch+json",
          "application/strategic-merge-patch+json");

  /** Sets of query parameters, each as {@code name:type}. */
  private enum Parameters {
    NONE,
    WRITE("dryRun:string", "fieldManager:string", "fieldValidation:string"),
    PATCH("dryRun:string", "fieldManager:string", "fieldValidation:string", "force:boolean"),
    DELETE(
        "dryRun:string",
        "gracePeriodSeconds:integer",
        "ignoreStoreReadErrorWithClusterBreakingPotential:boolean",
        "orphanDependents:boolean",
        "propagationPolicy:string"),
    LIST(
        "allowWatchBookmarks:boolean",
        "continue:string",
        "fieldSelector:string",
        "labelSelector:string",
        "limit:integer",
        "resourceVersion:string",
        "resourceVersionMatch:string",
        "sendInitialEvents:boolean",
        "shardSelector:string",
        "timeoutSeconds:integer",
        "watch:boolean"),
    DELETE_COLLECTION(
        "continue:string",
        "dryRun:string",
        "fieldSelector:string",
        "gracePeriodSeconds:integer",
        "ignoreStoreReadErrorWithClusterBreakingPotential:boolean",
        "labelSelector:string",
        "limit:integer",
        "orphanDependents:boolean",
        "propagationPolicy:string",
        "resourceVersion:string",
        "resourceVersionMatch:string",
        "sendInitialEvents:boolean",
        "shardSelector:string",
        "timeoutSeconds:integer");

    @SuppressWarnings("ImmutableEnumChecker") // List.of is immutable
    private final List<String> names;

    Parameters(String... names) {
      this.names = List.of(names);
    }
  }

  /**
   * The request and response of an operation.
   *
   * @param bodyTypes media types of the request body
   * @param body reference to the schema of the request body, or null for no body
   * @param answer reference to the schema of the response
   */
  private record Shape(
      Parameters parameters, List<String> bodyTypes, @Nullable String body, String answer) {}

  private static final List<String> PRETTY = List.of("pretty:string");

  private final JsonGenerator json;
  private final String base;
  private final Set<String> goTypes = new LinkedHashSet<>();

  /**
   * @param groupVersionPath {@code api/v1}, {@code apis/apps/v1}
   */
  OpenApiPaths(JsonGenerator json, String groupVersionPath) {
    this.json = json;
    this.base = "/" + groupVersionPath + "/";
  }

  /**
   * Writes the paths as fields of the JSON object that is open.
   *
   * @return the Go types whose schemas the paths refer to
   */
  Set<String> write(List<ResourceType> types) throws IOException {
    json.writeObjectFieldStart(base);
    operation(
        "get", "", null, new Shape(Parameters.NONE, List.of(), null, meta("APIResourceList")));
    json.writeEndObject();
    for (ResourceType type : types) {
      resource(type);
    }
    return goTypes;
  }

  private void resource(ResourceType type) throws IOException {
    GroupVersionKind kind = new GroupVersionKind(type.group(), type.version(), type.kind());
    String own = reference(type.objectType());
    Set<String> verbs = type.verbs();
    String collection = base + (type.namespaced() ? "namespaces/{namespace}/" : "") + type.plural();
    Shape list =
        verbs.contains("list")
            ? new Shape(
                Parameters.LIST,
                List.of(),
                null,
                reference(Objects.requireNonNull(type.listType())))
            : null;
    if (type.namespaced() && list != null) {
      json.writeObjectFieldStart(base + type.plural());
      operation("get", "list", kind, list);
      json.writeEndObject();
    }
    json.writeObjectFieldStart(collection);
    if (list != null) {
      operation("get", "list", kind, list);
    }
    if (verbs.contains("create")) {
      operation("post", "post", kind, new Shape(Parameters.WRITE, List.of("*/*"), own, own));
    }
    if (verbs.contains("deletecollection")) {
      operation(
          "delete",
          "deletecollection",
          kind,
          new Shape(
              Parameters.DELETE_COLLECTION, List.of("*/*"), meta("DeleteOptions"), meta("Status")));
    }
    OperationParts.parameters(json, PRETTY, type.namespaced(), false);
    json.writeEndObject();
    if (verbs.contains("get")) {
      json.writeObjectFieldStart(collection + "/{name}");
      item(verbs, kind, own, false);
      if (verbs.contains("delete")) {
        operation(
            "delete",
            "delete",
            kind,
            new Shape(Parameters.DELETE, List.of("*/*"), meta("DeleteOptions"), meta("Status")));
      }
      OperationParts.parameters(json, PRETTY, type.namespaced(), true);
      json.writeEndObject();
    }
    for (Subresource sub : type.subresources().values()) {
      json.writeObjectFieldStart(collection + "/{name}/" + sub.name());
      GroupVersionKind subKind = GroupVersionKind.of(sub.apiVersion(), sub.kind());
      String taken = reference(sub.objectType());
      boolean connects = sub.kind().endsWith("Options");
      item(sub.verbs(), subKind, taken, connects);
      if (sub.verbs().contains("create")) {
        operation(
            "post",
            connects ? "connect" : "post",
            subKind,
            connects
                ? new Shape(Parameters.NONE, List.of(), null, taken)
                : new Shape(Parameters.WRITE, List.of("*/*"), taken, taken));
      }
      OperationParts.parameters(json, PRETTY, type.namespaced(), true);
      json.writeEndObject();
    }
  }

  /**
   * @param connects whether requests are proxied to what the object represents, such as a container
   *     or a node (upstream's action {@code connect})
   */
  private void item(Set<String> verbs, GroupVersionKind kind, String own, boolean connects)
      throws IOException {
    if (verbs.contains("get")) {
      operation(
          "get",
          connects ? "connect" : "get",
          kind,
          new Shape(Parameters.NONE, List.of(), null, own));
    }
    if (verbs.contains("update") && !connects) {
      operation("put", "put", kind, new Shape(Parameters.WRITE, List.of("*/*"), own, own));
    }
    if (verbs.contains("patch") && !connects) {
      operation("patch", "patch", kind, new Shape(Parameters.PATCH, PATCHES, meta("Patch"), own));
    }
  }

  private void operation(String method, String action, @Nullable GroupVersionKind kind, Shape shape)
      throws IOException {
    json.writeObjectFieldStart(method);
    if (!shape.parameters.names.isEmpty()) {
      OperationParts.parameters(json, shape.parameters.names, false, false);
    }
    if (shape.body != null) {
      json.writeObjectFieldStart("requestBody");
      OperationParts.content(json, shape.bodyTypes, shape.body);
      json.writeEndObject();
    }
    json.writeObjectFieldStart("responses");
    json.writeObjectFieldStart("200");
    json.writeStringField("description", "OK");
    List<String> answers = new ArrayList<>(ANSWERS);
    if (action.equals("list")) {
      answers.addAll(STREAMS);
    }
    OperationParts.content(json, answers, shape.answer);
    json.writeEndObject();
    json.writeEndObject();
    if (kind != null) {
      json.writeStringField("x-kubernetes-action", action);
      json.writeObjectFieldStart("x-kubernetes-group-version-kind");
      OpenApiSchemas.kind(json, kind);
      json.writeEndObject();
    }
    json.writeEndObject();
  }

  private String reference(ObjectType type) {
    goTypes.add(type.goName());
    return OpenApiSchemas.reference(type);
  }

  private static String meta(String name) {
    return OpenApiSchemas.metaReference(name);
  }
}
