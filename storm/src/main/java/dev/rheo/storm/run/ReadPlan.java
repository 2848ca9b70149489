package dev.rheo.storm.run;

import dev.rheo.storm.result.Mode;
import dev.rheo.storm.result.StormSettings.Accept;
import dev.rheo.storm.verify.Ledger;
import java.time.Duration;

/**
 * The plan of all readers of a run.
 *
 * @param mode list or watch list
 * @param accept format to request
 * @param ledger what was written
 * @param namespace namespace to read
 * @param floor lowest acceptable revision
 * @param rate bytes per second that each reader takes, or 0 for no limit
 * @param follow whether readers keep watching after they have synced
 * @param serverTimeout {@code timeoutSeconds} of watches
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
   * Returns the path of a list from the server's watch cache that is not older than the floor,
   * equivalent to the list of a client-go reflector that knows a revision.
   */
  String listPath() {
    return collection() + "?resourceVersion=" + floor + "&resourceVersionMatch=NotOlderThan";
  }

  /** Returns the path of a watch list as client-go's reflector requests it at its start. */
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

  /** Returns the value of the {@code Accept} header. */
  public String acceptHeader(Mode of) {
    return switch (accept) {
      case JSON -> "application/json";
      case PROTOBUF -> of == Mode.WATCHLIST ? PROTOBUF + ";stream=watch" : PROTOBUF;
    };
  }
}
