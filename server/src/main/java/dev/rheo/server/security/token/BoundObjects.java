package dev.rheo.server.security.token;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The objects that tokens depend on: a token is valid as long as they exist. Thread-safe. */
public interface BoundObjects {

  /** The resources of these objects, all of the core group. */
  enum Kind {
    SERVICE_ACCOUNT("serviceaccounts", true),
    SECRET("secrets", true),
    POD("pods", true),
    NODE("nodes", false);

    private final String plural;
    private final boolean namespaced;

    Kind(String plural, boolean namespaced) {
      this.plural = plural;
      this.namespaced = namespaced;
    }

    public String plural() {
      return plural;
    }

    public boolean isNamespaced() {
      return namespaced;
    }
  }

  /**
   * An object.
   *
   * @param namespace empty for a node
   */
  record Key(Kind kind, String namespace, String name) {}

  /**
   * A version of an object.
   *
   * @param deleting when its deletion began or is due, or null
   */
  record Seen(long revision, String uid, @Nullable Instant deleting) {}

  /**
   * The revision of an object as the watch cache has it, without waiting for anything; 0 if there
   * is no such object, negative if that is not known.
   */
  long revision(Key key);

  /**
   * Reads an object, from the store if the watch cache does not have it with this uid. May wait for
   * the disk.
   *
   * @return null if there is no such object
   */
  @Nullable Seen read(Key key, String uid);
}
