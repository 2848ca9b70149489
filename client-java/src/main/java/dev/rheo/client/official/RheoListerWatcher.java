package dev.rheo.client.official;

import dev.rheo.client.ClientFeatures;
import dev.rheo.client.reflector.Reflector;
import dev.rheo.client.reflector.ReflectorSettings;
import dev.rheo.client.reflector.Resource;
import dev.rheo.client.reflector.SystemTiming;
import dev.rheo.client.reflector.Timing;
import dev.rheo.client.reflector.Watchdog;
import dev.rheo.client.transport.Answer;
import dev.rheo.client.transport.Transport;
import dev.rheo.client.wire.Bookmark;
import dev.rheo.client.wire.EventType;
import dev.rheo.client.wire.ListStream;
import dev.rheo.client.wire.ObjectHead;
import dev.rheo.client.wire.Refusal;
import dev.rheo.client.wire.WatchStream;
import io.kubernetes.client.common.KubernetesListObject;
import io.kubernetes.client.common.KubernetesObject;
import io.kubernetes.client.informer.ListerWatcher;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.openapi.models.V1Status;
import io.kubernetes.client.util.CallGeneratorParams;
import io.kubernetes.client.util.Watch;
import io.kubernetes.client.util.Watchable;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Gives the informers of the official Java client watch lists (KEP-3157), by its own seam:
 *
 * <pre>{@code
 * factory.sharedIndexInformerFor(
 *     RheoListerWatcher.of(client, Resource.of("", "v1", "pods", null), V1Pod.class),
 *     V1Pod.class,
 *     0);
 * }</pre>
 *
 * <p>{@link #list} reads the initial events up to the annotated bookmark, and the next {@link
 * #watch} goes on with the same stream. Where the server does not do watch lists, or its stream
 * ends, breaks or falls silent before the bookmark, a list is made instead. Watches ask for
 * bookmarks, and one whose connection breaks is followed by another from where it was, not by a
 * list as with the client's own.
 *
 * <p>The store, the handlers and their queues stay those of the client: a list is still held beside
 * the store until it has replaced that. One informer uses one object of this class. {@link #close}
 * may be called by any thread and ends a request that is under way; the client itself cannot do
 * that to a list.
 *
 * @param <T> the model class
 */
public final class RheoListerWatcher<T extends KubernetesObject>
    implements ListerWatcher<T, KubernetesListObject>, AutoCloseable {

  /** Refusals that say that the server does not know the parameters of a watch list. */
  private static final Set<Integer> NOT_UNDERSTOOD = Set.of(400, 405, 406, 415, 422, 501);

  private static final Duration SHORT_WATCH = Duration.ofSeconds(1);
  private static final int REFUSAL_LIMIT = 64 * 1024;

  private final Transport transport;
  private final Resource resource;
  private final ClientJavaFormat<T> format;
  private final ReflectorSettings settings;
  private final Timing timing;
  private final boolean watchLists;

  /** Belongs to the informer's thread. */
  private boolean refused;

  private long refusedUntil;
  private long watchedAt;
  private boolean shortWatch;

  /** Guards what {@link #close} must see. */
  private final Object lock = new Object();

  private boolean closed;
  private @Nullable Thread asking;
  private @Nullable Answer open;
  private @Nullable EventStream handed;

  RheoListerWatcher(
      Transport transport,
      Resource resource,
      Class<T> type,
      ReflectorSettings settings,
      Timing timing) {
    this.transport = transport;
    this.resource = resource;
    this.format = new ClientJavaFormat<>(type);
    this.settings = settings;
    this.timing = timing;
    this.watchLists =
        settings.watchList() && ClientFeatures.enabled(ClientFeatures.WATCH_LIST_CLIENT);
  }

  /**
   * A lister and watcher for one informer.
   *
   * @param resource what to keep, such as {@code Resource.of("apps", "v1", "deployments", null)}
   * @param type the model class
   */
  public static <T extends KubernetesObject> RheoListerWatcher<T> of(
      ApiClient client, Resource resource, Class<T> type) {
    return new RheoListerWatcher<>(
        new ClientJavaTransport(client),
        resource,
        type,
        ReflectorSettings.defaults(),
        new SystemTiming());
  }

  // --- A list.

  @Override
  public KubernetesListObject list(CallGeneratorParams params) throws ApiException {
    String version = params.resourceVersion == null ? "" : params.resourceVersion;
    drop();
    if (watchLists && !(refused && timing.now() - refusedUntil < 0)) {
      KubernetesListObject list = watchList(version);
      if (list != null) {
        return list;
      }
    }
    return pages(version);
  }

  /** Returns null if a list is to be made. */
  private @Nullable KubernetesListObject watchList(String version) throws ApiException {
    String query =
        "watch=true&allowWatchBookmarks=true&sendInitialEvents=true"
            + "&resourceVersionMatch=NotOlderThan"
            + (version.isEmpty() ? "" : "&resourceVersion=" + encoded(version))
            + "&timeoutSeconds="
            + timeout();
    Answer answer = send(query);
    if (answer.status() != 200) {
      ApiException refusal = refusal(answer);
      if (refusal.getCode() == 410 || refusal.getCode() == 429) {
        throw refusal;
      }
      refused = NOT_UNDERSTOOD.contains(refusal.getCode());
      refusedUntil = timing.now() + settings.refusedFor().toNanos();
      return null;
    }
    Duration patience = settings.initialSilence();
    EventStream stream = new EventStream(answer, patience);
    Map<String, T> objects = new LinkedHashMap<>();
    try {
      while (stream.events.next()) {
        stream.endsIn(patience);
        EventType type = stream.events.type();
        if (type == EventType.ERROR) {
          Refusal said =
              Refusal.of(200, stream.events.object().bytes(), stream.events.object().length());
          stream.close();
          if (said.expired()) {
            throw new ApiException(410, said.message());
          }
          return null;
        }
        if (type == EventType.BOOKMARK) {
          Bookmark bookmark = Bookmark.of(stream.events.object());
          if (bookmark.endsInitialEvents()) {
            synchronized (lock) {
              handed = stream;
            }
            watchedAt = timing.now();
            stream.endsIn(longestWatch());
            return new Listed(bookmark.resourceVersion(), List.copyOf(objects.values()));
          }
          continue;
        }
        String key =
            ObjectHead.of(stream.events.object().bytes(), 0, stream.events.object().length()).key();
        if (type == EventType.DELETED) {
          objects.remove(key);
        } else {
          objects.put(key, stream.object());
        }
      }
    } catch (IOException e) {
      checkOpen(e);
    }
    stream.close();
    return null;
  }

  private KubernetesListObject pages(String version) throws ApiException {
    List<T> items = new ArrayList<>();
    String query =
        version.isEmpty() ? "limit=" + settings.pageSize() : "resourceVersion=" + encoded(version);
    while (true) {
      Answer answer = send(query);
      if (answer.status() != 200) {
        throw refusal(answer);
      }
      long patience = settings.answerTimeout().toNanos();
      try (answer;
          Watchdog watchdog = new Watchdog(timing, timing.now() + patience, answer::close)) {
        ListStream list = new ListStream(answer.body(), settings.objectLimit());
        while (list.next()) {
          watchdog.until(timing.now() + patience);
          items.add(format.decode(list.item().bytes(), 0, list.item().length()));
        }
        if (list.continueToken().isEmpty()) {
          return new Listed(list.resourceVersion(), items);
        }
        query = "limit=" + settings.pageSize() + "&continue=" + encoded(list.continueToken());
      } catch (IOException e) {
        throw new ApiException("The list broke off: " + e.getMessage(), e, 0, null);
      }
    }
  }

  // --- A watch.

  @Override
  public Watchable<T> watch(CallGeneratorParams params) throws ApiException {
    synchronized (lock) {
      EventStream going = handed;
      handed = null;
      if (going != null) {
        return going;
      }
    }
    pauseAfterShortWatch();
    String query =
        "watch=true&allowWatchBookmarks=true&resourceVersion="
            + encoded(params.resourceVersion == null ? "" : params.resourceVersion)
            + "&timeoutSeconds="
            + timeout();
    watchedAt = timing.now();
    Answer answer = send(query);
    if (answer.status() == 410) {
      // The informer notices an expired version only in a stream.
      return new Expired<>(refusal(answer));
    }
    if (answer.status() != 200) {
      throw refusal(answer);
    }
    return new EventStream(answer, longestWatch());
  }

  private Duration longestWatch() {
    return settings.maxWatchTimeout().plus(Reflector.LATE);
  }

  /** The informer asks again at once. */
  private void pauseAfterShortWatch() throws ApiException {
    if (shortWatch) {
      shortWatch = false;
      try {
        timing.pause(SHORT_WATCH);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new ApiException("interrupted");
      }
    }
  }

  /** A stream of events, from its beginning or from the end of its initial events. */
  private final class EventStream implements Watchable<T> {

    private final Answer answer;
    private final WatchStream events;
    private final Watchdog watchdog;
    private boolean any;

    /**
     * @param patience for how long the stream may go on, unless that is put off
     */
    EventStream(Answer answer, Duration patience) {
      this.answer = answer;
      this.events = new WatchStream(answer.body(), settings.objectLimit());
      this.watchdog = new Watchdog(timing, timing.now() + patience.toNanos(), answer::close);
    }

    void endsIn(Duration patience) {
      watchdog.until(timing.now() + patience.toNanos());
    }

    T object() throws IOException {
      return format.decode(events.object().bytes(), 0, events.object().length());
    }

    /** A break is an end: the informer then goes on from the version of the last event. */
    @Override
    public boolean hasNext() {
      boolean more;
      try {
        more = events.next();
      } catch (IOException e) {
        more = false;
      }
      if (!more) {
        watchdog.close();
      }
      any |= more;
      shortWatch = !any && timing.now() - watchedAt < SHORT_WATCH.toNanos();
      return more;
    }

    @Override
    public Watch.Response<T> next() {
      try {
        if (events.type() == EventType.ERROR) {
          Refusal said = Refusal.of(200, events.object().bytes(), events.object().length());
          return new Watch.Response<>("ERROR", status(said));
        }
        return new Watch.Response<>(events.type().name(), object());
      } catch (IOException e) {
        throw new IllegalStateException("An event cannot be read: " + e.getMessage(), e);
      }
    }

    @Override
    public java.util.Iterator<Watch.Response<T>> iterator() {
      return this;
    }

    @Override
    public void close() {
      watchdog.close();
      answer.close();
    }
  }

  // --- Requests.

  private Answer send(String query) throws ApiException {
    String selected = resource.selectors();
    Thread own = Thread.currentThread();
    Answer answer;
    synchronized (lock) {
      checkOpen(null);
      asking = own;
    }
    Watchdog unanswered =
        new Watchdog(timing, timing.now() + settings.answerTimeout().toNanos(), own::interrupt);
    try (unanswered) {
      answer =
          transport.get(
              resource.path() + "?" + (selected.isEmpty() ? query : selected + "&" + query),
              Map.of("Accept", "application/json"));
    } catch (ConnectException e) {
      throw new ApiException(e);
    } catch (IOException e) {
      throw new ApiException(e.getMessage(), e, 0, null);
    } catch (InterruptedException e) {
      checkOpen(e);
      if (unanswered.silent()) {
        throw new ApiException("The server does not answer", e, 0, null);
      }
      own.interrupt();
      throw new ApiException("The request was interrupted", e, 0, null);
    } finally {
      synchronized (lock) {
        asking = null;
      }
    }
    if (unanswered.silent()) {
      // It has interrupted this thread, but too late.
      boolean ignored = Thread.interrupted();
    }
    synchronized (lock) {
      if (closed) {
        answer.close();
      }
      checkOpen(null);
      open = answer;
    }
    return answer;
  }

  private void checkOpen(@Nullable Exception e) throws ApiException {
    synchronized (lock) {
      if (closed) {
        throw new ApiException(
            "The lister and watcher of " + resource.path() + " is closed", e, 0, null);
      }
    }
  }

  private static ApiException refusal(Answer answer) {
    try (answer) {
      byte[] body = answer.body().readNBytes(REFUSAL_LIMIT);
      Refusal said = Refusal.of(answer.status(), body, body.length);
      String text = new String(body, StandardCharsets.UTF_8);
      return new ApiException(said.message(), answer.status(), Map.of(), text);
    } catch (IOException e) {
      return new ApiException("the server answered " + answer.status(), e, answer.status(), null);
    }
  }

  private static V1Status status(Refusal said) {
    return new V1Status()
        .status("Failure")
        .code(said.expired() ? 410 : said.code())
        .reason(said.reason())
        .message(said.message());
  }

  private long timeout() {
    return ThreadLocalRandom.current()
        .nextLong(
            settings.minWatchTimeout().toSeconds(), settings.maxWatchTimeout().toSeconds() + 1);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  /** Ends a stream that nobody has taken. */
  private void drop() {
    Answer left;
    EventStream waiting;
    synchronized (lock) {
      waiting = handed;
      handed = null;
      left = open;
      open = null;
    }
    if (waiting != null) {
      waiting.close();
    }
    if (left != null) {
      left.close();
    }
  }

  /** Ends what is under way; nothing can be asked afterwards. */
  @Override
  public void close() {
    synchronized (lock) {
      closed = true;
      if (asking != null) {
        asking.interrupt();
      }
    }
    drop();
    if (timing instanceof SystemTiming system) {
      system.close();
    }
  }
}
