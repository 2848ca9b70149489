package dev.rheo.junit.fault;

import dev.rheo.api.status.ApiException;
import dev.rheo.edge.HttpResponse;
import java.nio.charset.StandardCharsets;

/**
 * Answers as if the history were gone: a watch with an ERROR event and its end, as kube-apiserver
 * does since the answer has begun, and everything else with the Status itself.
 */
final class Expiry implements Effect {

  static final ApiException EXPIRED =
      ApiException.resourceExpired("too old resource version: the history was dropped by a test");

  @Override
  public HttpResponse instead(Met met) {
    met.happened();
    if (!met.request().isWatch()) {
      throw EXPIRED;
    }
    return HttpResponse.bytes(200, "application/json", event());
  }

  /** The event, in JSON. */
  static byte[] event() {
    String status = new String(EXPIRED.status().toJson(), StandardCharsets.UTF_8);
    return "{\"type\":\"ERROR\",\"object\":%s}\n"
        .formatted(status)
        .getBytes(StandardCharsets.UTF_8);
  }
}
