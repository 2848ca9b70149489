package dev.rheo.server.resource;

import org.jspecify.annotations.Nullable;

/** The discovery documents. */
public final class Discovery {
  public Discovery(ResourceRegistry registry) {}

  /** {@code /api} as {@code APIGroupDiscoveryList} of {@code apidiscovery.k8s.io/v2}. */
  public Document aggregatedCore() {
    throw new UnsupportedOperationException();
  }

  /** {@code /apis} as {@code APIGroupDiscoveryList} of {@code apidiscovery.k8s.io/v2}. */
  public Document aggregatedGroups() {
    throw new UnsupportedOperationException();
  }

  /**
   * {@code /api} as {@code APIVersions}.
   *
   * @param serverAddress {@code host:port} at which clients may reach the server
   */
  public byte[] versions(String serverAddress) {
    throw new UnsupportedOperationException();
  }

  /** {@code /apis} as {@code APIGroupList}. */
  public byte[] groups() {
    throw new UnsupportedOperationException();
  }

  /** {@code /apis/{group}} as {@code APIGroup}, or null. */
  public byte @Nullable [] group(String group) {
    throw new UnsupportedOperationException();
  }

  /**
   * {@code /api/v1} or {@code /apis/{group}/{version}} as {@code APIResourceList}, or null.
   *
   * @param group empty for the core group
   */
  public byte @Nullable [] resources(String group, String version) {
    throw new UnsupportedOperationException();
  }

  /** {@code /version}. */
  public byte[] version() {
    throw new UnsupportedOperationException();
  }
}
