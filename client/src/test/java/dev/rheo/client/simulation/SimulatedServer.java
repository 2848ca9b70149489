package dev.rheo.client.simulation;

import dev.rheo.client.reflector.Have;
import dev.rheo.client.reflector.InitialEvents;
import dev.rheo.client.transport.Answer;
import dev.rheo.client.transport.Transport;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/**
 * A model of an API server and its replicas: it keeps all its states, serves lists and watches from
 * any of them that a request allows, and fails in all ways. Everything happens on the caller's
 * thread: when the client reads and there is nothing to read, the world goes on by a step.
 */
final class SimulatedServer implements Transport {
  /** How it treats watch lists. */
  enum Kind {
    /** As Kubernetes from 1.34 on. */
    WATCH_LIST,
    /** As Rheo: it can send the difference. */
    DIFFERENCE,
    /** As 1.27 to 1.31: it refuses them. */
    REFUSES,
    /** As servers before 1.27, and some proxies: a watch without an end bookmark. */
    IGNORES
  }

  record Stored(String key, long revision, String json) {}

  private record Event(String type, Stored object) {}

  private final Random random;
  private final SimulatedTime time;
  private final Kind kind;
  private final Runnable onStep;
  private final Runnable onQuiet;
  private final TreeMap<Long, Map<String, Stored>> states = new TreeMap<>();
  private final List<Event> events = new ArrayList<>();
  private final int keys;
  private long revision = 10;
  private long compacted;
  private int history;
  private int steps;

  /** After a restore the versions that clients have mean nothing, until they have listed anew. */
  private boolean forgetWatchers;

  /** While it storms, there are writes and faults. */
  boolean storm = true;

  int restores;
  int differences;
  int endBookmarks;

  /** How many answers the client can take for a complete one. */
  int complete;

  SimulatedServer(Random random, SimulatedTime time, Kind kind, Runnable onStep, Runnable onQuiet) {
    this.random = random;
    this.time = time;
    this.kind = kind;
    this.onStep = onStep;
    this.onQuiet = onQuiet;
    this.keys = 1 + random.nextInt(12);
    states.put(revision, new TreeMap<>());
    for (int i = random.nextInt(10); i > 0; i--) {
      write();
    }
  }

  Map<String, Stored> state() {
    return states.get(revision);
  }

  @Override
  public String server() {
    return "simulated";
  }

  // --- The world goes on.

  /** One step of the world. */
  private void step() {
    if (++steps > 40_000) {
      throw new AssertionError("the client does not come to rest");
    }
    onStep.run();
    if (storm && steps > 300) {
      storm = false;
    }
    if (!storm) {
      time.advance(Duration.ofSeconds(1));
      return;
    }
    switch (random.nextInt(8)) {
      case 0 -> time.advance(Duration.ofMillis(random.nextInt(20_000)));
      case 1 -> {
        if (random.nextInt(3) == 0) {
          compacted = Math.max(compacted, revision - random.nextInt(6));
          states.headMap(compacted).clear();
        }
      }
      case 2 -> {
        if (random.nextInt(30) == 0) {
          restore();
        }
      }
      default -> write();
    }
  }

  private void write() {
    String key = "n" + random.nextInt(2) + "/o" + random.nextInt(keys);
    Map<String, Stored> next = new TreeMap<>(state());
    Stored before = next.get(key);
    revision++;
    if (before != null && random.nextInt(3) == 0) {
      next.remove(key);
      events.add(new Event("DELETED", object(key, revision)));
    } else {
      Stored after = object(key, revision);
      next.put(key, after);
      events.add(new Event(before == null ? "ADDED" : "MODIFIED", after));
    }
    if (kind == Kind.DIFFERENCE && random.nextInt(5) == 0) {
      // One write of Rheo can change two objects.
      String other = "n" + random.nextInt(2) + "/o" + random.nextInt(keys);
      if (!other.equals(key) && next.containsKey(other)) {
        next.put(other, object(other, revision));
        events.add(new Event("MODIFIED", next.get(other)));
      }
    }
    states.put(revision, next);
  }

