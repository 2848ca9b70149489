package dev.rheo.api.options;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.FieldError;
import dev.rheo.api.status.FieldErrors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The options of delete and deletecollection.
 *
 * @param gracePeriodSeconds null if not given
 * @param propagationPolicy {@code Orphan}, {@code Background} or {@code Foreground}; null if not
 *     given
 * @param orphanDependents the deprecated form of {@code propagationPolicy}; null if not given
 * @param uid a precondition: the uid that the object must have; null if not given
 * @param resourceVersion a precondition: the resourceVersion that the object must have; null if not
 *     given
 * @param dryRun whether to process the request without storing its result
 */
public record DeleteOptions(
    @Nullable Long gracePeriodSeconds,
    @Nullable String propagationPolicy,
    @Nullable Boolean orphanDependents,
    @Nullable String uid,
    @Nullable String resourceVersion,
    boolean dryRun) {

  public static final String ORPHAN = "Orphan";
  public static final String BACKGROUND = "Background";
  public static final String FOREGROUND = "Foreground";

  private static final DeleteOptions NONE = new DeleteOptions(null, null, null, null, null, false);

  private static final Set<String> API_VERSIONS = Set.of("", "v1", "meta.k8s.io/v1");

  public static DeleteOptions none() {
    return NONE;
  }

  /**
   * Parses the query, which counts only if the request has no body.
   *
   * @throws ApiException 400 or 422
   */
  public static DeleteOptions parse(Map<String, List<String>> query) {
    QueryParameters parameters = new QueryParameters(query);
    Long gracePeriodSeconds = parameters.integer("gracePeriodSeconds");
    FieldErrors dryRunErrors = new FieldErrors();
    boolean dryRun = WriteOptions.dryRun(parameters.all("dryRun"), dryRunErrors);
    DeleteOptions options =
        new DeleteOptions(
            gracePeriodSeconds,
            parameters.get("propagationPolicy"),
            parameters.bool("orphanDependents"),
            emptyToNull(parameters.get("uid")),
            emptyToNull(parameters.get("resourceVersion")),
            dryRun);
    return options.validated(dryRunErrors);
  }

  /**
   * Parses the body.
   *
   * @param apiVersion that of the resource, such as {@code apps/v1}, which the body may use for its
   *     options as well
   * @throws ApiException 400 or 422
   */
  public static DeleteOptions parse(JsonNode body, String apiVersion) {
    String kind = body.path("kind").asText("");
    String version = body.path("apiVersion").asText("");
    if (!body.isObject()
        || !(kind.isEmpty() || kind.equals("DeleteOptions"))
        || !(API_VERSIONS.contains(version) || version.equals(apiVersion))) {
      throw ApiException.badRequest("decoded object cannot be converted to DeleteOptions");
    }
    JsonNode grace = member(body, "gracePeriodSeconds");
    JsonNode policy = member(body, "propagationPolicy");
    JsonNode orphan = member(body, "orphanDependents");
    JsonNode dryRun = member(body, "dryRun");
    JsonNode preconditions = member(body, "preconditions");
    JsonNode uid = preconditions == null ? null : member(preconditions, "uid");
    JsonNode resourceVersion =
        preconditions == null ? null : member(preconditions, "resourceVersion");
    require(
        grace == null || grace.isIntegralNumber() && grace.canConvertToLong(),
        "gracePeriodSeconds");
    require(policy == null || policy.isTextual(), "propagationPolicy");
    require(orphan == null || orphan.isBoolean(), "orphanDependents");
    require(dryRun == null || dryRun.isArray(), "dryRun");
    require(preconditions == null || preconditions.isObject(), "preconditions");
    require(uid == null || uid.isTextual(), "preconditions.uid");
    require(
        resourceVersion == null || resourceVersion.isTextual(), "preconditions.resourceVersion");
    List<String> dryRuns = new ArrayList<>();
    if (dryRun != null) {
      dryRun.forEach(item -> dryRuns.add(item.asText()));
    }
    FieldErrors dryRunErrors = new FieldErrors();
    boolean dry = WriteOptions.dryRun(dryRuns, dryRunErrors);
    DeleteOptions options =
        new DeleteOptions(
            grace == null ? null : grace.asLong(),
            policy == null ? null : policy.asText(),
            orphan == null ? null : orphan.asBoolean(),
            uid == null ? null : uid.asText(),
            resourceVersion == null ? null : resourceVersion.asText(),
            dry);
    return options.validated(dryRunErrors);
  }

  public DeleteOptions withDryRun() {
    return new DeleteOptions(
        gracePeriodSeconds, propagationPolicy, orphanDependents, uid, resourceVersion, true);
  }

  public DeleteOptions withResourceVersion(String version) {
    return new DeleteOptions(
        gracePeriodSeconds, propagationPolicy, orphanDependents, uid, version, dryRun);
  }

  private DeleteOptions validated(FieldErrors dryRunErrors) {
    FieldErrors errors = new FieldErrors();
    if (orphanDependents != null && propagationPolicy != null) {
      errors.add(
          FieldError.invalid(
              "propagationPolicy",
              propagationPolicy,
              "orphanDependents and deletionPropagation cannot be both set"));
    }
    if (propagationPolicy != null
        && !List.of(ORPHAN, BACKGROUND, FOREGROUND).contains(propagationPolicy)) {
      errors.add(
          FieldError.notSupported(
              "propagationPolicy",
              propagationPolicy,
              List.of(FOREGROUND, BACKGROUND, ORPHAN, "nil")));
    }
    dryRunErrors.toList().forEach(errors::add);
    errors.refuse("meta.k8s.io", "DeleteOptions", "");
    return this;
  }

  private static @Nullable JsonNode member(JsonNode object, String name) {
    JsonNode value = object.get(name);
    return value == null || value.isNull() ? null : value;
  }

  private static void require(boolean right, String field) {
    if (!right) {
      throw ApiException.badRequest(
          "json: cannot unmarshal into Go struct field DeleteOptions." + field + ": wrong type");
    }
  }

  private static @Nullable String emptyToNull(@Nullable String text) {
    return text == null || text.isEmpty() ? null : text;
  }
}
