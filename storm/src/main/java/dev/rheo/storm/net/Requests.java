package dev.rheo.storm.net;

import dev.rheo.access.Access;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import org.jspecify.annotations.Nullable;

/** Headers common to all requests, and a parser for {@code Retry-After}. */
final class Requests {
  static final String USER_AGENT = "rheo-storm";

  private Requests() {}

  static void addHeaders(HttpHeaders headers, Access access, String accept) {
    headers.set(HttpHeaderNames.HOST, access.authority());
    headers.set(HttpHeaderNames.USER_AGENT, USER_AGENT);
    headers.set(HttpHeaderNames.ACCEPT, accept);
    String token = access.token().token();
    if (token != null) {
      headers.set(HttpHeaderNames.AUTHORIZATION, "Bearer " + token);
    }
  }

  /** Returns the seconds of {@code Retry-After}, or -1 if it is missing or not a number. */
  static int retryAfter(@Nullable CharSequence header) {
    if (header == null) {
      return -1;
    }
    try {
      return Math.max(0, Integer.parseInt(header.toString().strip()));
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}