  /**
   * The server goes back to an older state, as after a restore from a backup, and writes other
   * things from there on.
   */
  private void restore() {
    Map.Entry<Long, Map<String, Stored>> old =
        states.floorEntry(Math.max(states.firstKey(), revision - random.nextInt(8)));
    history++;
    restores++;
    revision = old.getKey();
    states.tailMap(revision, false).clear();
    events.removeIf(event -> event.object.revision > revision);
    forgetWatchers = true;
  }

  private Stored object(String key, long at) {
    String[] name = key.split("/");
    String json =
        "{\"kind\":\"Thing\",\"metadata\":{\"name\":\"%s\",\"namespace\":\"%s\",\"resourceVersion\":\"%d\",\"uid\":\"%d-%d\"}}"
            .formatted(name[1], name[0], at, history, random.nextInt(1_000_000));
    return new Stored(key, at, json);
  }

  // --- Requests.

  @Override
  public Answer get(String target, Map<String, String> headers) throws IOException {
    step();
    Map<String, String> query = query(target);
    if (storm && random.nextInt(12) == 0) {
      return fault();
    }
    String asked = query.getOrDefault("resourceVersion", "");
    long version = asked.isEmpty() ? 0 : Long.parseLong(asked);
    boolean watch = query.containsKey("watch");
    boolean watchList = query.containsKey("sendInitialEvents");
    if (watchList && kind == Kind.REFUSES) {
      return status(422, "Invalid", "sendInitialEvents is forbidden", "");
    }
    if (watch && (!watchList || kind == Kind.IGNORES)) {
      return watch(asked, version);
    }
    if (version > revision) {
      return tooLarge();
    }
    long at = asked.isEmpty() ? revision : stateNotOlderThan(version);
    return watchList ? watchList(at, headers.getOrDefault(Have.HEADER, "")) : list(at, query);
  }

  private Answer watch(String asked, long version) {
    boolean anyState = asked.isEmpty() || version == 0;
    if (forgetWatchers && !anyState) {
      return random.nextBoolean() ? status(410, "Expired", "too old", "") : errorEvent();
    }
    if (version > revision) {
      return tooLarge();
    }
    if (!anyState && version < compacted) {
      return random.nextBoolean() ? status(410, "Expired", "too old", "") : errorEvent();
    }
    Body body = new Body(anyState ? revision : version);
    if (anyState) {
      states.get(revision).values().forEach(o -> body.add("ADDED", o.json));
    }
    // A watch that the client takes for a watch list is never at rest for it.
    body.live = !anyState;
    return answer(200, body, Map.of());
  }

  private Answer watchList(long at, String header) {
    forgetWatchers = false;
    Body body = new Body(at);
    Map<String, String> headers = new HashMap<>();
    Map<String, Stored> state = states.get(at);
    Map<String, String> have = pairs(header);
    boolean difference = false;
    if (kind == Kind.DIFFERENCE) {
      long base = Long.parseLong(have.getOrDefault("revision", "0"));
      String until = have.getOrDefault("until", "");
      long newer = until.isEmpty() ? 0 : Long.parseLong(until.substring(until.indexOf('@') + 1));
      String key =
          until.isEmpty()
              ? ""
              : URLDecoder.decode(until.substring(0, until.indexOf('@')), StandardCharsets.UTF_8);
      difference = ("h" + history).equals(have.get("history")) && base <= at && newer <= at;
      List<String> unchanged = new ArrayList<>();
      for (Stored object : state.values()) {
        long known = object.key.compareTo(key) <= 0 ? Math.max(newer, base) : base;
        if (difference && object.revision <= known) {
          unchanged.add(object.key.replace("/", "%2F"));
          if (unchanged.size() == 3) {
            tellUnchanged(body, unchanged);
          }
        } else {
          body.add("ADDED", object.json);
        }
      }
      tellUnchanged(body, unchanged);
      headers.put(
          InitialEvents.HEADER,
          "history=h" + history + "; revision=" + at + (difference ? "; difference=true" : ""));
    } else {
      state.values().forEach(o -> body.add("ADDED", o.json));
    }
    differences += difference ? 1 : 0;
    if (storm && random.nextInt(4) == 0) {
      // KEP-3157 allows live events before the end bookmark, and other bookmarks.
      body.add("BOOKMARK", bookmark(at, ""));
      body.liveEvents();
    }
    body.endOfInitial = true;
    return answer(200, body, headers);
  }

