package dev.rheo.server.conversion;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.io.ByteOutput;
import dev.rheo.codec.io.MalformedException;
import dev.rheo.codec.json.Canonicalizer;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.codec.tree.Trees;
import dev.rheo.codec.yaml.YamlForms;
import dev.rheo.server.outbound.CallException;
import dev.rheo.server.webhook.Answer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The question to a conversion webhook, and its answer. */
final class ConversionReview {
  private static final String GROUP = "apiextensions.k8s.io/";
  private static final String KIND = "ConversionReview";

  /** Most characters of what a webhook says that are passed on. */
  private static final int MAX_SAID = 4096;

  private ConversionReview() {}

  /** The first version of the review that both sides know; null if there is none. */
  static @Nullable String version(List<String> wanted) {
    for (String version : wanted) {
      if (version.equals("v1") || version.equals("v1beta1")) {
        return version;
      }
    }
    return null;
  }

  /** The question, as upstream writes it. */
  static byte[] request(String version, String uid, List<ObjectNode> objects, String apiVersion) {
    ByteOutput out = new ByteOutput(1024);
    put(out, "{\"kind\":\"ConversionReview\",\"apiVersion\":\"" + GROUP + version);
    put(out, "\",\"request\":{\"uid\":\"" + uid + "\",\"desiredAPIVersion\":\"" + apiVersion);
    put(out, "\",\"objects\":[");
    String separator = "";
    for (ObjectNode object : objects) {
      put(out, separator);
      byte[] json = Canonicalizer.encodeValue(withoutRevision(object));
      out.write(json, 0, json.length);
      separator = ",";
    }
    put(
        out,
        "]},\"response\":{\"uid\":\"\",\"convertedObjects\":null,\"result\":{\"metadata\":{}}}}\n");
    return out.toByteArray();
  }

  /** As upstream, a stored object has none when it is converted. */
  private static ObjectNode withoutRevision(ObjectNode object) {
    if (!object.path("metadata").has("resourceVersion")) {
      return object;
    }
    ObjectNode copy = JsonNodeFactory.instance.objectNode();
    copy.setAll(object);
    ObjectNode metadata = copy.putObject("metadata");
    metadata.setAll((ObjectNode) object.get("metadata"));
    metadata.remove("resourceVersion");
    return copy;
  }

  private static void put(ByteOutput out, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.write(bytes, 0, bytes.length);
  }

  /**
   * The objects of an answer, which are not checked yet.
   *
   * @throws CallException if it is none, or says that the conversion failed
   */
  static List<JsonNode> converted(Answer answer, String version, String uid) throws CallException {
    JsonNode response = response(review(answer, version), version);
    if (version.equals("v1")) {
      String told = Trees.text(response, "uid");
      if (!told.equals(uid)) {
        throw new CallException(
            "expected response.uid=\"%s\", got \"%s\"".formatted(uid, cut(told)));
      }
    }
    String status = Trees.text(response, "result", "status");
    if (!status.equals("Success")) {
      String message = Trees.text(response, "result", "message");
      throw new CallException(
          message.isEmpty()
              ? "response.result.status was '%s', not 'Success'".formatted(cut(status))
              : cut(message));
    }
    List<JsonNode> objects = new ArrayList<>();
    response.path("convertedObjects").forEach(objects::add);
    return objects;
  }

  private static ObjectNode review(Answer answer, String version) throws CallException {
    if (answer.status() < 200 || answer.status() > 206) {
      throw new CallException(AnswerFaults.of(answer));
    }
    AnswerFaults.checkType(answer.contentType());
    if (answer.body().length == 0) {
      String type = answer.contentType();
      throw new CallException(
          "0-length response with status code: %d and content type: %s"
              .formatted(answer.status(), type == null ? "application/json" : type));
    }
    ObjectNode review = decoded(answer.body());
    checkKind(review, version);
    return review;
  }

  private static ObjectNode decoded(byte[] body) throws CallException {
    JsonNode value;
    try {
      value = ObjectDecoder.decodeValue(body, 0, body.length, ObjectDecoder.MAX_DEPTH);
    } catch (MalformedException e) {
      if (body[0] == '{' || body[0] == '[') {
        throw new CallException("couldn't get version/kind; " + withoutOffset(e));
      }
      return ofYaml(body);
    }
    if (value.isNull()) {
      return JsonNodeFactory.instance.objectNode();
    }
    if (value instanceof ObjectNode review) {
      return review;
    }
    throw notAnObject(jsonType(value));
  }

