package dev.rheo.app;

import dev.rheo.server.storage.StoredForms;
import dev.rheo.store.StoreException;
import dev.rheo.store.StoreSnapshot;
import org.jspecify.annotations.Nullable;

/** A snapshot of a store that kube-apiserver shares, with values as the embedded store has them. */
final class CanonicalSnapshot implements StoreSnapshot {
  private final StoreSnapshot snapshot;
  private final StoredForms forms;

  CanonicalSnapshot(StoreSnapshot snapshot, StoredForms forms) {
    this.snapshot = snapshot;
    this.forms = forms;
  }

  @Override
  public Header header() {
    return snapshot.header();
  }

  @Override
  public @Nullable Item next() throws StoreException {
    Item item = snapshot.next();
    if (!(item instanceof Entry entry)) {
      return item;
    }
    byte[] value;
    try {
      value = forms.read(entry.key(), entry.value());
    } catch (RuntimeException e) {
      throw new StoreException(
          "the value of %s cannot be read: %s".formatted(entry.key(), e.getMessage()), e);
    }
    return new Entry(entry.key(), value, entry.createRevision(), entry.modRevision(), entry.sub());
  }

  @Override
  public void close() {
    snapshot.close();
  }
}
