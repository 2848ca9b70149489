package dev.rheo.server.health;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;

/**
 * The checks behind {@code /healthz}, {@code /livez} and {@code /readyz}, answered as by
 * kube-apiserver: {@code ok}; with {@code ?verbose} or if a check fails, a line per check. {@code
 * ?exclude=name} leaves a check out; {@code /readyz/name} runs only one.
 *
 * <p>Thread-safe.
 */
public final class Health {

  /** A named check. */
  public record Check(String name, BooleanSupplier healthy) {}

  /** An answer: an HTTP status and a text. */
  public record Answer(int status, String text) {}

  /** The answer for an unknown check. */
  public static final Answer NOT_FOUND = new Answer(404, "404 page not found\n");

  private final String endpoint;
  private final List<Check> checks;

  /**
   * @param endpoint its name in the answer: healthz, livez or readyz
   */
  public Health(String endpoint, List<Check> checks) {
    this.endpoint = endpoint;
    this.checks = List.copyOf(checks);
  }

  /** The same endpoint with further checks. */
  public Health with(List<Check> more) {
    List<Check> all = new ArrayList<>(checks);
    all.addAll(more);
    return new Health(endpoint, all);
  }

  public String endpoint() {
    return endpoint;
  }

  public Answer answer(boolean verbose, List<String> exclude) {
    Set<String> unknown = new TreeSet<>(exclude);
    List<String> failed = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    for (Check check : checks) {
      if (unknown.remove(check.name())) {
        text.append("[+]").append(check.name()).append(" excluded: ok\n");
      } else if (check.healthy().getAsBoolean()) {
        text.append("[+]").append(check.name()).append(" ok\n");
      } else {
        failed.add(check.name());
        text.append("[-]").append(check.name()).append(" failed: reason withheld\n");
      }
    }
    if (!unknown.isEmpty()) {
      text.append("warn: some health checks cannot be excluded: no matches for \"")
          .append(String.join("\", \"", unknown))
          .append("\"\n");
    }
    if (!failed.isEmpty()) {
      return new Answer(500, text + endpoint + " check failed\n");
    }
    return new Answer(200, verbose ? text + endpoint + " check passed\n" : "ok");
  }

  /** Runs one check; 404 if none has the name. */
  public Answer single(String name) {
    for (Check check : checks) {
      if (check.name().equals(name)) {
        return check.healthy().getAsBoolean()
            ? new Answer(200, "ok")
            : new Answer(500, "internal server error: " + name + " failed\n");
      }
    }
    return NOT_FOUND;
  }
}
