package dev.rheo.server.verb.read;

import dev.rheo.resource.type.ResourceType;

/**
 * The options of a watch, checked and resolved.
 *
 * @param bookmarks whether the client allowed bookmarks
 * @param markInitialEnd whether the client asked for the bookmark after the initial events
 */
record WatchSpec(
    ResourceType type,
    Selection selection,
    boolean bookmarks,
    boolean markInitialEnd,
    WatchMetrics metrics) {

  String resource() {
    return type.groupResource().toString();
  }
}
