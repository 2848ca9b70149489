package dev.rheo.server.verb.read;

import dev.rheo.resource.type.ResourceType;

/**
 * What a watch was asked for, checked and resolved.
 *
 * @param bookmarks whether the client allowed bookmarks
 * @param markInitialEnd whether the bookmark after the initial events is asked for
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
