package dev.rheo.junit.fault;

import dev.rheo.edge.Body;
import dev.rheo.edge.BytesBody;
import dev.rheo.edge.HttpResponse;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** Breaks the connection of a watch if the same client has the same watch open already. */
final class Duplicates implements Effect {
  private final LiveWatches live;

  Duplicates(LiveWatches live) {
    this.live = live;
  }

  @Override
  public @Nullable HttpResponse instead(Met met) {
    if (!live.hasSame(met.request())) {
      return null;
    }
    met.happened();
    return HttpResponse.streaming(200, "application/json", new Broken());
  }

  /** Breaks at once. */
  private static final class Broken extends WrappedBody {
    Broken() {
      super(new BytesBody(new byte[0]));
    }

    @Override
    public State draw(ByteBuf out) {
      return Body.State.ABORT;
    }
  }
}
