package dev.rheo.server.verb.write;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.name.GroupResource;
import dev.rheo.api.options.DeleteOptions;
import dev.rheo.api.status.ApiException;
import dev.rheo.codec.json.HeaderScanner;
import dev.rheo.codec.json.SelectableField;
import dev.rheo.codec.tree.Trees;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides on a deletion, by the steps of upstream's {@code BeforeDelete} and its store's handling
 * of grace periods and finalizers.
 *
 * <pre>
 *   finalizers left          → marked: deletionTimestamp, grace period 0; removed with the last one
 *   a pod's grace period > 0 → marked: deletionTimestamp in the future; removed by the kubelet
 *   a pod's grace period 0   → marked, then removed
 *   a namespace              → Terminating until its controller has emptied it
 *   anything else            → removed
 * </pre>
 */
final class Deletes {
  /** A pod that names no grace period has none. */
  private static final HeaderScanner POD_FIELDS =
      HeaderScanner.of(
          List.of(
              SelectableField.string("spec.nodeName"),
              SelectableField.string("status.phase"),
              SelectableField.integer("spec.terminationGracePeriodSeconds")));

  private static final int NODE_NAME = 0;
  private static final int PHASE = 1;
  private static final int GRACE_PERIOD = 2;

  /** A hundred years, in seconds. */
  private static final long MAX_PERIOD = 36_525L * 86_400;

  private static final Set<String> NO_GARBAGE_COLLECTION = Set.of("events", "events.events.k8s.io");

  /** Resources whose dependents are orphaned by default, as before there was garbage collection. */
  private static final Set<String> ORPHANING = Set.of("jobs.batch", "replicationcontrollers");

  /** Of these resources, clients are warned. */
  private static final Map<String, String> ORPHANING_WARNINGS =
      Map.of(
          "jobs.batch",
          "child pods are preserved by default when jobs are deleted; set"
              + " propagationPolicy=Background to remove them or set propagationPolicy=Orphan to"
              + " suppress this warning");

  private Deletes() {}

  /** What there is to warn of before objects of a type are deleted. */
  static List<String> warnings(ObjectPath path, DeleteOptions options) {
    String warning = ORPHANING_WARNINGS.get(path.type().storage().name());
    return warning == null
            || options.propagationPolicy() != null
            || options.orphanDependents() != null
        ? List.of()
        : List.of(warning);
  }

  static Outcome outcome(
      ObjectPath path, DeleteOptions options, @Nullable Version version, Instant now) {
    if (version == null) {
      throw ApiException.notFound(path.groupResource(), path.name());
    }
    boolean graceful = path.type().strategy().gracefulDelete();
    MetadataEdit object =
        graceful
            ? new MetadataEdit(version, path.type(), POD_FIELDS)
            : MetadataEdit.ofMetadata(version, path.type());
    Meta meta = object.meta();
    require(path, options, meta, version.revision());
    if (path.isNamespace()) {
      ObjectNode namespace = version.tree();
      if (!meta.isDeleting()) {
        return terminate(namespace, Meta.of(namespace), options, now);
      }
      if (!namespace.path("spec").path("finalizers").isEmpty()) {
        return new Outcome.Keep(object.unchanged());
      }
    }
    if (path.isDefinition() && !meta.isDeleting()) {
      return Definitions.terminate(version.tree(), now);
    }
    return graceful
        ? gracefully(path, object, meta, options, now)
        : atOnce(path, object, meta, options, now);
  }

  private static void require(ObjectPath path, DeleteOptions options, Meta meta, long revision) {
    // As upstream, by the kind as it is stored; namespaces are compared by their own code.
    GroupResource kind =
        path.isNamespace()
            ? path.groupResource()
            : new GroupResource(path.type().storage().groupResource().group(), path.type().kind());
    if (path.isDefinition()) {
      requireDefinition(path, options, meta, revision);
    }
    if (options.uid() != null && !options.uid().equals(meta.uid())) {
      throw ApiException.conflict(
          kind,
          path.name(),
          "the UID in the precondition ("
              + options.uid()
              + ") does not match the UID in record ("
              + meta.uid()
              + "). The object might have been deleted and then recreated");
    }
    if (options.resourceVersion() != null
        && !options.resourceVersion().equals(Long.toString(revision))) {
      throw ApiException.conflict(
          kind,
          path.name(),
          "the ResourceVersion in the precondition ("
              + options.resourceVersion()
              + ") does not match the ResourceVersion in record ("
              + revision
              + "). The object might have been modified");
    }
  }

  /** Definitions, too, are compared by their own code. */
  private static void requireDefinition(
      ObjectPath path, DeleteOptions options, Meta meta, long revision) {
    String actual = Long.toString(revision);
    if (options.uid() != null && !options.uid().equals(meta.uid())) {
      throw ApiException.conflict(
          path.groupResource(), path.name(), Updates.uidsDiffer(options.uid(), meta.uid()));
    }
    String wanted = options.resourceVersion();
    if (wanted != null && !wanted.equals(actual)) {
      throw ApiException.conflict(
          path.groupResource(),
          path.name(),
          "Precondition failed: ResourceVersion in precondition: "
              + wanted
              + ", ResourceVersion in object meta: "
              + actual);
    }
  }

