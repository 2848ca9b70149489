package dev.rheo.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Runs one informer. It obeys orders that it reads, one a line, and answers each with one line of
 * JSON.
 *
 * <pre>
 * start             starts the informer, waits until it is synced and each handler has been told of each
 *                   object; answers the seconds, and how many objects there are
 * live              collects garbage and answers what lives, in bytes
 * peak              answers the most that lived since this was asked last, if garbage is collected all the time
 * expect S N        from now on each handler waits for N updates with the stamp S
 * await SECONDS     waits until each handler has had them; answers when the last one had the last
 * </pre>
 *
 * <p>Arguments: the subject, the server's address, {@code configmaps} or {@code secrets}, the
 * number of handlers, and {@code collect} to collect garbage all the time or {@code free} not to.
 */
public final class Main {
  private final Subject subject;
  private final List<Tally> tallies;
  private final @Nullable LiveHeap heap;

  private Main(Subject subject, int handlers, @Nullable LiveHeap heap) {
    this.subject = subject;
    this.tallies = IntStream.range(0, handlers).mapToObj(i -> new Tally()).toList();
    this.heap = heap;
  }

  public static void main(String[] args) throws Exception {
    LiveHeap heap = null;
    if (args[4].equals("collect")) {
      heap = new LiveHeap();
      heap.collectAgainAndAgain();
    }
    Main main = new Main(Subject.of(args[0], args[1], args[2]), Integer.parseInt(args[3]), heap);
    BufferedReader orders =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    String order;
    while ((order = orders.readLine()) != null) {
      System.out.println(main.obey(order.split(" ")));
    }
    System.exit(0);
  }

  private String obey(String[] order) throws Exception {
    switch (order[0]) {
      case "start" -> {
        long begin = System.nanoTime();
        subject.start(tallies);
        boolean synced =
            until(t -> subject.synced() && t.added() >= subject.size(), Duration.ofHours(1));
        if (!synced) {
          throw new IOException("not synced after an hour");
        }
        return "{\"seconds\":"
            + (System.nanoTime() - begin) / 1e9
            + ",\"objects\":"
            + subject.size()
            + "}";
      }
      case "live" -> {
        return "{\"bytes\":" + heap().live() + "}";
      }
      case "peak" -> {
        long[] seen = heap().peakSince();
        return "{\"bytes\":" + seen[0] + ",\"collections\":" + seen[1] + "}";
      }
      case "expect" -> {
        tallies.forEach(t -> t.expect(order[1], Long.parseLong(order[2])));
        return "{}";
      }
      case "await" -> {
        boolean complete = until(t -> t.toldAt() > 0, Duration.ofSeconds(Long.parseLong(order[1])));
        long at = tallies.stream().mapToLong(Tally::toldAt).max().orElse(0);
        return "{\"complete\":"
            + complete
            + ",\"at\":"
            + at / 1e6
            + ",\"counts\":"
            + tallies.stream().map(Tally::stamped).toList()
            + "}";
      }
      default -> throw new IllegalArgumentException("no such order: " + order[0]);
    }
  }

  private LiveHeap heap() {
    if (heap == null) {
      throw new IllegalStateException("nothing collects garbage here");
    }
    return heap;
  }

  /** Waits until something holds of each handler; looking costs nothing that could be measured. */
  private boolean until(Predicate<Tally> holds, Duration limit) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    for (Tally tally : tallies) {
      while (!holds.test(tally)) {
        if (System.nanoTime() > end) {
          return false;
        }
        Thread.sleep(2);
      }
    }
    return true;
  }
}