  private static void tellUnchanged(Body body, List<String> keys) {
    if (!keys.isEmpty()) {
      body.add(
          "BOOKMARK", bookmark(0, "\"rheo.dev/unchanged\":\"" + String.join(" ", keys) + "\""));
      keys.clear();
    }
  }

  private Answer list(long stateAt, Map<String, String> query) {
    long at = stateAt;
    String from = "";
    if (query.containsKey("continue")) {
      String[] token = query.get("continue").split(":", 3);
      at = Long.parseLong(token[1]);
      from = token[2];
      if (!states.containsKey(at) || Integer.parseInt(token[0]) != history) {
        return status(410, "Expired", "the continue token is too old", "");
      }
    }
    int limit = Integer.parseInt(query.getOrDefault("limit", "0"));
    StringBuilder items = new StringBuilder();
    String last = "";
    boolean more = false;
    int count = 0;
    for (Stored object : states.get(at).values()) {
      if (object.key.compareTo(from) <= 0) {
        continue;
      }
      if (limit > 0 && count == limit) {
        more = true;
        break;
      }
      items.append(count++ == 0 ? "" : ",").append(object.json);
      last = object.key;
    }
    String metadata =
        "\"metadata\":{\"resourceVersion\":\"%d\"%s}"
            .formatted(at, more ? ",\"continue\":\"" + history + ":" + at + ":" + last + "\"" : "");
    complete += more ? 0 : 1;
    forgetWatchers &= more;
    Body body = new Body(at);
    body.raw("{" + metadata + ",\"items\":[" + items + "]}");
    body.ends = true;
    return answer(200, body, Map.of());
  }

  private long stateNotOlderThan(long version) {
    List<Long> possible = new ArrayList<>(states.tailMap(Math.max(version, compacted)).keySet());
    return possible.isEmpty() ? revision : possible.get(random.nextInt(possible.size()));
  }

  // --- Faults.

  private Answer fault() throws IOException {
    return switch (random.nextInt(7)) {
      case 0 -> throw new ConnectException("refused");
      case 1 -> throw new IOException("reset");
      case 2 -> status(429, "TooManyRequests", "later", "\"retryAfterSeconds\":1");
      case 3 -> status(500, "InternalError", "failed", "");
      case 4 -> status(503, "", "<html>", "");
      case 5 -> errorEvent();
      default -> {
        Body body = new Body(revision);
        body.raw("<html>a proxy's page</html>");
        body.ends = true;
        yield answer(200, body, Map.of());
      }
    };
  }

  private static Answer tooLarge() {
    return status(
        504,
        "Timeout",
        "Too large resource version",
        "\"causes\":[{\"reason\":\"ResourceVersionTooLarge\"}],\"retryAfterSeconds\":1");
  }

  private Answer errorEvent() {
    Body body = new Body(revision);
    body.add("ERROR", statusJson(410, "Expired", "too old", ""));
    body.ends = true;
    return answer(200, body, Map.of());
  }

  private static Answer status(int code, String reason, String message, String details) {
    byte[] json = statusJson(code, reason, message, details).getBytes(StandardCharsets.UTF_8);
    return answer(code, new ByteArrayInputStream(json), Map.of());
  }

