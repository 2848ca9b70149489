package dev.rheo.server.storage;

import dev.rheo.store.RevisionStore;
import dev.rheo.store.TranslatedStore;
import dev.rheo.store.UnreadableValueException;

/** A store whose values have the forms of kube-apiserver, seen through {@link StoredForms}. */
public final class SharedStore extends TranslatedStore {
  private final StoredForms forms;

  /**
   * @param store closed with this one
   */
  public SharedStore(RevisionStore store, StoredForms forms) {
    super(store);
    this.forms = forms;
  }

  @Override
  protected Plain read(String key, byte[] stored) throws UnreadableValueException {
    try {
      return new Plain(forms.read(key, stored), false);
    } catch (RuntimeException e) {
      throw new UnreadableValueException(key, "it is damaged: " + e.getMessage(), e);
    }
  }

  @Override
  protected byte[] written(String key, byte[] value) {
    return forms.write(key, value);
  }
}