  private static Outcome terminate(
      ObjectNode namespace, Meta meta, DeleteOptions options, Instant now) {
    meta.deletionTimestamp(now);
    Trees.need(namespace, "status").put("phase", "Terminating");
    List<String> finalizers = meta.finalizers();
    adjust(
        finalizers,
        Meta.ORPHAN,
        wanted(options, DeleteOptions.ORPHAN, Boolean.TRUE, finalizers.contains(Meta.ORPHAN)));
    adjust(
        finalizers,
        Meta.FOREGROUND,
        wanted(
            options,
            DeleteOptions.FOREGROUND,
            Boolean.FALSE,
            finalizers.contains(Meta.FOREGROUND)));
    meta.finalizers(finalizers);
    return new Outcome.Put(namespace);
  }

  private static boolean wanted(
      DeleteOptions options, String policy, Boolean orphanDependents, boolean otherwise) {
    if (options.orphanDependents() != null) {
      return options.orphanDependents().equals(orphanDependents);
    }
    return options.propagationPolicy() != null
        ? options.propagationPolicy().equals(policy)
        : otherwise;
  }

  private static void adjust(List<String> finalizers, String finalizer, boolean wanted) {
    if (!wanted) {
      finalizers.remove(finalizer);
    } else if (!finalizers.contains(finalizer)) {
      finalizers.add(finalizer);
    }
  }

  private static Outcome atOnce(
      ObjectPath path, MetadataEdit object, Meta meta, DeleteOptions options, Instant now) {
    List<String> finalizers = garbageCollected(path, meta, options);
    if (finalizers.isEmpty()) {
      return new Outcome.Remove(object.unchanged());
    }
    meta.finalizers(finalizers);
    Instant since = meta.deletionTimestamp();
    if (since == null) {
      meta.bumpGeneration();
    }
    meta.deleting(since == null || since.isAfter(now) ? now : since, 0);
    return new Outcome.Put(object.changed(), List.of(), false);
  }

  private static Outcome gracefully(
      ObjectPath path, MetadataEdit pod, Meta meta, DeleteOptions options, Instant now) {
    Instant since = meta.deletionTimestamp();
    Long asked = options.gracePeriodSeconds();
    if (asked != null && asked < 0) {
      asked = 1L;
    }
    long period;
    if (since != null) {
      Long running = meta.gracePeriod();
      if (running == null || running == 0) {
        return atOnce(path, pod, meta, options, now);
      }
      if (asked == null || asked >= running) {
        // A running grace period can only be shortened.
        return new Outcome.Keep(pod.unchanged());
      }
      period = asked;
      Instant at = since.minusSeconds(clamp(running)).plusSeconds(clamp(period));
      if (at.isBefore(now)) {
        at = now;
        // A period above 0 stays above 0, so that the kubelet makes the final deletion.
        period = period == 0 ? 0 : 1;
      }
      meta.deleting(at, period);
    } else {
      period = gracePeriod(pod, asked);
      meta.deleting(now.plusSeconds(clamp(period)), period);
      meta.bumpGeneration();
    }
    List<String> finalizers = garbageCollected(path, meta, options);
    meta.finalizers(finalizers);
    return new Outcome.Put(pod.changed(), List.of(), period == 0 && finalizers.isEmpty());
  }

  private static long gracePeriod(MetadataEdit pod, @Nullable Long asked) {
    String phase = pod.field(PHASE);
    if (pod.field(NODE_NAME).isEmpty() || phase.equals("Failed") || phase.equals("Succeeded")) {
      // No kubelet runs the pod any more, or yet.
      return 0;
    }
    long period = asked != null ? asked : Long.parseLong(pod.field(GRACE_PERIOD));
    return period < 0 ? 1 : period;
  }

  /** Limits a period so that the resulting time is valid; a client may ask for any number. */
  private static long clamp(long seconds) {
    return Math.min(seconds, MAX_PERIOD);
  }

  /** The finalizers that the requested propagation of the deletion to the dependents needs. */
  private static List<String> garbageCollected(ObjectPath path, Meta meta, DeleteOptions options) {
    List<String> before = meta.finalizers();
    List<String> after = new ArrayList<>(before);
    after.remove(Meta.ORPHAN);
    after.remove(Meta.FOREGROUND);
    String resource = path.groupResource().toString();
    if (!NO_GARBAGE_COLLECTION.contains(resource)) {
      if (orphans(resource, before, options)) {
        after.add(Meta.ORPHAN);
      }
      if (inForeground(before, options)) {
        after.add(Meta.FOREGROUND);
      }
    }
    // An unchanged set keeps its order.
    return new HashSet<>(before).equals(new HashSet<>(after)) ? before : after;
  }

  private static boolean orphans(String resource, List<String> before, DeleteOptions options) {
    if (options.orphanDependents() != null) {
      return options.orphanDependents();
    }
    if (options.propagationPolicy() != null) {
      return options.propagationPolicy().equals(DeleteOptions.ORPHAN);
    }
    for (String finalizer : before) {
      if (finalizer.equals(Meta.ORPHAN) || finalizer.equals(Meta.FOREGROUND)) {
        return finalizer.equals(Meta.ORPHAN);
      }
    }
    return ORPHANING.contains(resource);
  }

  private static boolean inForeground(List<String> before, DeleteOptions options) {
    if (options.orphanDependents() != null) {
      return false;
    }
    if (options.propagationPolicy() != null) {
      return options.propagationPolicy().equals(DeleteOptions.FOREGROUND);
    }
    for (String finalizer : before) {
      if (finalizer.equals(Meta.ORPHAN) || finalizer.equals(Meta.FOREGROUND)) {
        return finalizer.equals(Meta.FOREGROUND);
      }
    }
    return false;
  }
}
