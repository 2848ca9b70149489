package dev.rheo.app;

import dev.rheo.edge.Handler;
import dev.rheo.store.MemoryRevisionStore;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What a program that runs a server inside itself, such as a test, wants of it beyond its
 * configuration.
 *
 * @param store has the objects, instead of a store of the server's own. It stays open when the
 *     server ends, so that another server can go on with it. Only for {@link StoreKind#MEMORY}
 * @param requests wraps the handler of all requests; called once, before the server listens
 * @param eventLoops threads that send and receive; at least 1
 * @param ownsProcess whether the server may have the garbage of the whole process collected
 */
public record Embedding(
    @Nullable MemoryRevisionStore store,
    UnaryOperator<Handler> requests,
    int eventLoops,
    boolean ownsProcess) {

  public Embedding {
    if (eventLoops < 1) {
      throw new IllegalArgumentException("a server needs an event loop, not " + eventLoops);
    }
  }

  /** A server that has its process to itself. */
  static Embedding none() {
    return new Embedding(
        null, UnaryOperator.identity(), Runtime.getRuntime().availableProcessors(), true);
  }
}
