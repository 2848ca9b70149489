package dev.rheo.bench;

import java.util.List;

/** An informer that is measured. Its client is made when it is, the informer when it is started. */
interface Subject {

  /** Makes the informer with these handlers and starts it. */
  void start(List<Tally> handlers) throws Exception;

  /** Whether the informer says that its store is complete. */
  boolean synced();

  /** How many objects the store has. */
  int size();

  /** The subject of a name. */
  static Subject of(String name, String server, String kind) {
    return switch (name) {
      case "rheo-fabric8" -> new Fabric8(server, kind, false, true);
      case "rheo-bytes" -> new RheoOnJdk(server, kind, false);
      case "rheo-compressed" -> new RheoOnJdk(server, kind, true);
      case "fabric8" -> new Fabric8(server, kind, false, false);
      case "fabric8-watchlist" -> new Fabric8(server, kind, true, false);
      case "client-java" -> new ClientJava(server, kind);
      default -> throw new IllegalArgumentException("no such subject: " + name);
    };
  }
}
