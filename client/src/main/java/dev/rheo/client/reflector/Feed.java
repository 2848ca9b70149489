package dev.rheo.client.reflector;

import dev.rheo.client.store.LiveStore;
import dev.rheo.client.transport.Answer;
import dev.rheo.client.transport.ObjectFormat;
import dev.rheo.client.transport.Transport;
import dev.rheo.client.wire.Bookmark;
import dev.rheo.client.wire.Captured;
import dev.rheo.client.wire.EventType;
import dev.rheo.client.wire.ListStream;
import dev.rheo.client.wire.MalformedJsonException;
import dev.rheo.client.wire.ObjectHead;
import dev.rheo.client.wire.Refusal;
import dev.rheo.client.wire.WatchStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Feeds a store from a server: sends what the {@link Reflector} asks, reads what comes object by
 * object, and does with the store what the reflector decides. {@link #run} blocks until {@link
 * #stop} is called from another thread.
 *
 * @param <T> the host client's class for the objects
 */
public final class Feed<T> implements Runnable {
  private static final int REFUSAL_LIMIT = 64 * 1024;
  private static final String METADATA_OF_LIST =
      "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";
  private static final String METADATA =
      "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json";

  private final Resource resource;
  private final Transport transport;
  private final ObjectFormat<T> format;
  private final @Nullable UnaryOperator<T> transform;
  private final boolean metadataOnly;
  private final LiveStore<T> store;
  private final ReflectorSettings settings;
  private final Reflector reflector;
  private final Timing timing;
  private final FeedListener listener;
  private final FeedCounters counters;

  /** Guards what {@link #stop} must see together. */
  private final Object lock = new Object();

  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private boolean stopped;
  private @Nullable Thread thread;
  private @Nullable Answer open;

  /**
   * @param transform changes an object before it is kept; null for none. It may change the object
   *     that it is given
   * @param metadataOnly whether only the metadata of the objects is asked for and kept
   */
  public Feed(
      Resource resource,
      Transport transport,
      ObjectFormat<T> format,
      @Nullable UnaryOperator<T> transform,
      boolean metadataOnly,
      LiveStore<T> store,
      ReflectorSettings settings,
      Reflector reflector,
      Timing timing,
      FeedListener listener,
      FeedCounters counters) {
    this.resource = resource;
    this.transport = transport;
    this.format = format;
    this.transform = transform;
    this.metadataOnly = metadataOnly;
    this.store = store;
    this.settings = settings;
    this.reflector = reflector;
    this.timing = timing;
    this.listener = listener;
    this.counters = counters;
  }

  @Override
  public void run() {
    synchronized (lock) {
      thread = Thread.currentThread();
    }
    try {
      while (!stopped()) {
        try {
          if (!step()) {
            return;
          }
        } catch (InterruptedException e) {
          // By stop(), which the loop sees, or by a transform or an index, which must not end the
          // feed.
        } catch (RuntimeException | Error fault) {
          failed(fault);
        }
      }
    } finally {
      synchronized (lock) {
        thread = null;
      }
      // The thread may be another's.
      boolean ignored = Thread.interrupted();
      reflector.stop();
      ended.complete(null);
    }
  }

  /** Does what the reflector says; false if that is to end. */
  private boolean step() throws InterruptedException {
    Step step = reflector.next(timing.now());
    if (step instanceof Step.Pause pause) {
      timing.pause(pause.time());
    } else if (step instanceof Step.Ask ask) {
      ask(ask.query());
    } else {
      return false;
    }
    return true;
  }

  /**
   * Something was thrown that has no business here, such as a class that is missing: all is listed
   * again after a pause.
   */
  private void failed(Throwable fault) {
    End end = new End.Faulty(fault.toString());
    counters.failures.increment();
    try {
      listener.failed(reflector.state(), end);
    } catch (RuntimeException | Error ignored) {
      // The listener is what fails.
    }
    reflector.ended(end, timing.now());
  }

  /** The feed will never be run. */
  public void abandon() {
    ended.complete(null);
  }

  /** Completes when {@link #run} has returned: from then on the feed does not touch the store. */
  public CompletableFuture<Void> ended() {
    return ended;
  }

  /** Ends the feed: a request that is under way is ended. */
  public void stop() {
    Answer answer;
    synchronized (lock) {
      stopped = true;
      answer = open;
      if (thread != null && thread != Thread.currentThread()) {
        thread.interrupt();
      }
    }
    if (answer != null) {
      answer.close();
    }
  }

  private boolean stopped() {
    synchronized (lock) {
      return stopped;
    }
  }

  private void ask(Query query) throws InterruptedException {
    ReflectorState asking = reflector.state();
    switch (query.kind()) {
      case WATCH_LIST -> counters.watchLists.increment();
      case WATCH -> counters.watches.increment();
      case LIST -> counters.lists.increment();
    }
    End end = exchange(query);
    if (stopped()) {
      return;
    }
    if (end == null) {
      return;
    }
    if (!(end instanceof End.Clean)) {
      counters.failures.increment();
      listener.failed(asking, end);
    }
    reflector.ended(end, timing.now());
  }

  /**
   * Sends a request and reads the answer; returns how it ended, or null for a page that was read
   * whole.
   */
  private @Nullable End exchange(Query query) throws InterruptedException {
    Thread asking = Thread.currentThread();
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Accept", accept(query));
    Have have = query.have();
    if (have != null) {
      headers.put(Have.HEADER, have.value());
    }
    Answer answer;
    Watchdog unanswered =
        new Watchdog(timing, reflector.deadline(false, timing.now()), asking::interrupt);
    try (unanswered) {
      answer =
          transport.get(resource.path() + "?" + query.parameters(resource.selectors()), headers);
    } catch (InterruptedException e) {
      if (unanswered.silent() && !stopped()) {
        return new End.Silent();
      }
      throw e;
    } catch (ConnectException e) {
      return new End.Broken(true, told(e));
    } catch (IOException | RuntimeException e) {
      return forgiven(unanswered) ? new End.Silent() : new End.Broken(false, told(e));
    }
    if (forgiven(unanswered)) {
      answer.close();
      return new End.Silent();
    }
    synchronized (lock) {
      open = answer;
      if (stopped) {
        answer.close();
        return new End.Clean();
      }
    }
    try (answer;
        Watchdog watchdog =
            new Watchdog(timing, reflector.deadline(true, timing.now()), answer::close)) {
      try {
        return read(query, answer, watchdog);
      } catch (MalformedJsonException | UnknownObjectException e) {
        return new End.Faulty(told(e));
      } catch (IOException e) {
        return watchdog.silent() ? new End.Silent() : new End.Broken(false, told(e));
      } catch (RuntimeException e) {
        return watchdog.silent() ? new End.Silent() : new End.Faulty(told(e));
      }
    } finally {
      store.tell();
      synchronized (lock) {
        open = null;
      }
    }
  }

  /** Whether the watchdog has interrupted this thread; the interrupt is taken back. */
  private boolean forgiven(Watchdog watchdog) {
    if (!watchdog.silent() || stopped()) {
      return false;
    }
    boolean ignored = Thread.interrupted();
    return true;
  }

  private String accept(Query query) {
    if (!metadataOnly) {
      return "application/json";
    }
    return query.kind() == Query.Kind.LIST ? METADATA_OF_LIST : METADATA;
  }

  private @Nullable End read(Query query, Answer answer, Watchdog watchdog) throws IOException {
    if (answer.status() != 200) {
      return new End.Refused(refusal(answer));
    }
    if (query.kind() == Query.Kind.LIST) {
      ListStream list = new ListStream(telling(answer.body()), settings.objectLimit());
      while (list.next()) {
        watchdog.until(reflector.deadline(true, timing.now()));
        reflector.item();
        listed(list.item());
      }
      if (reflector.pageEnded(list.resourceVersion(), list.continueToken(), timing.now())
          == Action.SWEEP) {
        sweep();
      }
      return null;
    }
    InitialEvents initial =
        answer.header(InitialEvents.HEADER).flatMap(InitialEvents::of).orElse(null);
    if (initial != null && initial.difference()) {
      counters.differences.increment();
    }
    reflector.opened(initial);
    WatchStream events = new WatchStream(telling(answer.body()), settings.objectLimit());
    while (events.next()) {
      Captured object = events.object();
      if (events.type() == EventType.ERROR) {
        return new End.Refused(Refusal.of(200, object.bytes(), object.length()));
      }
      counters.events.increment();
      counters.bytes.add(object.length());
      if (events.type() == EventType.BOOKMARK) {
        bookmarked(Bookmark.of(object));
      } else {
        changed(events.type(), object);
      }
      store.reached(reflector.resourceVersion());
      watchdog.until(reflector.deadline(true, timing.now()));
    }
    return new End.Clean();
  }

  /** The body of an answer; before each read, which may wait, handlers are told what has come. */
  private InputStream telling(InputStream body) {
    return new FilterInputStream(body) {
      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        store.tell();
        return super.read(bytes, offset, length);
      }
    };
  }

  private void bookmarked(Bookmark bookmark) throws IOException {
    switch (reflector.bookmark(bookmark)) {
      case MARK -> {
        for (String key : bookmark.unchanged()) {
          if (!store.mark(key, reflector.round())) {
            throw new UnknownObjectException(key);
          }
          counters.unchanged.increment();
        }
      }
      case SWEEP -> sweep();
      default -> {}
    }
  }

  private void sweep() {
    int swept = store.sweep(reflector.round(), reflector.resourceVersion());
    counters.swept.add(swept);
    listener.complete(reflector.resourceVersion(), swept);
  }

  private void listed(Captured item) throws IOException {
    counters.events.increment();
    counters.bytes.add(item.length());
    ObjectHead head = ObjectHead.of(item.bytes(), 0, item.length());
    put(head, head.key(), item);
  }

  private void changed(EventType type, Captured object) throws IOException {
    ObjectHead head = ObjectHead.of(object.bytes(), 0, object.length());
    String key = head.key();
    if (reflector.event(type, key, head.resourceVersion()) == Action.DELETE) {
      delete(key, object);
    } else {
      put(head, key, object);
    }
  }

  private void put(ObjectHead head, String key, Captured object) {
    int round = reflector.round();
    if (store.markIfSame(head, key, round)) {
      counters.unchanged.increment();
      return;
    }
    byte[] raw = raw(object);
    try {
      T decoded = decode(object, raw);
      store.put(head, key, round, decoded, transform == null ? raw : null);
    } catch (IOException | RuntimeException e) {
      // It is on the server, so what the store has of it is not swept.
      store.mark(key, round);
      counters.unreadable.increment();
      listener.unreadable(key, e);
    }
  }

  private void delete(String key, Captured object) {
    byte[] raw = raw(object);
    T last = null;
    try {
      last = decode(object, raw);
    } catch (IOException | RuntimeException e) {
      counters.unreadable.increment();
      listener.unreadable(key, e);
    }
    try {
      store.delete(key, last, transform == null ? raw : null);
    } catch (RuntimeException e) {
      // What was told last cannot be kept; that the object is gone must be.
      counters.unreadable.increment();
      listener.unreadable(key, e);
      store.delete(key, null, null);
    }
  }

  private byte @Nullable [] raw(Captured object) {
    if (metadataOnly) {
      return metadata(object);
    }
    return store.wantsBytes() ? object.copy() : null;
  }

  private T decode(Captured object, byte @Nullable [] raw) throws IOException {
    T decoded =
        raw != null
            ? format.decode(raw, 0, raw.length)
            : format.decode(object.bytes(), 0, object.length());
    return transform == null ? decoded : transform.apply(decoded);
  }

  /** The object without all but its metadata, whatever the server sent. */
  private static byte[] metadata(Captured object) {
    try {
      int[] at = ObjectHead.metadata(object.bytes(), 0, object.length());
      String text =
          at == null
              ? "{}"
              : new String(object.bytes(), at[0], at[1] - at[0], StandardCharsets.UTF_8);
      return ("{\"metadata\":" + text + "}").getBytes(StandardCharsets.UTF_8);
    } catch (MalformedJsonException e) {
      throw new IllegalStateException("an object whose head has been read", e);
    }
  }

  private static Refusal refusal(Answer answer) throws IOException {
    byte[] body = answer.body().readNBytes(REFUSAL_LIMIT);
    Refusal said = Refusal.of(answer.status(), body, body.length);
    Duration wait =
        answer
            .header("Retry-After")
            .filter(v -> v.matches("[0-9]{1,6}"))
            .map(v -> Duration.ofSeconds(Math.min(Long.parseLong(v), Refusal.LONGEST_WAIT)))
            .orElse(Duration.ZERO);
    return new Refusal(
        answer.status(),
        said.reason(),
        said.message(),
        said.tooLarge(),
        wait.compareTo(said.retryAfter()) > 0 ? wait : said.retryAfter());
  }

  private static String told(Exception e) {
    String message = e.getMessage();
    return message == null || message.isBlank() ? e.getClass().getSimpleName() : message;
  }
}
