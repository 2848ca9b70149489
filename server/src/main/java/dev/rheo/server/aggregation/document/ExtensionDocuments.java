package dev.rheo.server.aggregation.document;

import dev.rheo.codec.io.Meter;
import dev.rheo.resource.publish.ExtensionSpec;
import dev.rheo.resource.publish.ExtensionVersion;
import dev.rheo.resource.publish.OpenApi;
import dev.rheo.resource.publish.Registration;
import dev.rheo.resource.type.GroupVersionPriority;
import dev.rheo.server.aggregation.ApiService;
import dev.rheo.server.aggregation.ApiServices;
import dev.rheo.server.aggregation.Extension;
import dev.rheo.server.follow.Signal;
import dev.rheo.server.outbound.CallException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Follows the documents of the extension API servers, so that discovery and OpenAPI can tell of
 * them without asking anybody: requests find what was got last. Each server is asked on a virtual
 * thread of its own, within limits of time, size and number, so one that hangs or answers nonsense
 * changes nothing for the others. Thread-safe.
 */
public final class ExtensionDocuments implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(ExtensionDocuments.class.getName());

  private static final Duration CLOSING = Duration.ofSeconds(1);

  /** Asked for again when the APIService changes. */
  private static final long NEVER = Long.MAX_VALUE;

  private final Supplier<ApiServices> services;
  private final Supplier<? extends Meter> meters;
  private final LongSupplier maxBytes;
  private final LongSupplier nanos;
  private final long start;

  /** By name of the APIService. Guarded by this. */
  private final Map<String, Followed> followed = new HashMap<>();

  /** How many servers are being asked. Guarded by this. */
  private final Map<DocumentKind, Integer> asking = new EnumMap<>(DocumentKind.class);

  private final Signal signal = new Signal();
  private volatile boolean closed;
  private volatile @Nullable Thread thread;
  private volatile long bytes;
  private volatile Registered registered = new Registered(ApiServices.NONE, List.of());
  private volatile List<ExtensionVersion> versions = List.of();
  private volatile OpenApi.Extensions openApi = OpenApi.Extensions.NONE;
  private volatile Map<String, ApiService> servers = Map.of();

  /** What discovery tells of the APIServices, and whose that is. */
  private record Registered(ApiServices of, List<Registration> list) {}

  /** What is known of one server, for one APIService. Guarded by {@link ExtensionDocuments}. */
  private static final class Followed {
    ApiService service;
    final Map<DocumentKind, State> states = new EnumMap<>(DocumentKind.class);

    Followed(ApiService service, long now) {
      this.service = service;
      for (DocumentKind kind : DocumentKind.values()) {
        states.put(kind, new State(now + kind.first.toNanos()));
      }
    }

    State state(DocumentKind kind) {
      State state = states.get(kind);
      if (state == null) {
        throw new IllegalStateException(kind.name());
      }
      return state;
    }

    long bytes() {
      return states.values().stream().mapToLong(state -> state.content.bytes()).sum();
    }
  }

  /** What is known of one document. */
  private static final class State {
    long due;
    String etag = "";
    Content content = Content.NONE;
    int failures;
    boolean running;

    /** Whether the APIService has changed since the server was asked. */
    boolean again;

    /** Whether a first call has ended. */
    boolean answered;

    State(long due) {
      this.due = due;
    }
  }

  /**
   * @param services the APIServices in force
   * @param meters charged for each document while it is read
   * @param maxBytes what may be kept of all documents
   * @param nanos as {@link System#nanoTime}
   */
  public ExtensionDocuments(
      Supplier<ApiServices> services,
      Supplier<? extends Meter> meters,
      LongSupplier maxBytes,
      LongSupplier nanos) {
    this.services = services;
    this.meters = meters;
    this.maxBytes = maxBytes;
    this.nanos = nanos;
    this.start = nanos.getAsLong();
  }

  /** Follows them in the background. */
  public void start() {
    thread = Thread.ofVirtual().name("extension documents").start(this::run);
  }

  /** To be called when the APIServices have changed. */
  public void changed() {
    signal.raise();
  }

  /** What discovery tells of the APIServices; the same list until that changes. */
  public List<Registration> registrations() {
    ApiServices now = services.get();
    Registered made = registered;
    if (made.of != now) {
      List<Registration> list =
          now.all().stream()
              .map(
                  each ->
                      new Registration(each.name(), each.group(), each.version(), priority(each)))
              .toList();
      made = new Registered(now, list.equals(made.list) ? made.list : list);
      registered = made;
    }
    return made.list;
  }

  /** The group versions of the servers; the same list until it changes. */
  public List<ExtensionVersion> versions() {
    return versions;
  }

  /** What the servers add to OpenAPI; the same collections until they change. */
  public OpenApi.Extensions openApi() {
    return openApi;
  }

  /** The APIService of the server that has the OpenAPI v3 document of a path, or null. */
  public @Nullable ApiService server(String path) {
    return servers.get(path);
  }

  /** Approximate heap of what is kept. */
  public long bytes() {
    return bytes;
  }

  private static GroupVersionPriority priority(ApiService service) {
    return new GroupVersionPriority(service.groupPriority(), service.versionPriority());
  }

  private void run() {
    while (!closed) {
      try {
        for (Runnable call : due()) {
          Thread.ofVirtual().name("extension document").start(call);
        }
        signal.await(untilNext());
      } catch (RuntimeException e) {
        LOG.log(Level.WARNING, "following the documents of extensions failed", e);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private long now() {
    return nanos.getAsLong() - start;
  }

  /** How long nothing is to be done, unless something changes. */
  synchronized Duration untilNext() {
    long next = now() + DocumentKind.REFRESH.toNanos();
    for (Followed each : followed.values()) {
      for (Map.Entry<DocumentKind, State> state : each.states.entrySet()) {
        if (!state.getValue().running && isFree(state.getKey())) {
          next = Math.min(next, state.getValue().due);
        }
      }
    }
    return Duration.ofNanos(Math.max(0, next - now()));
  }

  private boolean isFree(DocumentKind kind) {
    return asking.getOrDefault(kind, 0) < kind.atOnce;
  }

  /** Takes over the APIServices, and returns the calls that are due. Each is run once. */
  synchronized List<Runnable> due() {
    follow();
    List<Runnable> calls = new ArrayList<>();
    long now = now();
    List<Followed> byNeed = new ArrayList<>(followed.values());
    for (DocumentKind kind : DocumentKind.values()) {
      byNeed.sort(Comparator.comparingLong(each -> each.state(kind).due));
      for (Followed each : byNeed) {
        State state = each.state(kind);
        if (state.due <= now && !state.running && isFree(kind)) {
          state.running = true;
          state.again = false;
          asking.merge(kind, 1, Integer::sum);
          ApiService service = each.service;
          String etag = state.etag;
          calls.add(() -> ask(service, kind, etag));
        }
      }
    }
    return calls;
  }

  private void follow() {
    Map<String, ApiService> wanted = new HashMap<>();
    for (ApiService each : services.get().all()) {
      if (!each.local() && each.extension() != null) {
        wanted.put(each.name(), each);
      }
    }
    boolean fewer = followed.keySet().retainAll(wanted.keySet());
    wanted.forEach(
        (name, service) -> {
          Followed present = followed.computeIfAbsent(name, any -> new Followed(service, now()));
          if (!present.service.equals(service)) {
            change(present, service);
          }
        });
    if (fewer) {
      publish();
    }
  }

  private void change(Followed present, ApiService service) {
    boolean sameServer =
        present.service.uid().equals(service.uid())
            && Objects.equals(present.service.extension(), service.extension());
    present.service = service;
    present.states.forEach(
        (kind, state) -> {
          if (!sameServer) {
            state.etag = "";
          }
          // As upstream: what is known of v3 is kept until its time.
          if (!sameServer || kind != DocumentKind.OPENAPI_V3 || state.failures > 0) {
            state.due = now() + kind.first.toNanos();
            state.failures = 0;
            state.again = true;
          }
        });
  }

  private void ask(ApiService service, DocumentKind kind, String etag) {
    Extension extension = service.extension();
    try {
      if (extension == null || !service.available()) {
        // Upstream does not ask a server either that is known not to answer.
        failed(service, kind, "");
        return;
      }
      DocumentCall.Result result;
      try (Meter meter = meters.get()) {
        result = Meter.within(meter, () -> new DocumentCall(service, extension, etag).make(kind));
      }
      got(service, kind, result);
    } catch (CallException | RuntimeException | Error e) {
      failed(service, kind, String.valueOf(e.getMessage()));
    } finally {
      signal.raise();
    }
  }

  private synchronized void got(ApiService service, DocumentKind kind, DocumentCall.Result result) {
    State state = ended(service, kind);
    if (state == null) {
      return;
    }
    Content content = result.content();
    if (content != null) {
      if (bytes - state.content.bytes() + content.bytes() > maxBytes.getAsLong()) {
        fail(service, kind, state, "there is no room for it");
        return;
      }
      state.content = content;
      state.etag = result.etag();
    } else if (result.absent()) {
      state.content = Content.NONE;
      state.etag = "";
    }
    state.failures = 0;
    if (!state.again) {
      state.due =
          result.absent() && kind == DocumentKind.OPENAPI_V2
              ? NEVER
              : now() + DocumentKind.REFRESH.toNanos();
    }
    publish();
  }

  private synchronized void failed(ApiService service, DocumentKind kind, String why) {
    State state = ended(service, kind);
    if (state != null) {
      fail(service, kind, state, why);
    }
  }

  private void fail(ApiService service, DocumentKind kind, State state, String why) {
    if (state.failures == 0 && !why.isEmpty()) {
      LOG.log(
          Level.WARNING,
          "{0} of the APIService {1} was not got, and is asked for again: {2}",
          kind.path,
          service.name(),
          why);
    }
    if (kind != DocumentKind.OPENAPI_V3) {
      // As upstream: a version that cannot be asked for is told without its resources and paths.
      state.content = Content.NONE;
      state.etag = "";
    }
    int before = state.failures++;
    if (!state.again) {
      state.due = now() + kind.retry(before).toNanos();
    }
    publish();
  }

  /** The state of a document whose call has ended, or null if nobody wants it any more. */
  private @Nullable State ended(ApiService service, DocumentKind kind) {
    asking.merge(kind, -1, Integer::sum);
    Followed present = followed.get(service.name());
    if (present == null || !present.service.uid().equals(service.uid())) {
      return null;
    }
    State state = present.state(kind);
    state.running = false;
    state.answered = true;
    return state;
  }

  private void publish() {
    List<Followed> ordered = ordered();
    List<ExtensionVersion> told = new ArrayList<>();
    List<ExtensionSpec> specs = new ArrayList<>();
    Map<String, String> urls = new HashMap<>();
    Map<String, OpenApi.Compressed> converted = new HashMap<>();
    Map<String, ApiService> by = new HashMap<>();
    long sum = 0;
    for (Followed each : ordered) {
      sum += each.bytes();
      State discovery = each.state(DocumentKind.DISCOVERY);
      ApiService service = each.service;
      if (discovery.answered && discovery.content instanceof Content.Resources resources) {
        told.add(
            new ExtensionVersion(
                service.group(),
                service.version(),
                priority(service),
                resources.json(),
                discovery.failures == 0));
      }
      if (each.state(DocumentKind.OPENAPI_V2).content instanceof Content.Spec spec) {
        specs.add(spec.spec());
      }
      switch (each.state(DocumentKind.OPENAPI_V3).content) {
        case Content.Urls found ->
            found
                .byPath()
                .forEach(
                    (path, url) -> {
                      if (urls.putIfAbsent(path, url) == null) {
                        by.put(path, service);
                      }
                    });
        case Content.Converted(var document) -> {
          String path = "apis/" + service.group() + "/" + service.version();
          if (urls.putIfAbsent(path, OpenApi.url(path, document)) == null) {
            converted.put(path, document);
          }
        }
        default -> {}
      }
    }
    bytes = sum;
    if (!told.equals(versions)) {
      versions = List.copyOf(told);
    }
    OpenApi.Extensions before = openApi;
    openApi =
        new OpenApi.Extensions(
            urls.equals(before.urls()) ? before.urls() : Map.copyOf(urls),
            Map.copyOf(converted),
            specs.equals(before.specs()) ? before.specs() : List.copyOf(specs));
    servers = Map.copyOf(by);
  }

  /** As upstream merges them: by the priority of the group, then by the name. */
  private List<Followed> ordered() {
    Map<String, Integer> groups = new HashMap<>();
    followed
        .values()
        .forEach(
            each -> groups.merge(each.service.group(), each.service.groupPriority(), Math::max));
    List<Followed> ordered = new ArrayList<>(followed.values());
    ordered.sort(
        Comparator.comparingInt((Followed each) -> -groups.getOrDefault(each.service.group(), 0))
            .thenComparing(each -> each.service.name()));
    return ordered;
  }

  /** Stops. What is being asked for is left to end by itself. */
  @Override
  public void close() throws InterruptedException {
    closed = true;
    signal.raise();
    Thread running = thread;
    if (running != null) {
      running.join(CLOSING);
    }
  }
}
