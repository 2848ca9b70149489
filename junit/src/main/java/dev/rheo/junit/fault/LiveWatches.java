package dev.rheo.junit.fault;

import dev.rheo.edge.Body;
import dev.rheo.edge.HttpResponse;
import io.netty.buffer.ByteBuf;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/** The watches that are open. Thread-safe. */
final class LiveWatches {
  private final Set<LiveBody> open = ConcurrentHashMap.newKeySet();

  /** Keeps account of a watch until its body is closed. */
  HttpResponse keep(ApiRequest request, HttpResponse response) {
    if (response.body() == null || response.status() != 200) {
      return response;
    }
    LiveBody body = new LiveBody(response.source(), request);
    open.add(body);
    return response.withBody(body);
  }

  /** Whether the same client watches the same already. */
  boolean hasSame(ApiRequest request) {
    return open.stream().anyMatch(body -> !body.cut && isSame(body.request, request));
  }

  private static boolean isSame(ApiRequest a, ApiRequest b) {
    return a.path().equals(b.path())
        && isEqual(a.parameter("labelSelector"), b.parameter("labelSelector"))
        && isEqual(a.parameter("fieldSelector"), b.parameter("fieldSelector"))
        && isEqual(a.header("User-Agent"), b.header("User-Agent"));
  }

  private static boolean isEqual(
      @org.jspecify.annotations.Nullable String a, @org.jspecify.annotations.Nullable String b) {
    return Objects.requireNonNullElse(a, "").equals(Objects.requireNonNullElse(b, ""));
  }

  /** Breaks the connections of watches. Returns of how many. */
  int cut(Predicate<ApiRequest> which) {
    int cut = 0;
    for (LiveBody body : open) {
      if (which.test(body.request)) {
        body.cut = true;
        body.wake();
        cut++;
      }
    }
    return cut;
  }

  int count(Predicate<ApiRequest> which) {
    return (int) open.stream().filter(body -> which.test(body.request)).count();
  }

  private final class LiveBody extends WrappedBody {
    private final ApiRequest request;
    private final Grace grace = new Grace();
    private volatile boolean cut;

    LiveBody(Body body, ApiRequest request) {
      super(body);
      this.request = request;
    }

    @Override
    public State draw(ByteBuf out) {
      if (!cut) {
        return super.draw(out);
      }
      return grace.isOver(this::wake) ? State.ABORT : State.WAIT;
    }

    @Override
    public void close() {
      open.remove(this);
      super.close();
    }
  }
}
