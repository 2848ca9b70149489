package dev.rheo.server.verb.read;

import dev.rheo.server.resource.ResourceType;
import java.nio.charset.StandardCharsets;

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

  /** A bookmark: an empty object of the watched kind with the revision, annotated if the initial events end with it. */
  byte[] bookmark(long revision, boolean initialEnd) {
    String annotation =
        initialEnd ? ",\"annotations\":{\"k8s.io/initial-events-end\":\"true\"}" : "";
    return "{\"type\":\"BOOKMARK\",\"object\":{\"kind\":\"%s\",\"apiVersion\":\"%s\",\"metadata\":{\"resourceVersion\":\"%d\"%s}}}\n"
        .formatted(type.kind(), type.apiVersion(), revision, annotation)
        .getBytes(StandardCharsets.UTF_8);
  }
}
