package dev.rheo.server.verb.write;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.name.GroupResource;
import dev.rheo.api.options.DeleteOptions;
import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.Cause;
import dev.rheo.api.status.Status;
import dev.rheo.cache.Entry;
import dev.rheo.cache.EntryCursor;
import dev.rheo.cache.WatchCache;
import dev.rheo.codec.io.Meter;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.resource.type.ResourceType;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The subresource {@code eviction} of a pod: a deletion that a PodDisruptionBudget may refuse for
 * the moment.
 */
final class Evictions {
  /** A budget that records more disrupted pods than this refuses evictions. */
  private static final int MAX_DISRUPTED_PODS = 2000;

  private static final String REFUSED =
      "Cannot evict pod as it would violate the pod's disruption budget.";

  private final Committer committer;
  private final Versions versions;
  private final WatchCache cache;
  private final DeleteCollections collections;
  private final ResourceType budgets;
  private final InstantSource clock;

  Evictions(
      Committer committer,
      Versions versions,
      WatchCache cache,
      DeleteCollections collections,
      ResourceRegistry registry,
      InstantSource clock) {
    this.committer = committer;
    this.versions = versions;
    this.cache = cache;
    this.collections = collections;
    this.budgets = registry.get("policy", "v1", "poddisruptionbudgets");
    this.clock = clock;
  }

  void evict(ObjectPath path, ObjectNode eviction, boolean dryRun) {
    if (!Meta.of(eviction).name().equals(path.name())) {
      throw ApiException.badRequest("name in URL does not match name in Eviction object");
    }
    JsonNode sent = eviction.path("deleteOptions");
    DeleteOptions options =
        sent.isObject() ? DeleteOptions.parse(sent, "policy/v1") : DeleteOptions.none();
    if (dryRun && !options.dryRun()) {
      options = options.withDryRun();
    }
    ObjectPath pod = ObjectPath.of(path.type(), path.namespace(), path.name());
    Version version = versions.current(pod.type().storage(), pod.key());
    if (version == null) {
      throw ApiException.notFound(pod.groupResource(), pod.name());
    }
    ObjectNode object = version.tree();
    boolean deleting = Meta.of(object).isDeleting();
    String phase = object.path("status").path("phase").asText();
    boolean over = phase.equals("Succeeded") || phase.equals("Failed") || deleting;
    if (over || phase.equals("Pending")) {
      // Deleting a finished pod disrupts nothing, nor does deleting an unchanged pending pod.
      delete(pod, over ? options : at(options, version.revision()));
      return;
    }
    ObjectPath budget = budgetOf(path.namespace(), object);
    boolean unguarded = false;
    if (budget != null) {
      unguarded = mayGoUnready(budget, object);
      if (!unguarded) {
        spend(budget, pod.name(), options.dryRun());
      }
    }
    try {
      delete(pod, unguarded ? at(options, version.revision()) : options);
    } catch (ApiException e) {
      if (unguarded && budget != null && e.code() == 409 && options.resourceVersion() == null) {
        throw processing(budget.name());
      }
      throw e;
    }
  }

  private static DeleteOptions at(DeleteOptions options, long revision) {
    return options.resourceVersion() != null
        ? options
        : options.withResourceVersion(Long.toString(revision));
  }

  private void delete(ObjectPath pod, DeleteOptions asked) {
    DeleteOptions options = asked;
    if (!asked.dryRun()) {
      CommitResult marked =
          committer.run(pod, false, (version, _) -> mark(pod, asked, version, clock.instant()));
      if (asked.resourceVersion() != null) {
        options = asked.withResourceVersion(Long.toString(marked.revision()));
      }
    }
    DeleteOptions effective = options;
    committer.run(
        pod,
        effective.dryRun(),
        (version, _) -> Deletes.outcome(pod, effective, version, clock.instant()));
  }

  /** Sets the condition DisruptionTarget, which tells why the pod is deleted. */
  private static Outcome mark(
      ObjectPath path, DeleteOptions options, @Nullable Version version, Instant now) {
    // Refuses whatever the deletion would refuse.
    Outcome unused = Deletes.outcome(path, options, version, now);
    if (version == null) {
      return unused;
    }
    ObjectNode pod = version.tree();
    Bindings.condition(
        Trees.need(pod, "status"),
        "DisruptionTarget",
        "EvictionByEvictionAPI",
        "Eviction API: evicting",
        now);
    return new Outcome.Put(pod);
  }

