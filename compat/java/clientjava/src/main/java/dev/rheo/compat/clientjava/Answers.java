package dev.rheo.compat.clientjava;

import java.util.Map;
import java.util.TreeMap;
import okhttp3.OkHttpClient;
import okhttp3.Response;

/**
 * What was answered, as it came over the network: OkHttp hides the compression that it asked for.
 * Thread-safe.
 */
final class Answers {
  private final Map<String, Integer> counts = new TreeMap<>();
  private String lastWatch = "";

  OkHttpClient into(OkHttpClient client) {
    return client
        .newBuilder()
        .addNetworkInterceptor(
            chain -> {
              Response response = chain.proceed(chain.request());
              String watch = chain.request().url().queryParameter("watch");
              String encoding = response.header("Content-Encoding", "identity");
              note(Boolean.parseBoolean(watch), response, encoding);
              return response;
            })
        .build();
  }

  private synchronized void note(boolean watch, Response response, String encoding) {
    String what =
        "%s %s %d %s"
            .formatted(watch ? "watch" : "request", response.protocol(), response.code(), encoding);
    counts.merge(what, 1, Integer::sum);
    if (watch) {
      lastWatch = response.protocol() + " " + encoding;
    }
  }

  /** Protocol and content encoding of the last watch. */
  synchronized String lastWatch() {
    return lastWatch;
  }

  synchronized String summary() {
    return counts.toString();
  }
}
