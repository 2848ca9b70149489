package dev.rheo.server.verb.write;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.json.ObjectDecoder;

/**
 * One stored version of an object.
 *
 * @param form canonical JSON with an empty resourceVersion
 * @param revision the revision that wrote it
 * @param stale whether an update without a change must write it again; known of versions from the
 *     store only
 */
record Version(byte[] form, long revision, boolean stale) {

  /** Decodes a new tree on each call. */
  ObjectNode tree() {
    return ObjectDecoder.decode(form, ObjectDecoder.MAX_DEPTH).tree();
  }
}
