package dev.rheo.client.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.client.reflector.Feed;
import dev.rheo.client.reflector.FeedCounters;
import dev.rheo.client.reflector.FeedListener;
import dev.rheo.client.reflector.Reflector;
import dev.rheo.client.reflector.ReflectorSettings;
import dev.rheo.client.reflector.Resource;
import dev.rheo.client.reflector.ServerMemory;
import dev.rheo.client.store.LiveStore;
import dev.rheo.client.store.Packing;
import dev.rheo.client.store.Reader;
import dev.rheo.client.store.Receiver;
import dev.rheo.client.transport.RawObject;
import dev.rheo.client.wire.MalformedJsonException;
import dev.rheo.client.wire.ObjectHead;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * An informer's feed against a model of a server under random writes, cuts at every kind of byte,
 * compactions, restores from backups, replicas that lag, and refusals of all kinds. The named
 * invariants:
 *
 * <ul>
 *   <li><b>Equal</b>: when the storm is over, the store is the server's state, and so is what each
 *       handler was told.
 *   <li><b>Gapless</b>: for each key a handler sees a chain; an update begins at what it was told
 *       last.
 *   <li><b>Forward</b>: no handler is told an older version of an object, unless the server itself
 *       went back.
 *   <li><b>Honest</b>: the store is not synced before an end bookmark or a whole list has come.
 *   <li><b>Bounded</b>: the log of changes does not grow with a handler that sleeps.
 *   <li><b>Lively</b>: the client comes to rest.
 * </ul>
 */
class SimulationTest {
  private static final int SEEDS = Integer.getInteger("rheo.simulation.seeds", 400);
  private static final int LOG_BOUND = 10;

