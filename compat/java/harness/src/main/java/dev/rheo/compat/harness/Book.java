package dev.rheo.compat.harness;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

/**
 * What the handler of one informer was told, checked as it comes: an object is added before it is
 * updated or deleted, and never goes back. Beside it the informer's own store, and the server's
 * state to compare both with. Thread-safe.
 */
public final class Book {
  /** Until when changes are counted. */
  public enum Counted {
    NEVER,
    UNTIL_RESTART,
    ALWAYS
  }

  final String name;
  final Counted counted;
  private final Supplier<Collection<Identity>> store;
  private final Callable<Collection<Identity>> server;
  private final Map<String, Identity> told = new HashMap<>();
  private final Map<String, Integer> history = new HashMap<>();
  private final List<String> wrong = new ArrayList<>();
  private int adds;
  private int updates;
  private int deletes;

  /**
   * @param counted how long the informer is told of each change of each object that the churn
   *     writes
   * @param store what the informer holds
   * @param server what the server holds, of what the informer selects
   */
  public Book(
      String name,
      Counted counted,
      Supplier<Collection<Identity>> store,
      Callable<Collection<Identity>> server) {
    this.name = name;
    this.counted = counted;
    this.store = store;
    this.server = server;
  }

  public synchronized void add(Identity now) {
    Identity had = told.put(now.key(), now);
    if (had != null) {
      fault("added twice: " + had + " and " + now);
    }
    history.merge(now.uid(), 1, Integer::sum);
    adds++;
  }

  public synchronized void update(Identity before, Identity now) {
    Identity had = told.put(now.key(), now);
    if (had == null || !had.state().equals(before.state())) {
      fault("update from " + before + ", which was " + had);
    }
    if (now.uid().equals(before.uid()) && now.version() < before.version()) {
      fault("went back from " + before + " to " + now);
    }
    if (!now.state().equals(before.state())) { // a relist repeats what is known
      history.merge(now.uid(), 1, Integer::sum);
      updates++;
    }
  }

  public synchronized void delete(Identity last) {
    if (told.remove(last.key()) == null) {
      fault("deleted but not known: " + last);
    }
    history.merge(last.uid(), 1, Integer::sum);
    deletes++;
  }

  private void fault(String text) {
    if (wrong.size() < 5) {
      wrong.add(text);
    }
  }

  /**
   * What is wrong between the informer and the server, empty if nothing; how many objects in {@code
   * size[0]}.
   */
  String difference(int[] size) throws Exception {
    Map<String, String> wanted = states(server.call());
    size[0] = wanted.size();
    String problem = difference(wanted, states(store.get()), "store");
    if (problem.isEmpty()) {
      synchronized (this) {
        problem = difference(wanted, states(told.values()), "handler");
      }
    }
    return problem;
  }

  private static Map<String, String> states(Collection<Identity> objects) {
    Map<String, String> states = new HashMap<>();
    for (Identity object : objects) {
      states.put(object.key(), object.state());
    }
    return states;
  }

  private static String difference(
      Map<String, String> wanted, Map<String, String> got, String holder) {
    for (Map.Entry<String, String> e : wanted.entrySet()) {
      if (!e.getValue().equals(got.get(e.getKey()))) {
        return "%s: %s is %s, on the server %s"
            .formatted(holder, e.getKey(), got.get(e.getKey()), e.getValue());
      }
    }
    for (String key : got.keySet()) {
      if (!wanted.containsKey(key)) {
        return "%s: %s is not on the server".formatted(holder, key);
      }
    }
    return "";
  }

  /** The objects of which it was not told each change exactly once. */
  synchronized List<String> miscounted(Map<String, Integer> changes) {
    List<String> bad = new ArrayList<>();
    changes.forEach(
        (uid, n) -> {
          int got = history.getOrDefault(uid, 0);
          if (got != n) {
            bad.add(uid + ": " + got + " of " + n);
          }
        });
    return bad;
  }

  synchronized void verdict(Checks checks) {
    checks.that(
        "%s: no missed or doubled event (%d adds, %d updates, %d deletes)"
            .formatted(name, adds, updates, deletes),
        wrong.isEmpty() ? "" : wrong.toString());
  }
}