  private @Nullable ObjectPath budgetOf(String namespace, ObjectNode pod) {
    collections.awaitCurrent();
    Map<String, String> labels = Meta.of(pod).map("labels");
    List<ObjectPath> guarding = new ArrayList<>(1);
    EntryCursor cursor =
        cache.resource(budgets.storage().name()).snapshot().entries(namespace + "/", null);
    for (Entry entry = cursor.next(); entry != null; entry = cursor.next()) {
      Meter.check();
      ObjectPath path = ObjectPath.of(budgets, namespace, entry.name());
      Version budget = versions.current(path.type().storage(), path.key());
      if (budget == null) {
        continue;
      }
      JsonNode selector = budget.tree().path("spec").path("selector");
      if (selector.isObject() && Scales.selector(selector).matches(labels::get)) {
        guarding.add(path);
      }
    }
    if (guarding.size() > 1) {
      throw new ApiException(
          Status.failure(
              500,
              "",
              "This pod has more than one PodDisruptionBudget, which the eviction subresource does"
                  + " not support.",
              null));
    }
    return guarding.isEmpty() ? null : guarding.getFirst();
  }

  private boolean mayGoUnready(ObjectPath budget, ObjectNode pod) {
    for (JsonNode condition : pod.path("status").path("conditions")) {
      if (condition.path("type").asText().equals("Ready")
          && condition.path("status").asText().equals("True")) {
        return false;
      }
    }
    Version version = versions.current(budget.type().storage(), budget.key());
    if (version == null) {
      return true;
    }
    ObjectNode tree = version.tree();
    if (tree.path("spec").path("unhealthyPodEvictionPolicy").asText().equals("AlwaysAllow")) {
      return true;
    }
    long desired = tree.path("status").path("desiredHealthy").asLong();
    return desired > 0 && tree.path("status").path("currentHealthy").asLong() >= desired;
  }

  /** Takes one disruption from the budget. */
  private void spend(ObjectPath path, String pod, boolean dryRun) {
    committer.run(
        path,
        dryRun,
        (version, _) -> {
          if (version == null) {
            throw processing(path.name());
          }
          ObjectNode budget = version.tree();
          ObjectNode status = Trees.need(budget, "status");
          requireAllowed(path, budget, status);
          long left = status.path("disruptionsAllowed").asLong() - 1;
          status.put("disruptionsAllowed", left);
          if (left == 0) {
            insufficient(status, clock.instant());
          }
          Trees.need(status, "disruptedPods").put(pod, Meta.time(clock.instant()));
          return new Outcome.Put(budget);
        });
  }

  private static void requireAllowed(ObjectPath path, ObjectNode budget, ObjectNode status) {
    GroupResource resource = new GroupResource("policy", "poddisruptionbudget");
    if (status.path("observedGeneration").asLong()
        < budget.path("metadata").path("generation").asLong()) {
      throw processing(path.name());
    }
    long allowed = status.path("disruptionsAllowed").asLong();
    if (allowed < 0) {
      throw ApiException.forbidden(resource, path.name(), "pdb disruptions allowed is negative");
    }
    if (status.path("disruptedPods").size() > MAX_DISRUPTED_PODS) {
      throw ApiException.forbidden(
          resource,
          path.name(),
          "DisruptedPods map too big - too many evictions not confirmed by PDB controller");
    }
    if (allowed == 0) {
      throw ApiException.tooManyRequests(REFUSED, 0)
          .withCause(
              new Cause(
                  "DisruptionBudget",
                  "The disruption budget "
                      + path.name()
                      + " needs "
                      + status.path("desiredHealthy").asLong()
                      + " healthy pods and has "
                      + status.path("currentHealthy").asLong()
                      + " currently",
                  ""));
    }
  }

  /** Sets the condition DisruptionAllowed, as the controller of budgets does. */
  private static void insufficient(ObjectNode status, Instant now) {
    ObjectNode condition = null;
    for (ObjectNode each : Trees.objects(status, "conditions")) {
      if (Trees.text(each, "type").equals("DisruptionAllowed")) {
        condition = each;
        break;
      }
    }
    if (condition == null) {
      condition = status.withArrayProperty("conditions").addObject();
      condition.put("type", "DisruptionAllowed");
    }
    if (!Trees.text(condition, "status").equals("False")) {
      condition.put("status", "False").put("lastTransitionTime", Meta.time(now));
    }
    condition
        .put("observedGeneration", status.path("observedGeneration").asLong())
        .put("reason", "InsufficientPods")
        .put("message", "");
  }

  private static ApiException processing(String budget) {
    return ApiException.tooManyRequests(REFUSED, 10)
        .withCause(
            new Cause(
                "DisruptionBudget",
                "The disruption budget " + budget + " is still being processed by the server.",
                ""));
  }
}
