package dev.rheo.testing.script;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A request that a {@link ScriptedServer} has received.
 *
 * @param method such as GET
 * @param path the path without the query
 * @param query the parameters, decoded
 * @param headers the headers, by lower-case name
 */
public record Received(
    String method, String path, Map<String, String> query, Map<String, String> headers) {

  static Received of(String method, String target, Map<String, String> headers) {
    int mark = target.indexOf('?');
    Map<String, String> query = new TreeMap<>();
    if (mark >= 0) {
      for (String pair : target.substring(mark + 1).split("&", -1)) {
        int equals = pair.indexOf('=');
        query.put(
            decoded(equals < 0 ? pair : pair.substring(0, equals)),
            equals < 0 ? "" : decoded(pair.substring(equals + 1)));
      }
    }
    return new Received(method, mark < 0 ? target : target.substring(0, mark), query, headers);
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  /** A parameter of the query. */
  public Optional<String> parameter(String name) {
    return Optional.ofNullable(query.get(name));
  }

  /** A header, by its name in any case. */
  public Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
  }

  public boolean isWatch() {
    return query.getOrDefault("watch", "").equals("true");
  }

  /** Whether this is a watch that asks for initial events (KEP-3157). */
  public boolean isWatchList() {
    return isWatch() && query.getOrDefault("sendInitialEvents", "").equals("true");
  }

  public boolean isList() {
    return !isWatch();
  }
}
