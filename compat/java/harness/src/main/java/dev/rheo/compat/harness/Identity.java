package dev.rheo.compat.harness;

import java.util.Objects;

/** Which version of which object. */
public record Identity(String namespace, String name, String uid, String resourceVersion) {
  public Identity {
    Objects.requireNonNull(namespace);
    Objects.requireNonNull(name);
    Objects.requireNonNull(uid);
    Objects.requireNonNull(resourceVersion);
  }

  public String key() {
    return namespace + "/" + name;
  }

  /** What two holders of the same object version agree on. */
  public String state() {
    return uid + "/" + resourceVersion;
  }

  long version() {
    return Long.parseLong(resourceVersion);
  }
}
