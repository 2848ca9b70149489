package dev.rheo.api.options;

import dev.rheo.api.feature.FeatureGates;
import dev.rheo.api.feature.FeatureGates.Gate;
import dev.rheo.api.select.FieldSelector;
import dev.rheo.api.select.LabelSelector;
import dev.rheo.api.select.ShardSelector;
import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.FieldError;
import dev.rheo.api.status.FieldErrors;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The options of list, watch and deletecollection. Strings that are not given are empty.
 *
 * @param timeoutSeconds null if not given
 * @param limit 0 if not given; 0 or less means no limit
 * @param sendInitialEvents null if not given
 * @param shard the shard to which the collection is narrowed; null if not given
 */
public record ListOptions(
    LabelSelector labelSelector,
    FieldSelector fieldSelector,
    boolean watch,
    boolean allowWatchBookmarks,
    String resourceVersion,
    String resourceVersionMatch,
    @Nullable Long timeoutSeconds,
    long limit,
    String continueToken,
    @Nullable Boolean sendInitialEvents,
    @Nullable ShardSelector shard) {

  public static final String EXACT = "Exact";
  public static final String NOT_OLDER_THAN = "NotOlderThan";

  private static final ListOptions NONE =
      new ListOptions(
          LabelSelector.everything(),
          FieldSelector.everything(),
          false,
          false,
          "",
          "",
          null,
          0,
          "",
          null,
          null);

  /** No option given. */
  public static ListOptions none() {
    return NONE;
  }

  /**
   * Parses the query, applies defaults and validates.
   *
   * @param query the decoded parameters
   * @param forceWatch whether the path itself asks for a watch
   * @throws ApiException 400 for a malformed option, 422 for an invalid combination of options
   */
  public static ListOptions parse(
      Map<String, List<String>> query, boolean forceWatch, FeatureGates gates) {
    QueryParameters parameters = new QueryParameters(query);
    boolean watch = parameters.isTrue("watch");
    Long timeoutSeconds = parameters.integer("timeoutSeconds");
    Long limit = parameters.integer("limit");
    boolean watchList = gates.enabled(Gate.WATCH_LIST);
    ListOptions options =
        new ListOptions(
                LabelSelector.parse(parameters.text("labelSelector")),
                FieldSelector.parse(parameters.text("fieldSelector")),
                watch || forceWatch,
                parameters.isTrue("allowWatchBookmarks"),
                parameters.text("resourceVersion"),
                parameters.text("resourceVersionMatch"),
                timeoutSeconds,
                limit == null ? 0 : limit,
                parameters.text("continue"),
                parameters.bool("sendInitialEvents"),
                null)
            .defaulted(watchList);
    FieldErrors errors = options.validate(watchList);
    errors.refuse("meta.k8s.io", "ListOptions", "");
    String shard =
        gates.enabled(Gate.SHARDED_LIST_AND_WATCH) ? parameters.text("shardSelector") : "";
    return shard.isEmpty() ? options : options.withShard(ShardSelector.parse(shard));
  }

  private ListOptions withShard(ShardSelector selector) {
    return new ListOptions(
        labelSelector,
        fieldSelector,
        watch,
        allowWatchBookmarks,
        resourceVersion,
        resourceVersionMatch,
        timeoutSeconds,
        limit,
        continueToken,
        sendInitialEvents,
        selector);
  }

  /** A copy with another field selector, such as the result of {@link FieldSelector#resolve}. */
  public ListOptions withFieldSelector(FieldSelector selector) {
    return new ListOptions(
        labelSelector,
        selector,
        watch,
        allowWatchBookmarks,
        resourceVersion,
        resourceVersionMatch,
        timeoutSeconds,
        limit,
        continueToken,
        sendInitialEvents,
        shard);
  }

  /**
   * Narrows the options to the object that the path names.
   *
   * @throws ApiException 400 if there is a field selector that does not require this name
   */
  public ListOptions forName(String name) {
    if (fieldSelector.isEverything()) {
      return withFieldSelector(FieldSelector.exact("metadata.name", name));
    }
    if (!name.equals(fieldSelector.requiresExact("metadata.name"))) {
      throw ApiException.badRequest("fieldSelector metadata.name doesn't match requested name");
    }
    return this;
  }

  /**
   * A watch with resourceVersion unset or 0 gets initial events, as legacy watches do (KEP-3157).
   */
  ListOptions defaulted(boolean watchListEnabled) {
    if (!watchListEnabled
        || !watch
        || sendInitialEvents != null
        || !resourceVersionMatch.isEmpty()
        || !(resourceVersion.isEmpty() || resourceVersion.equals("0"))) {
      return this;
    }
    return new ListOptions(
        labelSelector,
        fieldSelector,
        true,
        allowWatchBookmarks,
        resourceVersion,
        NOT_OLDER_THAN,
        timeoutSeconds,
        limit,
        continueToken,
        true,
        shard);
  }

  FieldErrors validate(boolean watchListEnabled) {
    return watch ? validateWatch(watchListEnabled) : validateList();
  }

  private FieldErrors validateList() {
    FieldErrors errors = new FieldErrors();
    String match = resourceVersionMatch;
    if (!match.isEmpty()) {
      if (resourceVersion.isEmpty()) {
        errors.add(
            matchForbidden("resourceVersionMatch is forbidden unless resourceVersion is provided"));
      }
      if (!continueToken.isEmpty()) {
        errors.add(matchForbidden("resourceVersionMatch is forbidden when continue is provided"));
      }
      if (!match.equals(EXACT) && !match.equals(NOT_OLDER_THAN)) {
        errors.add(
            FieldError.notSupported(
                "resourceVersionMatch", match, List.of(EXACT, NOT_OLDER_THAN, "")));
      }
      if (match.equals(EXACT) && resourceVersion.equals("0")) {
        errors.add(
            matchForbidden(
                "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\""));
      }
    }
    if (sendInitialEvents != null) {
      errors.add(
          FieldError.forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"));
    }
    return errors;
  }

  private FieldErrors validateWatch(boolean watchListEnabled) {
    FieldErrors errors = new FieldErrors();
    String match = resourceVersionMatch;
    if (sendInitialEvents != null) {
      if (!match.equals(NOT_OLDER_THAN)) {
        errors.add(
            matchForbidden(
                "sendInitialEvents requires setting resourceVersionMatch to " + NOT_OLDER_THAN));
      }
      if (!watchListEnabled) {
        errors.add(
            FieldError.forbidden(
                "sendInitialEvents",
                "sendInitialEvents is forbidden for watch unless the WatchList feature gate is"
                    + " enabled"));
      }
    }
    if (!match.isEmpty()) {
      if (sendInitialEvents == null) {
        errors.add(
            matchForbidden(
                "resourceVersionMatch is forbidden for watch unless sendInitialEvents is"
                    + " provided"));
      }
      if (!match.equals(NOT_OLDER_THAN)) {
        errors.add(FieldError.notSupported("resourceVersionMatch", match, List.of(NOT_OLDER_THAN)));
      }
      if (!continueToken.isEmpty()) {
        errors.add(matchForbidden("resourceVersionMatch is forbidden when continue is provided"));
      }
    }
    return errors;
  }

  private static FieldError matchForbidden(String detail) {
    return FieldError.forbidden("resourceVersionMatch", detail);
  }

  /**
   * The state that a list with these options shows.
   *
   * @throws ApiException 400 for a malformed resourceVersion or continue token, or if both are
   *     given
   */
  public ReadPlan readPlan() {
    long effective = Math.max(0, limit);
    if (!continueToken.isEmpty()) {
      ContinueToken token = ContinueToken.decode(continueToken);
      if (!resourceVersion.isEmpty() && !resourceVersion.equals("0")) {
        throw ApiException.badRequest(
            "specifying resource version is not allowed when using continue");
      }
      return new ReadPlan.Continue(
          token.revision() < 0 ? ContinueToken.LATEST : token.revision(),
          token.startKey(),
          // upstream checks the resourceVersion that the client sent, not the token's
          resourceVersion.equals("0") ? 0 : effective);
    }
    if (resourceVersion.isEmpty()) {
      return new ReadPlan.Consistent(effective);
    }
    long revision;
    try {
      revision = ResourceVersion.parse(resourceVersion);
    } catch (ResourceVersion.InvalidException e) {
      throw ApiException.badRequest("invalid resource version: " + e.getMessage());
    }
    if (resourceVersion.equals("0")) {
      return new ReadPlan.Any();
    }
    return switch (resourceVersionMatch) {
      case EXACT -> new ReadPlan.Exact(revision, effective);
      case NOT_OLDER_THAN -> new ReadPlan.NotOlderThan(revision, effective);
      default ->
          effective > 0
              ? new ReadPlan.Exact(revision, effective)
              : new ReadPlan.NotOlderThan(revision, 0);
    };
  }

  /**
   * How a watch with these options begins.
   *
   * @param group of the resource, empty for the core group
   * @param resource plural
   * @throws ApiException 422 for a malformed resourceVersion
   */
  public WatchPlan watchPlan(String group, String resource) {
    long revision;
    try {
      revision = ResourceVersion.parse(resourceVersion);
    } catch (ResourceVersion.InvalidException e) {
      throw ApiException.invalid(group, resource, "", List.of(e.error()));
    }
    boolean unset = resourceVersion.isEmpty();
    WatchPlan.Start start;
    if (sendInitialEvents == null) {
      // a legacy watch with resourceVersion unset or 0 begins with the cache's current state
      start = revision == 0 ? new WatchPlan.InitialAny() : new WatchPlan.Resume(revision);
    } else if (sendInitialEvents) {
      start =
          unset
              ? new WatchPlan.InitialConsistent()
              : revision == 0
                  ? new WatchPlan.InitialAny()
                  : new WatchPlan.InitialNotOlderThan(revision);
    } else {
      start =
          unset
              ? new WatchPlan.FromConsistent()
              : revision == 0 ? new WatchPlan.FromNow() : new WatchPlan.Resume(revision);
    }
    return new WatchPlan(
        start, allowWatchBookmarks, allowWatchBookmarks && Boolean.TRUE.equals(sendInitialEvents));
  }
}
