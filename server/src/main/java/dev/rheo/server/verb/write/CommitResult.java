package dev.rheo.server.verb.write;

/**
 * The result of a write.
 *
 * @param form canonical JSON of the object, with an empty resourceVersion
 * @param revision the revision that the answer carries; 0 for a new object that was not stored (dry
 *     run), and for one that another write removed
 */
record CommitResult(byte[] form, long revision, How how) {
  enum How {
    CREATED,
    UPDATED,
    UNCHANGED,
    REMOVED
  }
}