  @ParameterizedTest
  @EnumSource(SimulatedServer.Kind.class)
  void theStoreBecomesTheServersState(SimulatedServer.Kind kind) {
    int differences = 0;
    int restores = 0;
    int endBookmarks = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      Run run = new Run(kind, true, seed);
      run.toRest();
      differences += run.server.differences;
      restores += run.server.restores;
      endBookmarks += run.server.endBookmarks;
    }
    // The storm must have blown: what never happens is not tested.
    assertThat(restores).isGreaterThan(SEEDS / 4);
    boolean watchLists =
        kind == SimulatedServer.Kind.WATCH_LIST || kind == SimulatedServer.Kind.DIFFERENCE;
    assertThat(endBookmarks > SEEDS).isEqualTo(watchLists);
    assertThat(differences > SEEDS).isEqualTo(kind == SimulatedServer.Kind.DIFFERENCE);
  }

  @Test
  void theStoreBecomesTheServersStateWithTheGateOff() {
    for (int seed = 0; seed < SEEDS; seed++) {
      Run run = new Run(SimulatedServer.Kind.WATCH_LIST, false, seed);
      run.toRest();
      assertThat(run.server.endBookmarks).isZero();
    }
  }

  private static final class Run {
    final String name;
    final Random random;
    final SimulatedTime time = new SimulatedTime();
    final SimulatedServer server;
    final LiveStore<RawObject> store;
    final Deque<Runnable> handlerWork = new ArrayDeque<>();
    final List<Handler> handlers = new ArrayList<>();
    final Feed<RawObject> feed;

    Run(SimulatedServer.Kind kind, boolean watchList, int seed) {
      name = kind + (watchList ? "" : " with the gate off") + ", seed " + seed;
      random = new Random(seed);
      store =
          new LiveStore<>(
              random.nextBoolean() ? Packing.objects() : Packing.bytes(RawObject.FORMAT),
              Map.of("name", object -> List.of(head(object).name())),
              LOG_BOUND);
      server = new SimulatedServer(random, time, kind, this::onStep, this::onQuiet);
      ReflectorSettings settings =
          ReflectorSettings.defaults().withWatchList(watchList).withPageSize(1 + random.nextInt(5));
      feed =
          new Feed<>(
              Resource.of("", "v1", "things", null),
              server,
              RawObject.FORMAT,
              null,
              false,
              store,
              settings,
              new Reflector(settings, new ServerMemory(), random, store::newRound),
              time,
              new FeedListener() {
                @Override
                public void unreadable(String key, Exception why) {
                  throw new AssertionError(name + ": " + key, why);
                }
              },
              new FeedCounters());
      for (int i = 1 + random.nextInt(3); i > 0; i--) {
        add();
      }
    }

    void add() {
      Handler handler = new Handler();
      handlers.add(handler);
      handler.reader = Reader.open(store, handler, handlerWork::add);
    }

    void onStep() {
      if (random.nextInt(4) == 0 && !handlerWork.isEmpty()) {
        handlerWork.poll().run();
      }
      if (server.storm && random.nextInt(60) == 0) {
        handlers.get(random.nextInt(handlers.size())).reader.resync();
      }
      if (server.storm && random.nextInt(120) == 0) {
        add();
      }
      if (server.storm && random.nextInt(60) == 0) {
        time.advance(Duration.ofSeconds(random.nextInt(300)));
      }
      assertThat(store.synced() && server.complete == 0).as("Honest, %s", name).isFalse();
      long keys = 24;
      assertThat(store.logLength())
          .as("Bounded, %s", name)
          .isLessThanOrEqualTo(2 * (LOG_BOUND + (handlers.size() + 2L) * (keys + 1)));
    }

    /** The stream is idle and the client has been sent everything. */
    void onQuiet() {
      feed.stop();
    }

    void toRest() {
      feed.run();
      while (!handlerWork.isEmpty()) {
        handlerWork.poll().run();
      }
      Map<String, String> wanted = new HashMap<>();
      server.state().values().forEach(o -> wanted.put(o.key(), o.json()));
      Map<String, String> kept = new HashMap<>();
      store.list().forEach(o -> kept.put(head(o).key(), o.toString()));
      assertThat(kept).as("Equal, %s", name).isEqualTo(wanted);
      wanted.forEach(
          (key, json) ->
              assertThat(store.byIndex("name", key.substring(key.indexOf('/') + 1)))
                  .as("index, %s", name)
                  .anyMatch(o -> o.toString().equals(json)));
      for (Handler handler : handlers) {
        assertThat(handler.seen).as("Equal for a handler, %s", name).isEqualTo(wanted);
        assertThat(handler.synced).as("told once that it is synced, %s", name).isEqualTo(1);
      }
    }

    private final class Handler implements Receiver<RawObject> {
      final Map<String, String> seen = new HashMap<>();
      Reader<RawObject> reader;
      int synced;

      @Override
      public void added(RawObject object, boolean initial) {
        told(object, null);
      }

      @Override
      public void updated(RawObject before, RawObject object) {
        told(object, before.toString());
      }

      private void told(RawObject object, String before) {
        ObjectHead head = head(object);
        String known = seen.put(head.key(), object.toString());
        assertThat(known).as("Gapless, %s", name).isEqualTo(before);
        if (before != null && server.restores == 0) {
          assertThat(Long.parseLong(head.resourceVersion()))
              .as("Forward, %s", name)
              .isGreaterThanOrEqualTo(
                  Long.parseLong(
                      head(new RawObject(before.getBytes(StandardCharsets.UTF_8)))
                          .resourceVersion()));
        }
      }

      @Override
      public void deleted(RawObject object, boolean lastKnown) {
        assertThat(seen.remove(head(object).key())).as("Gapless, %s", name).isNotNull();
      }

      @Override
      public void synced() {
        synced++;
      }

      @Override
      public void failed(Throwable fault) {
        throw new AssertionError(name, fault);
      }
    }
  }

  private static ObjectHead head(RawObject object) {
    try {
      return ObjectHead.of(object.json(), 0, object.json().length);
    } catch (MalformedJsonException e) {
      throw new AssertionError(e);
    }
  }
}
