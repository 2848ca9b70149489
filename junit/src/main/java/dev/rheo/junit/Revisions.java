package dev.rheo.junit;

import dev.rheo.store.RevisionConflictException;
import dev.rheo.store.RevisionStore;
import dev.rheo.store.RevisionStore.Op;
import dev.rheo.store.StoreException;
import java.util.List;

/** Advances the revision of a store without a change to any object. */
final class Revisions {
  /** In no resource's range. */
  private static final String KEY = "/rheo-junit/revision";

  private Revisions() {}

  /** Returns the new revision. */
  static long advance(RevisionStore store) throws StoreException {
    try {
      long before = store.commit(List.of(new Op.Put(KEY, new byte[0], Op.ANY)));
      return Math.max(before, store.commit(List.of(new Op.Delete(KEY, Op.ANY))));
    } catch (RevisionConflictException e) {
      throw new IllegalStateException(e);
    }
  }
}
