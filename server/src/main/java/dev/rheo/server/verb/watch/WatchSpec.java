package dev.rheo.server.verb.watch;

import dev.rheo.resource.type.ResourceType;
import dev.rheo.server.verb.item.Selection;

/**
 * The options of a watch, checked and resolved.
 *
 * @param bookmarks whether the client allowed bookmarks
 * @param markInitialEnd whether the client asked for the bookmark after the initial events
 */
public record WatchSpec(
    ResourceType type,
    Selection selection,
    boolean bookmarks,
    boolean markInitialEnd,
    WatchMetrics metrics) {

  public String resource() {
    return type.groupResource().toString();
  }
}
