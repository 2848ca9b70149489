package dev.rheo.resource.publish;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.rheo.resource.type.ResourceType;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;

/** Writes the paths of a custom type and their operations. */
final class CustomPaths {
  private static final List<String> MEDIA_TYPES = List.of("application/json", "application/yaml");
  private static final List<String> PATCHES =
      List.of(
          "application/json-patch+json",
          "application/merge-patch+json",
          "application/apply-patch+yaml");

  private static final List<String> WRITE =
      List.of("dryRun:string", "fieldManager:string", "fieldValidation:string");
  private static final List<String> LIST =
      List.of(
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
          "watch:boolean");

  /**
   * An operation of any type.
   *
   * @param method of HTTP
   * @param action as {@code x-kubernetes-action} tells it
   * @param verb with which the name of the operation begins
   * @param rest what follows in the name before the kind
   * @param parameters of the query, each as {@code name:type}
   * @param codes of answers with a body
   */
  private record Operation(
      String method,
      String action,
      String verb,
      String rest,
      List<String> parameters,
      List<Integer> codes) {}

  private static final Operation LISTS =
      new Operation("get", "list", "list", "", LIST, List.of(200));
  private static final List<Operation> OF_COLLECTION =
      List.of(
          LISTS,
          new Operation("post", "post", "create", "", WRITE, List.of(200, 201, 202)),
          new Operation("delete", "deletecollection", "delete", "Collection", LIST, List.of(200)));
  private static final List<Operation> OF_SUBRESOURCE =
      List.of(
          new Operation("get", "get", "read", "", List.of("resourceVersion:string"), List.of(200)),
          new Operation("put", "put", "replace", "", WRITE, List.of(200, 201)),
          new Operation(
              "patch",
              "patch",
              "patch",
              "",
              Stream.concat(WRITE.stream(), Stream.of("force:boolean")).toList(),
              List.of(200)));
  private static final List<Operation> OF_OBJECT =
      Stream.concat(
              OF_SUBRESOURCE.stream(),
              Stream.of(
                  new Operation(
                      "delete",
                      "delete",
                      "delete",
                      "",
                      List.of(
                          "dryRun:string",
                          "gracePeriodSeconds:integer",
                          "ignoreStoreReadErrorWithClusterBreakingPotential:boolean",
                          "orphanDependents:boolean",
                          "propagationPolicy:string"),
                      List.of(200, 202))))
          .toList();

  private final JsonGenerator json;
  private final ResourceType type;
  private final String tag;
  private final String inName;

  private CustomPaths(JsonGenerator json, ResourceType type) {
    this.json = json;
    this.type = type;
    String group =
        type.group().endsWith(".k8s.io")
            ? type.group().substring(0, type.group().length() - ".k8s.io".length())
            : type.group();
    this.tag = camel(group, false) + "_" + camel(type.version(), false);
    this.inName = camel(group, true) + camel(type.version(), true);
  }

  /** Writes the paths as fields of the JSON object that is open. */
  static void write(JsonGenerator json, ResourceType type) throws IOException {
    new CustomPaths(json, type).write();
  }

  private void write() throws IOException {
    String root = "/apis/" + type.apiVersion() + "/";
    String scope = type.namespaced() ? "Namespaced" : "";
    String object = CustomSchemas.name(type, type.kind());
    String list = CustomSchemas.name(type, type.listKind());
    if (type.namespaced()) {
      // what is true of all operations of a path is told of the path
      json.writeObjectFieldStart(root + type.plural());
      operation(
          new Operation("get", "list", "list", "", List.of(), List.of(200)),
          "",
          type.kind() + "ForAllNamespaces",
          list);
      OperationParts.parameters(
          json,
          Stream.concat(LIST.stream(), Stream.of("pretty:string")).sorted().toList(),
          false,
          false);
      json.writeEndObject();
    }
    String collection = root + (type.namespaced() ? "namespaces/{namespace}/" : "") + type.plural();
    json.writeObjectFieldStart(collection);
    for (Operation operation : OF_COLLECTION) {
      operation(
          operation,
          scope,
          type.kind(),
          switch (operation.action) {
            case "list" -> list;
            case "post" -> object;
            default -> meta("Status");
          });
    }
    OperationParts.parameters(json, List.of("pretty:string"), type.namespaced(), false);
    json.writeEndObject();
    item(collection + "/{name}", OF_OBJECT, scope, type.kind(), object);
    if (type.subresource("status") != null) {
      item(collection + "/{name}/status", OF_SUBRESOURCE, scope, type.kind() + "Status", object);
    }
    if (type.subresource("scale") != null) {
      item(
          collection + "/{name}/scale",
          OF_SUBRESOURCE,
          scope,
          type.kind() + "Scale",
          OpenApiSchemas.name(CustomDocument.SCALE));
    }
  }

  private void item(
      String path, List<Operation> operations, String scope, String name, String schema)
      throws IOException {
    json.writeObjectFieldStart(path);
    for (Operation operation : operations) {
      operation(
          operation, scope, name, operation.action.equals("delete") ? meta("Status") : schema);
    }
    OperationParts.parameters(json, List.of("pretty:string"), type.namespaced(), true);
    json.writeEndObject();
  }

  private void operation(Operation operation, String scope, String name, String answer)
      throws IOException {
    json.writeObjectFieldStart(operation.method);
    json.writeArrayFieldStart("tags");
    json.writeString(tag);
    json.writeEndArray();
    json.writeStringField("operationId", operation.verb + inName + operation.rest + scope + name);
    if (!operation.parameters.isEmpty()) {
      OperationParts.parameters(json, operation.parameters, false, false);
    }
    switch (operation.action) {
      case "post", "put" -> body(MEDIA_TYPES, answer, true);
      case "patch" -> body(PATCHES, meta("Patch"), true);
      case "delete" -> body(MEDIA_TYPES, meta("DeleteOptions"), false);
      default -> {}
    }
    json.writeObjectFieldStart("responses");
    for (int code : operation.codes) {
      json.writeObjectFieldStart(Integer.toString(code));
      json.writeStringField(
          "description", code == 200 ? "OK" : code == 201 ? "Created" : "Accepted");
      content(MEDIA_TYPES, answer);
      json.writeEndObject();
    }
    json.writeObjectFieldStart("401");
    json.writeStringField("description", "Unauthorized");
    json.writeEndObject();
    json.writeEndObject();
    json.writeStringField("x-kubernetes-action", operation.action);
    json.writeObjectFieldStart("x-kubernetes-group-version-kind");
    json.writeStringField("group", type.group());
    json.writeStringField("version", type.version());
    json.writeStringField("kind", type.kind());
    json.writeEndObject();
    json.writeEndObject();
  }

  private void body(List<String> mediaTypes, String schema, boolean required) throws IOException {
    json.writeObjectFieldStart("requestBody");
    content(mediaTypes, schema);
    if (required) {
      json.writeBooleanField("required", true);
    }
    json.writeEndObject();
  }

  private void content(List<String> mediaTypes, String schema) throws IOException {
    OperationParts.content(json, mediaTypes, OpenApiSchemas.REFERENCE + schema);
  }

  private static String meta(String name) {
    return OpenApiSchemas.name(OpenApiSchemas.META + name);
  }

  /** A name of which only letters, digits and underscores are left. */
  private static String camel(String name, boolean capital) {
    StringBuilder out = new StringBuilder();
    boolean upper = capital;
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (Character.isLetter(c) || c == '_' || (i != 0 && Character.isDigit(c))) {
        out.append(upper ? Character.toUpperCase(c) : c);
        upper = false;
      } else {
        upper = true;
      }
    }
    return out.toString();
  }
}