  /** Upstream does not tell where in the text a fault is. */
  private static String withoutOffset(MalformedException e) {
    String message = String.valueOf(e.getMessage());
    int offset = message.lastIndexOf(" at offset ");
    return offset < 0 ? message : message.substring(0, offset);
  }

  /** Upstream's decoder tries YAML, too. */
  private static ObjectNode ofYaml(byte[] body) throws CallException {
    if (body[0] == '<') {
      // A page in HTML: a string in YAML, unless it has something special.
      throw notAnObject("string");
    }
    try {
      return YamlForms.toTree(body).tree();
    } catch (MalformedException e) {
      throw new CallException(String.valueOf(e.getMessage()));
    }
  }

  private static CallException notAnObject(String type) {
    return new CallException(
        "couldn't get version/kind; json parse error: json: cannot unmarshal %s into Go value of type struct { APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" }"
            .formatted(type));
  }

  /** Refuses what a decoder of upstream does not know, or knows as something else. */
  private static void checkKind(ObjectNode review, String version) throws CallException {
    String apiVersion = Trees.text(review, "apiVersion");
    String kind = Trees.text(review, "kind");
    String shownVersion = apiVersion.isEmpty() ? GROUP + version : apiVersion;
    String shownKind = kind.isEmpty() ? KIND : kind;
    boolean expected = shownVersion.equals(GROUP + version) && shownKind.equals(KIND);
    if (!expected) {
      boolean status = apiVersion.equals("v1") && kind.equals("Status");
      boolean other =
          shownKind.equals(KIND)
              && (shownVersion.equals(GROUP + "v1") || shownVersion.equals(GROUP + "v1beta1"));
      if (status || other) {
        String from = status ? "v1.Status" : shownVersion.substring(GROUP.length()) + "." + KIND;
        throw new CallException(
            "converting (%s) to (%s.%s): unknown conversion".formatted(from, version, KIND));
      }
      throw new CallException(
          "no kind \"%s\" is registered for version \"%s\" in scheme \"pkg/runtime/scheme.go:111\""
              .formatted(cut(shownKind), cut(shownVersion)));
    }
    if (version.equals("v1") && (apiVersion.isEmpty() || kind.isEmpty())) {
      throw new CallException(
          "expected webhook response of %sv1, Kind=%s, got %s"
              .formatted(GROUP, KIND, shown(apiVersion, kind)));
    }
  }

  private static String shown(String apiVersion, String kind) {
    return (apiVersion.isEmpty() ? "/" : apiVersion) + ", Kind=" + kind;
  }

  private static JsonNode response(ObjectNode review, String version) throws CallException {
    JsonNode response = review.get("response");
    if (response == null || response.isNull()) {
      throw new CallException("no response provided");
    }
    requireType(
        response, JsonNode::isObject, "ConversionReview.response", version + ".ConversionResponse");
    member(response, "uid", JsonNode::isTextual, "ConversionResponse.response", "types.UID");
    member(
        response,
        "convertedObjects",
        JsonNode::isArray,
        "ConversionResponse.response",
        "[]runtime.RawExtension");
    member(response, "result", JsonNode::isObject, "ConversionResponse.response", "v1.Status");
    JsonNode result = response.path("result");
    member(result, "status", JsonNode::isTextual, "Status.response.result", "string");
    member(result, "message", JsonNode::isTextual, "Status.response.result", "string");
    return response;
  }

  private interface Shape {
    boolean fits(JsonNode value);
  }

  private static void member(JsonNode of, String name, Shape shape, String path, String type)
      throws CallException {
    JsonNode value = of.get(name);
    if (value != null && !value.isNull()) {
      requireType(value, shape, path + "." + name, type);
    }
  }

  private static void requireType(JsonNode value, Shape shape, String path, String type)
      throws CallException {
    if (!shape.fits(value)) {
      throw new CallException(
          "json: cannot unmarshal %s into Go struct field %s of type %s"
              .formatted(jsonType(value), path, type));
    }
  }

  /** As Go's decoder names the type of a value. */
  static String jsonType(JsonNode value) {
    return switch (value.getNodeType()) {
      case STRING -> "string";
      case BOOLEAN -> "bool";
      case NUMBER -> "number";
      case ARRAY -> "array";
      default -> "object";
    };
  }

  static String cut(String said) {
    return said.length() <= MAX_SAID ? said : said.substring(0, MAX_SAID) + "...";
  }
}
