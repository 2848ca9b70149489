package dev.rheo.server.controller;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which servers run on the store of this one. */
@FunctionalInterface
public interface RunningServers {
  /** No other server uses the store. */
  RunningServers ALONE = (own, runs) -> own != null && runs ? List.of(own) : List.of();

  /**
   * The addresses of the servers that run, in order.
   *
   * @param own the address of this one; null if it has none that others can reach
   * @param runs whether this one runs, which the others are told
   * @throws dev.rheo.api.status.ApiException if that cannot be found out
   */
  List<String> addresses(@Nullable String own, boolean runs);
}
