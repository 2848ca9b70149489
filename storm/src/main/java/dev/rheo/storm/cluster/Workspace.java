package dev.rheo.storm.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.access.Access;
import dev.rheo.storm.net.Answer;
import dev.rheo.storm.net.Calls;
import dev.rheo.storm.result.StormException;
import dev.rheo.storm.result.StormSettings.Accept;
import dev.rheo.storm.verify.Ledger;
import dev.rheo.storm.verify.ObjectSet;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Creates and removes a storm's namespace and the objects in it. */
public final class Workspace {
  private static final int WRITERS = 8;
  private static final int MAX_TRIES = 30;
  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;
  private static final int TOO_MANY_REQUESTS = 429;
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final Duration GONE_TIMEOUT = Duration.ofSeconds(60);

  /**
   * Time for controllers to populate a new namespace. If it is still empty then, there are none.
   */
  private static final Duration CONTROLLER_GRACE = Duration.ofSeconds(3);

  private static final long POLL_MILLIS = 250;

  private final Access access;
  private final Calls calls;
  private final String namespace;
  private final Ledger ledger;
  private final Accept accept;
  private final AtomicInteger created = new AtomicInteger();

  /** Exclusive upper bound of the indexes whose creation has begun. */
  private final AtomicInteger begun = new AtomicInteger();

  private boolean namespaceMade;
  private long madeAt;

  public Workspace(Access access, Calls calls, String namespace, Ledger ledger, Accept accept) {
    this.access = access;
    this.calls = calls;
    this.namespace = namespace;
    this.ledger = ledger;
    this.accept = accept;
  }

  /** Receives the number of objects done so far and decides whether to continue. */
  public interface Progress {
    boolean goOn(int done);
  }

  public void createNamespace() throws StormException, InterruptedException {
    String action = "create the namespace " + namespace;
    byte[] body =
        ("{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"%s\"}}")
            .formatted(namespace)
            .getBytes(StandardCharsets.UTF_8);
    Answer answer;
    try {
      answer = calls.post("/api/v1/namespaces", body, TIMEOUT);
    } catch (IOException e) {
      throw Refusals.of(action, access.url(), e);
    }
    if (!answer.ok()) {
      throw Refusals.of(action, answer);
    }
    namespaceMade = true;
    madeAt = System.nanoTime();
  }

  /**
   * Creates all objects, the first one alone so that a refusal is reported at once.
   *
   * @param progress called on the calling thread only
   * @return false if {@code progress} stopped the creation
   */
  public boolean createObjects(Progress progress) throws StormException, InterruptedException {
    create(0);
    return inParallel(1, ledger.set().count(), this::create, progress, created);
  }

  public int created() {
    return created.get();
  }

  private void create(int index) throws StormException, InterruptedException {
    begun.accumulateAndGet(index + 1, Math::max);
    ObjectSet set = ledger.set();
    byte[] text = set.text(index, 0);
    byte[] body = set.json(index, text);
    String action = "create %s %s/%s".formatted(set.resource(), namespace, ObjectSet.name(index));
    for (int tries = 1; ; tries++) {
      Answer answer;
      try {
        answer = calls.post(collection(), body, TIMEOUT);
      } catch (IOException e) {
        throw Refusals.of(action, access.url(), e);
      }
      if (answer.ok()) {
        long revision = answer.revision();
        if (revision < 0) {
          throw new StormException(
              "cannot %s: the answer has no resourceVersion that is a number".formatted(action));
        }
        ledger.created(index, set.hash(text, accept), revision);
        created.incrementAndGet();
        return;
      }
      if (answer.code() != TOO_MANY_REQUESTS || tries == MAX_TRIES) {
        throw Refusals.of(action, answer);
      }
      Thread.sleep(Duration.ofSeconds(Math.max(1, answer.retryAfter())));
    }
  }

  /** Checks that readers may list in their format; if not, the exception says what to do. */
  public void checkReading(String acceptHeader) throws StormException, InterruptedException {
    String action = "list " + ledger.set().resource() + " as " + acceptHeader;
    Answer answer;
    try {
      answer = calls.get(collection() + "?limit=1", acceptHeader, TIMEOUT);
    } catch (IOException e) {
      throw Refusals.of(action, access.url(), e);
    }
    if (!answer.ok()) {
      throw Refusals.of(action, answer);
    }
  }

  private String collection() {
    return "/api/v1/namespaces/" + namespace + "/" + ledger.set().resource();
  }

  /** Work on one object. */
  private interface Work {
    void on(int index) throws StormException, InterruptedException;
  }

