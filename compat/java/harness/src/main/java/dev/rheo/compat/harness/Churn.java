package dev.rheo.compat.harness;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Creates, updates and deletes objects, and knows what was acknowledged. Each worker has objects of
 * its own.
 */
public final class Churn {
  private static final int WORKERS = 4;

  private final Writes client;
  private final String prefix;
  private final AtomicInteger next = new AtomicInteger();
  private final Map<String, Written> objects = new HashMap<>();
  private long writes;

  /**
   * @param prefix of the objects' names
   */
  public Churn(Writes client, String prefix) {
    this.client = client;
    this.prefix = prefix;
  }

  /** The last acknowledged state of an object. */
  private static final class Written {
    final String resource;
    final String name;
    final int worker;
    String uid = "";
    int n;
    int changes;
    boolean deleted;
    boolean unsure; // a request got no answer: it may have been carried out or not

    Written(String resource, String name, int worker) {
      this.resource = resource;
      this.name = name;
      this.worker = worker;
    }
  }

  /** Creates some objects, for informers to find when they start. */
  public void seed(int count) {
    for (int i = 0; i < count; i++) {
      create(i % WORKERS);
    }
  }

  /** Churns until what it returns is closed. */
  public AutoCloseable start() {
    AtomicBoolean over = new AtomicBoolean();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < WORKERS; i++) {
      int worker = i;
      threads.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    Random random = new Random(worker);
                    while (!over.get()) {
                      step(worker, random);
                      pause();
                    }
                  }));
    }
    return () -> {
      over.set(true);
      for (Thread thread : threads) {
        thread.join();
      }
    };
  }

  private static void pause() {
    try {
      Thread.sleep(5);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void step(int worker, Random random) {
    Written mine = pick(worker);
    if (mine == null || random.nextInt(10) < 3) {
      create(worker);
    } else if (random.nextInt(10) < 3) {
      write(
          mine,
          mine.n,
          true,
          () -> {
            client.delete(mine.resource, mine.name);
            return null;
          });
    } else {
      write(mine, mine.n + 1, false, () -> client.put(mine.resource, mine.name, mine.n + 1, false));
    }
  }

  private synchronized Written pick(int worker) {
    for (Written o : objects.values()) {
      if (o.worker == worker && !o.deleted && !o.unsure) {
        return o;
      }
    }
    return null;
  }

  private void create(int worker) {
    int i = next.incrementAndGet();
    Written o = new Written(i % 2 == 0 ? "secrets" : "configmaps", prefix + "-" + i, worker);
    write(o, 1, false, () -> client.put(o.resource, o.name, 1, true));
  }

  private void write(Written o, int n, boolean delete, Callable<Identity> request) {
    Identity answer = null;
    boolean sure = true;
    try {
      answer = request.call();
    } catch (Exception e) {
      sure = false; // also a conflict may follow a request that was sent again
    }
    synchronized (this) {
      objects.put(o.resource + "/" + o.name, o);
      o.unsure = !sure;
      if (sure) {
        writes++;
        o.n = n;
        o.deleted = delete;
        o.changes++;
        if (answer != null) {
          o.uid = answer.uid();
        }
      }
    }
  }

  /** By uid, how often each object of a resource was changed, of those of which it is certain. */
  synchronized Map<String, Integer> changes(String resource) {
    Map<String, Integer> changes = new HashMap<>();
    for (Written o : objects.values()) {
      if (o.resource.equals(resource) && !o.uid.isEmpty() && !o.unsure) {
        changes.put(o.uid, o.changes);
      }
    }
    return changes;
  }

  synchronized long writes() {
    return writes;
  }

  /**
   * What is missing on the server of what it acknowledged; resource/name → n is what the server
   * holds.
   */
  synchronized String missing(Map<String, Integer> server) {
    for (Map.Entry<String, Written> e : objects.entrySet()) {
      Written o = e.getValue();
      Integer n = server.get(e.getKey());
      if (!o.unsure && (o.deleted ? n != null : n == null || n != o.n)) {
        return "%s: acknowledged n=%d deleted=%s, on the server %s"
            .formatted(e.getKey(), o.n, o.deleted, n);
      }
    }
    return "";
  }
}
