package dev.rheo.server.verb.write;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.json.ObjectDecoder;

/**
 * One version of an object as it is stored.
 *
 * @param form canonical, with an empty resourceVersion
 * @param revision that wrote it
 */
record Version(byte[] form, long revision) {

  /** A tree of its own for each call. */
  ObjectNode tree() {
    return ObjectDecoder.decode(form, ObjectDecoder.MAX_DEPTH).tree();
  }
}
