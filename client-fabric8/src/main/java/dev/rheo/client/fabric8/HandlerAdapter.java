package dev.rheo.client.fabric8;

import dev.rheo.client.EventHandler;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells one of fabric8's handlers. What belongs to the initial state that the user gave is not told
 * as new, as in fabric8's informers.
 */
final class HandlerAdapter<T extends HasMetadata> implements EventHandler<T> {

  /** Whether the handlers of this fabric8 are told of lists; those of 7.6 are not. */
  private static final boolean TELLS_LISTS = tellsLists();

  private final ResourceEventHandler<? super T> handler;
  private final Predicate<T> given;
  private final Supplier<@Nullable String> version;

  /**
   * @param given whether an object is one that the user gave as initial state
   * @param version the version up to which the store has all changes; null if there is none
   */
  HandlerAdapter(
      ResourceEventHandler<? super T> handler,
      Predicate<T> given,
      Supplier<@Nullable String> version) {
    this.handler = handler;
    this.given = given;
    this.version = version;
  }

  @Override
  public void onAdd(T object, boolean initial) {
    if (!given.test(object)) {
      handler.onAdd(object);
    }
  }

  @Override
  public void onUpdate(T before, T object) {
    if (given.test(before)
        && Objects.equals(
            before.getMetadata().getResourceVersion(), object.getMetadata().getResourceVersion())) {
      return;
    }
    handler.onUpdate(before, object);
  }

  @Override
  public void onDelete(T object, boolean lastKnown) {
    handler.onDelete(object, lastKnown);
  }

  @Override
  public void onListing() {
    if (TELLS_LISTS) {
      handler.onBeforeList(version.get());
    }
  }

  @Override
  @SuppressWarnings("deprecation") // The handlers of fabric8 7.6 know no other.
  public void onListed(String resourceVersion, boolean empty) {
    if (TELLS_LISTS) {
      handler.onList(resourceVersion, empty);
    } else if (empty) {
      handler.onNothing();
    }
  }

  private static boolean tellsLists() {
    try {
      ResourceEventHandler.class.getMethod("onBeforeList", String.class);
      return true;
    } catch (NoSuchMethodException e) {
      return false;
    }
  }
}
