package dev.rheo.server.verb.read;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.json.Canonicalizer;
import dev.rheo.server.resource.ResourceType;

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

  /**
   * A bookmark: an empty object of the watched kind with the revision, annotated if the initial
   * events end with it.
   */
  byte[] bookmark(long revision, boolean initialEnd) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    object.put("kind", type.kind()).put("apiVersion", type.apiVersion());
    ObjectNode metadata = object.putObject("metadata");
    metadata.put("resourceVersion", Long.toString(revision));
    if (initialEnd) {
      metadata.putObject("annotations").put("k8s.io/initial-events-end", "true");
    }
    return WatchBody.event("BOOKMARK", Canonicalizer.encodeAnswer(object, type.objectType()));
  }
}
