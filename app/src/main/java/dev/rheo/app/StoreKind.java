package dev.rheo.app;

/** The engine that stores the objects. */
public enum StoreKind {
  /** On disk in the data directory; an acknowledged write survives a crash and loss of power. */
  ROCKSDB("rocksdb"),
  /** In memory; gone when the server ends. */
  MEMORY("memory"),
  /** In an etcd cluster, which any number of servers share. */
  ETCD("etcd");

  private final String label;

  StoreKind(String label) {
    this.label = label;
  }

  /** The value on the command line. */
  @Override
  public String toString() {
    return label;
  }
}
