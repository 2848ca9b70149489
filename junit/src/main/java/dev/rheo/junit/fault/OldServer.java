package dev.rheo.junit.fault;

import dev.rheo.edge.HttpRequest;
import dev.rheo.edge.HttpResponse;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Takes watch lists for plain watches, as a server does that does not know the parameter: it sends
 * the state as ADDED events if the request names no revision, and no bookmark after them.
 */
final class OldServer implements Effect {
  private static final List<String> UNKNOWN = List.of("sendInitialEvents", "resourceVersionMatch");

  private final Streams streams = new Streams(met -> new EndBookmark());

  @Override
  public HttpRequest request(Met met, HttpRequest request) {
    return streams.request(met, request.retargeted(without(request.target())));
  }

  private static String without(String target) {
    int query = target.indexOf('?');
    if (query < 0) {
      return target;
    }
    return target.substring(0, query + 1)
        + Arrays.stream(target.substring(query + 1).split("&", -1))
            .filter(each -> !UNKNOWN.contains(each.split("=", 2)[0]))
            .collect(Collectors.joining("&"));
  }

  @Override
  public HttpResponse response(Met met, HttpResponse response) {
    met.happened();
    return streams.response(met, response);
  }
}
