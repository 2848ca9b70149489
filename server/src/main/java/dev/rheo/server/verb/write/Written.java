package dev.rheo.server.verb.write;

/**
 * What became of a write.
 *
 * @param form the object, canonical, with an empty resourceVersion
 * @param revision which the answer carries; 0 for a new object that was not stored (dry run)
 */
record Written(byte[] form, long revision, How how) {
  enum How {
    CREATED,
    UPDATED,
    UNCHANGED,
    REMOVED
  }
}
