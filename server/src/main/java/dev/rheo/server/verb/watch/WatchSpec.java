package dev.rheo.server.verb.watch;

import dev.rheo.resource.type.ResourceType;
import dev.rheo.server.verb.item.Selection;
import java.util.function.BooleanSupplier;

/**
 * The options of a watch, checked and resolved.
 *
 * @param bookmarks whether the client allowed bookmarks
 * @param markInitialEnd whether the client asked for the bookmark after the initial events
 * @param replaced whether the objects are served by another type meanwhile, to be asked when this
 *     one can no longer show them
 * @param unreadable whether an object of the resource cannot be read, so that the watch must end
 */
public record WatchSpec(
    ResourceType type,
    Selection selection,
    boolean bookmarks,
    boolean markInitialEnd,
    BooleanSupplier replaced,
    BooleanSupplier unreadable,
    WatchMetrics metrics) {

  public String resource() {
    return type.groupResource().toString();
  }
}