  private static String statusJson(int code, String reason, String message, String details) {
    return "{\"kind\":\"Status\",\"code\":%d,\"reason\":\"%s\",\"message\":\"%s\",\"details\":{%s}}"
        .formatted(code, reason, message, details);
  }

  private static String bookmark(long version, String annotations) {
    return "{\"kind\":\"Thing\",\"metadata\":{\"resourceVersion\":\"%s\",\"annotations\":{%s}}}"
        .formatted(version == 0 ? "" : version, annotations);
  }

  // --- Answers.

  private static Answer answer(int status, InputStream body, Map<String, String> headers) {
    return new Answer() {
      @Override
      public int status() {
        return status;
      }

      @Override
      public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name));
      }

      @Override
      public InputStream body() {
        return body;
      }

      @Override
      public void close() {
        if (body instanceof Body open) {
          open.closed = true;
        }
      }
    };
  }

  /** A body that is made while it is read, and that may break at any byte. */
  private final class Body extends InputStream {
    private final Deque<byte[]> pieces = new ArrayDeque<>();
    private final int born = history;
    private long sent;
    private int at;
    boolean endOfInitial;
    boolean live;
    boolean ends;
    boolean closed;

    Body(long sent) {
      this.sent = sent;
    }

    void raw(String text) {
      pieces.add(text.getBytes(StandardCharsets.UTF_8));
    }

    void add(String type, String json) {
      raw("{\"type\":\"" + type + "\",\"object\":" + json + "}\n");
    }

    void liveEvents() {
      long reached = sent;
      for (Event event : List.copyOf(events)) {
        if (event.object.revision > sent) {
          add(event.type, event.object.json);
          reached = event.object.revision;
        }
      }
      sent = reached;
    }

    @Override
    public int read() {
      throw new UnsupportedOperationException("the client reads in pieces");
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      while (true) {
        if (closed) {
          throw new IOException("closed");
        }
        if (born != history) {
          throw new IOException("the server was restored");
        }
        if (storm && random.nextInt(25) == 0) {
          if (random.nextInt(3) == 0) {
            pieces.clear();
            ends = true;
            return -1;
          }
          throw new IOException("cut");
        }
        byte[] piece = pieces.peek();
        if (piece != null) {
          int count = Math.min(Math.min(1 + random.nextInt(120), length), piece.length - at);
          System.arraycopy(piece, at, into, offset, count);
          at += count;
          if (at == piece.length) {
            pieces.remove();
            at = 0;
          }
          return count;
        }
        if (ends) {
          return -1;
        }
        more();
      }
    }

    private void more() throws IOException {
      if (endOfInitial) {
        endOfInitial = false;
        live = true;
        endBookmarks++;
        complete++;
        add("BOOKMARK", bookmark(sent, "\"k8s.io/initial-events-end\":\"true\""));
        return;
      }
      if (sent < compacted) {
        add("ERROR", statusJson(410, "Expired", "too old", ""));
        ends = true;
        return;
      }
      int before = pieces.size();
      liveEvents();
      if (pieces.size() > before) {
        return;
      }
      if (!storm && live) {
        onQuiet.run();
      }
      step();
      if (storm && live && random.nextInt(20) == 0) {
        add("BOOKMARK", bookmark(sent, ""));
      }
    }
  }

  private static Map<String, String> query(String target) {
    Map<String, String> query = new HashMap<>();
    for (String pair : target.substring(target.indexOf('?') + 1).split("&")) {
      String[] parts = pair.split("=", 2);
      query.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
    }
    return query;
  }

  private static Map<String, String> pairs(String header) {
    Map<String, String> pairs = new HashMap<>();
    for (String part : header.split(";")) {
      String[] parts = part.strip().split("=", 2);
      if (parts.length == 2) {
        pairs.put(parts[0], parts[1]);
      }
    }
    return pairs;
  }
}
