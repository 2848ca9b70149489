package dev.rheo.storm.run;

import dev.rheo.storm.result.Mode;
import dev.rheo.storm.result.StormSettings.Accept;
import dev.rheo.storm.verify.Ledger;
import java.time.Duration;

/**
 * What all readers of a run do.
 *
 * @param mode list or watch list
 * @param accept format to ask for
 * @param ledger what was written
 * @param namespace where
 * @param floor revision that what they get must have reached
 * @param rate bytes per second that each takes, or 0 for as many as come
 * @param follow whether they go on watching once they have synced
 * @param serverTimeout for how long the server is asked to keep watches open
 */
public record ReadPlan(
    Mode mode,
    Accept accept,
    Ledger ledger,
    String namespace,
    long floor,
    long rate,
    boolean follow,
    Duration serverTimeout) {

  private static final String PROTOBUF = "application/vnd.kubernetes.protobuf";

  String collection() {
    return "/api/v1/namespaces/" + namespace + "/" + ledger.set().resource();
  }

  /**
   * A list as client-go's reflector asks for it once it knows a revision: from the server's cache,
   * but not older than that.
   */
  String listPath() {
    return collection() + "?resourceVersion=" + floor + "&resourceVersionMatch=NotOlderThan";
  }

  /** A watch list as client-go's reflector asks for it at its start. */
  String watchListPath() {
    return collection()
        + "?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan"
        + "&allowWatchBookmarks=true&timeoutSeconds="
        + serverTimeout.toSeconds();
  }

  String watchPath(long revision) {
    return collection()
        + "?watch=true&allowWatchBookmarks=true&resourceVersion="
        + revision
        + "&timeoutSeconds="
        + serverTimeout.toSeconds();
  }

  /** The media type that is asked for. */
  public String acceptHeader(Mode of) {
    return switch (accept) {
      case JSON -> "application/json";
      case PROTOBUF -> of == Mode.WATCHLIST ? PROTOBUF + ";stream=watch" : PROTOBUF;
    };
  }
}