  private static boolean inParallel(
      int from, int count, Work work, Progress progress, AtomicInteger done)
      throws StormException, InterruptedException {
    AtomicInteger next = new AtomicInteger(from);
    AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    List<Thread> workers = new ArrayList<>();
    for (int i = 0; i < WRITERS; i++) {
      workers.add(
          Thread.ofVirtual()
              .name("storm-writer-" + i)
              .start(
                  () -> {
                    try {
                      for (int n = next.getAndIncrement();
                          n < count && failure.get() == null;
                          n = next.getAndIncrement()) {
                        work.on(n);
                      }
                    } catch (StormException | InterruptedException | RuntimeException e) {
                      failure.compareAndSet(null, e);
                    }
                  }));
    }
    boolean finish = true;
    for (Thread worker : workers) {
      while (!worker.join(Duration.ofMillis(100))) {
        if (finish && !progress.goOn(done.get())) {
          finish = false;
          next.set(count);
        }
      }
    }
    switch (failure.get()) {
      case null -> {}
      case StormException e -> throw e;
      case RuntimeException e -> throw e;
      case Exception e -> throw new IllegalStateException(e);
    }
    progress.goOn(done.get());
    return finish;
  }

  /**
   * Removes the objects and the namespace, and waits until the namespace is gone.
   *
   * @return what is left and why, in one line, or null
   */
  public @Nullable String remove(Progress progress) throws InterruptedException {
    if (!namespaceMade) {
      return null;
    }
    String left =
        "the namespace %s is left: kubectl delete namespace %s".formatted(namespace, namespace);
    try {
      // One by one: the response to a collection delete would contain all deleted objects.
      AtomicInteger deleted = new AtomicInteger();
      inParallel(0, begun.get(), index -> delete(index, deleted), progress, deleted);
      // Checked before the deletion: afterwards a controller empties the namespace, as if there
      // were no controller.
      long age = System.nanoTime() - madeAt;
      Thread.sleep(Duration.ofNanos(Math.max(0, CONTROLLER_GRACE.toNanos() - age)));
      boolean unattended = isWithoutController();
      long began = System.nanoTime();
      Answer answer = calls.delete("/api/v1/namespaces/" + namespace, TIMEOUT);
      if (!answer.ok() && answer.code() != NOT_FOUND && answer.code() != CONFLICT) {
        return left + " (the server answered %d: %s)".formatted(answer.code(), answer.message());
      }
      while (System.nanoTime() - began < GONE_TIMEOUT.toNanos()) {
        Answer state = calls.get("/api/v1/namespaces/" + namespace, TIMEOUT);
        if (state.code() == NOT_FOUND) {
          return null;
        }
        if (unattended
            && System.nanoTime() - began > CONTROLLER_GRACE.toNanos()
            && isWithoutController()) {
          finalizeNamespace(state.json());
        }
        Thread.sleep(POLL_MILLIS);
      }
      return left + " (it is still terminating)";
    } catch (StormException | IOException e) {
      return left + " (" + e.getMessage() + ")";
    }
  }

  private void delete(int index, AtomicInteger deleted)
      throws StormException, InterruptedException {
    String path = collection() + "/" + ObjectSet.name(index);
    String action = "delete " + ObjectSet.name(index);
    for (int tries = 1; ; tries++) {
      Answer answer;
      try {
        answer = calls.delete(path, TIMEOUT);
      } catch (IOException e) {
        throw Refusals.of(action, access.url(), e);
      }
      if (answer.ok() || answer.code() == NOT_FOUND) {
        deleted.incrementAndGet();
        return;
      }
      if (answer.code() != TOO_MANY_REQUESTS || tries == MAX_TRIES) {
        throw Refusals.of(action, answer);
      }
      Thread.sleep(Duration.ofSeconds(Math.max(1, answer.retryAfter())));
    }
  }

  /**
   * Returns whether no controllers manage namespaces. With them, a namespace gets the service
   * account {@code default} and the ConfigMap {@code kube-root-ca.crt} soon after its creation.
   */
  private boolean isWithoutController() throws IOException, InterruptedException {
    String inside = "/api/v1/namespaces/" + namespace;
    for (String resource : new String[] {"/serviceaccounts", "/configmaps", "/secrets"}) {
      Answer answer = calls.get(inside + resource + "?limit=1", TIMEOUT);
      if (!answer.ok() || !answer.json().path("items").isEmpty()) {
        return false;
      }
    }
    return true;
  }

  /** Finalizes an empty namespace, as the namespace controller would. */
  private void finalizeNamespace(JsonNode state) throws IOException, InterruptedException {
    if (state instanceof ObjectNode node && node.path("spec").path("finalizers").size() == 1) {
      node.putObject("spec").putArray("finalizers");
      calls.put(
          "/api/v1/namespaces/" + namespace + "/finalize",
          new JsonMapper().writeValueAsBytes(node),
          TIMEOUT);
    }
  }
}
