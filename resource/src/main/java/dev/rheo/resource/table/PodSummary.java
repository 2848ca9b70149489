package dev.rheo.resource.table;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.Trees;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Status and counts of a pod's containers, as {@code kubectl get pods} shows them.
 *
 * <p>The status is the phase of the pod, or its reason. The state of an init container that blocks
 * the others replaces it; after initialization, the state of the first container that waits or has
 * terminated does. Deletion of a pod that has not ended replaces all of these. Sidecars are init
 * containers with restart policy {@code Always}: they count as containers and, once started, do not
 * block the others.
 *
 * @param ready number of ready containers and sidecars
 * @param total number of containers and sidecars
 * @param restarts of the init containers during initialization, later of containers and sidecars
 * @param lastRestart time of the last of these restarts, see {@link Instants}
 */
record PodSummary(int ready, int total, String status, long restarts, long lastRestart) {

  static PodSummary of(JsonNode pod) {
    return new PodReader(pod).read();
  }

  /** The number of restarts, and the time of the last. */
  private static final class Restarts {
    long count;
    long last = Instants.NONE;

    void add(JsonNode container) {
      count += Trees.number(container, "restartCount");
      last = Math.max(last, Instants.at(container, "lastState", "terminated", "finishedAt"));
    }
  }

  private static final class PodReader {
    private final JsonNode pod;
    private final List<ObjectNode> conditions;
    private final Set<String> sidecars = new HashSet<>();
    private int total;
    private int ready;
    private String status;

    PodReader(JsonNode pod) {
      this.pod = pod;
      conditions = Trees.objects(pod, "status", "conditions");
      total = Trees.objects(pod, "spec", "containers").size();
      for (ObjectNode container : Trees.objects(pod, "spec", "initContainers")) {
        if (Trees.text(container, "restartPolicy").equals("Always")) {
          sidecars.add(Trees.text(container, "name"));
          total++;
        }
      }
      status = phase();
    }

    PodSummary read() {
      Restarts all = new Restarts();
      Restarts lasting = new Restarts();
      boolean initializing = initContainers(all, lasting);
      if (!initializing || CellLists.isTrue(conditions, "Initialized")) {
        containers(lasting);
        all = lasting;
      }
      deletion();
      return new PodSummary(ready, total, status, all.count, all.last);
    }

    private String phase() {
      for (ObjectNode condition : conditions) {
        if (Trees.text(condition, "type").equals("PodScheduled")
            && Trees.text(condition, "reason").equals("SchedulingGated")) {
          return "SchedulingGated";
        }
      }
      String reason = Trees.text(pod, "status", "reason");
      return reason.isEmpty() ? Trees.text(pod, "status", "phase") : reason;
    }

    /**
     * Reads the init containers up to the first that blocks the others.
     *
     * @param all collects the restarts of all init containers
     * @param lasting collects the restarts of the sidecars
     * @return whether an init container blocks
     */
    private boolean initContainers(Restarts all, Restarts lasting) {
      int done = 0;
      for (ObjectNode container : Trees.objects(pod, "status", "initContainerStatuses")) {
        boolean sidecar = sidecars.contains(Trees.text(container, "name"));
        all.add(container);
        if (sidecar) {
          lasting.add(container);
        }
        JsonNode terminated = Trees.at(container, "state", "terminated");
        boolean succeeded = terminated != null && Trees.number(terminated, "exitCode") == 0;
        if (!succeeded && !(sidecar && Trees.flag(container, "started"))) {
          status = "Init:" + initState(container, terminated, done);
          return true;
        }
        if (!succeeded && Trees.flag(container, "ready")) {
          ready++;
        }
        done++;
      }
      return false;
    }

    private String initState(JsonNode container, @Nullable JsonNode terminated, int done) {
      if (terminated != null) {
        return exit(terminated);
      }
      String waiting = Trees.text(container, "state", "waiting", "reason");
      return waiting.isEmpty() || waiting.equals("PodInitializing")
          ? done + "/" + Trees.objects(pod, "spec", "initContainers").size()
          : waiting;
    }

    private void containers(Restarts restarts) {
      boolean running = false;
      String error = "";
      for (ObjectNode container : Trees.objects(pod, "status", "containerStatuses").reversed()) {
        restarts.add(container);
        String waiting = Trees.text(container, "state", "waiting", "reason");
        JsonNode terminated = Trees.at(container, "state", "terminated");
        if (!waiting.isEmpty()) {
          status = waiting;
        } else if (terminated != null) {
          status = exit(terminated);
          error = Trees.number(terminated, "exitCode") == 0 ? error : status;
        } else if (Trees.flag(container, "ready")
            && Trees.at(container, "state", "running") != null) {
          running = true;
          ready++;
        }
      }
      if (status.equals("Completed")) {
        if (running && isReady()) {
          status = "Running";
        } else if (!error.isEmpty()) {
          status = error;
        } else if (running) {
          status = "NotReady";
        }
      }
    }

    /** Whether any Ready condition is true, not only the first. */
    private boolean isReady() {
      return conditions.stream()
          .anyMatch(
              condition ->
                  Trees.text(condition, "type").equals("Ready")
                      && Trees.text(condition, "status").equals("True"));
    }

    private static String exit(JsonNode terminated) {
      String reason = Trees.text(terminated, "reason");
      if (!reason.isEmpty()) {
        return reason;
      }
      long signal = Trees.number(terminated, "signal");
      return signal != 0 ? "Signal:" + signal : "ExitCode:" + Trees.number(terminated, "exitCode");
    }

    private void deletion() {
      if (Trees.at(pod, "metadata", "deletionTimestamp") == null) {
        return;
      }
      String phase = Trees.text(pod, "status", "phase");
      if (Trees.text(pod, "status", "reason").equals("NodeLost")) {
        status = "Unknown";
      } else if (!phase.equals("Succeeded") && !phase.equals("Failed")) {
        status = "Terminating";
      }
    }
  }
}
