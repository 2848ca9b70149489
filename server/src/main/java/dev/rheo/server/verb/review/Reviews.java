package dev.rheo.server.verb.review;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.FieldError;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.codec.tree.Trees;
import dev.rheo.server.security.AccessControl;
import dev.rheo.server.security.Authorizer;
import dev.rheo.server.security.BearerTokens.Verdict;
import dev.rheo.server.security.RequestAttributes;
import dev.rheo.server.security.User;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Answers the reviews of {@code authentication.k8s.io} and {@code authorization.k8s.io}: who a user
 * or a token is, and whether a user may do something. {@code kubectl auth} asks them, and servers
 * that delegate their access control. Thread-safe.
 */
public final class Reviews {
  private static final String AUTHORIZATION = "authorization.k8s.io";

  private final AccessControl access;

  public Reviews(AccessControl access) {
    this.access = access;
  }

  /** Whether the resource is a review. */
  public static boolean isReview(String plural) {
    return plural.endsWith("reviews");
  }

  /**
   * Answers a review in its status.
   *
   * @param plural the resource
   * @param review normalized; changed
   * @param namespace of the request, empty at cluster scope
   * @param user who asks
   * @throws ApiException 400 or 422 for a question that cannot be answered
   */
  public void answer(String plural, ObjectNode review, String namespace, User user) {
    review.remove("status");
    switch (plural) {
      case "selfsubjectreviews" -> review.putObject("status").set("userInfo", described(user));
      case "tokenreviews" -> token(review);
      case "selfsubjectaccessreviews" -> access(review, user, errors(review, "", false));
      case "subjectaccessreviews" -> access(review, subject(review), errors(review, "", true));
      case "localsubjectaccessreviews" ->
          access(review, subject(review), errors(review, namespace, true));
      case "selfsubjectrulesreviews" -> rules(review, user);
      default -> throw new IllegalArgumentException(plural);
    }
  }

  private static ObjectNode described(User user) {
    ObjectNode info = JsonNodeFactory.instance.objectNode();
    info.put("username", user.name());
    if (!user.uid().isEmpty()) {
      info.put("uid", user.uid());
    }
    if (!user.groups().isEmpty()) {
      user.groups().forEach(info.putArray("groups")::add);
    }
    user.extra()
        .forEach(
            (key, values) -> values.forEach(Trees.needArray(Trees.need(info, "extra"), key)::add));
    return info;
  }

  private void token(ObjectNode review) {
    String token = Trees.text(review, "spec", "token");
    if (token.isEmpty()) {
      throw ApiException.badRequest("token is required for TokenReview in authentication");
    }
    Verdict verdict = access.review(token, Trees.strings(review, "spec", "audiences"));
    ObjectNode status = review.putObject("status");
    User user = verdict.user();
    if (user == null) {
      status.putObject("user");
      status.put("error", verdict.fault());
      return;
    }
    status.put("authenticated", true);
    status.set("user", described(user));
    if (!verdict.audiences().isEmpty()) {
      verdict.audiences().forEach(status.putArray("audiences")::add);
    }
  }

  /**
   * What is wrong with an access review.
   *
   * @param namespace of a review that is confined to one; empty for the others
   * @param other whether it is about another user
   */
  private static FieldErrors errors(ObjectNode review, String namespace, boolean other) {
    FieldErrors errors = new FieldErrors();
    JsonNode spec = review.path("spec");
    JsonNode resource = Trees.get(spec, "resourceAttributes");
    JsonNode path = Trees.get(spec, "nonResourceAttributes");
    if (resource != null && path != null) {
      errors.add(
          FieldError.invalid(
              "spec.nonResourceAttributes",
              path,
              "cannot be specified in combination with resourceAttributes"));
    }
    if (resource == null && path == null) {
      errors.add(
          FieldError.invalid(
              "spec.resourceAttributes",
              "null",
              "exactly one of nonResourceAttributes or resourceAttributes must be specified"));
    }
    if (other && Trees.text(spec, "user").isEmpty() && Trees.isEmpty(spec, "groups")) {
      errors.add(
          FieldError.invalid("spec.user", "", "at least one of user or group must be specified"));
    }
    if (resource != null) {
      SelectorAttributes.check(resource, "spec.resourceAttributes", errors);
    }
    ObjectNode metadata = Trees.object(review, "metadata");
    if (metadata != null) {
      List<String> more = Trees.names(metadata);
      more.remove("managedFields");
      if (!namespace.isEmpty()) {
        more.remove("namespace");
      }
      if (!more.isEmpty()) {
        ObjectNode shown = metadata.deepCopy();
        shown.remove("managedFields");
        errors.add(
            FieldError.invalid(
                "metadata",
                shown,
                namespace.isEmpty() ? "must be empty" : "must be empty except for namespace"));
      }
    }
    if (!namespace.isEmpty()) {
      if (resource != null && !Trees.text(resource, "namespace").equals(namespace)) {
        errors.add(
            FieldError.invalid(
                "spec.resourceAttributes.namespace",
                Trees.text(resource, "namespace"),
                "must match metadata.namespace"));
      }
      if (path != null) {
        errors.add(
            FieldError.invalid(
                "spec.nonResourceAttributes", path, "disallowed on this kind of request"));
      }
    }
    return errors;
  }

  private static User subject(ObjectNode review) {
    JsonNode spec = review.path("spec");
    Map<String, List<String>> extra = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : spec.path("extra").properties()) {
      extra.put(entry.getKey(), Trees.strings(entry.getValue()));
    }
    return new User(
        Trees.text(spec, "user"), Trees.text(spec, "uid"), Trees.strings(spec, "groups"), extra);
  }

  private void access(ObjectNode review, User user, FieldErrors errors) {
    errors.refuse(AUTHORIZATION, "", "");
    review.putObject("status").put("allowed", access.allows(user, attributes(review.path("spec"))));
  }

  private static RequestAttributes attributes(JsonNode spec) {
    JsonNode resource = Trees.get(spec, "resourceAttributes");
    if (resource == null) {
      JsonNode path = spec.path("nonResourceAttributes");
      return RequestAttributes.nonResource(Trees.text(path, "verb"), Trees.text(path, "path"));
    }
    return new RequestAttributes(
        Trees.text(resource, "verb"),
        "",
        new RequestAttributes.Resource(
            Trees.text(resource, "group"),
            Trees.text(resource, "resource"),
            Trees.text(resource, "subresource"),
            Trees.text(resource, "namespace"),
            Trees.text(resource, "name")));
  }

  private void rules(ObjectNode review, User user) {
    if (Trees.text(review, "spec", "namespace").isEmpty()) {
      throw ApiException.badRequest("no namespace on request");
    }
    // As upstream, the answer does not repeat the question.
    review.remove(List.of("metadata", "spec"));
    ObjectNode status = review.putObject("status");
    ArrayNode resources = status.putArray("resourceRules");
    ArrayNode paths = status.putArray("nonResourceRules");
    Authorizer.Rules rules = access.rules(user);
    for (Authorizer.ResourceRule rule : rules.resources()) {
      ObjectNode out = resources.addObject();
      strings(out, "verbs", rule.verbs());
      strings(out, "apiGroups", rule.groups());
      strings(out, "resources", rule.resources());
    }
    for (Authorizer.PathRule rule : rules.paths()) {
      ObjectNode out = paths.addObject();
      strings(out, "verbs", rule.verbs());
      strings(out, "nonResourceURLs", rule.paths());
    }
    status.put("incomplete", false);
  }

  private static void strings(ObjectNode out, String field, List<String> values) {
    values.forEach(out.putArray(field)::add);
  }
}
