package dev.rheo.junit;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/** Namespaces of tests. */
final class Namespaces {
  private static final String PATH = "/api/v1/namespaces";
  private static final int MOST = 63;

  /** Numbers the namespaces of this JVM, so that no two tests have the same. */
  private static final AtomicLong NUMBER = new AtomicLong();

  private Namespaces() {}

  /**
   * A name that no other test of this JVM has.
   *
   * @param test a hint, for people who look at the objects
   */
  static String name(String test) {
    String number = "-" + NUMBER.incrementAndGet();
    String words =
        test.replaceAll("([a-z0-9])([A-Z])", "$1-$2")
            .toLowerCase(Locale.ROOT)
            .replaceAll("[^a-z0-9]+", "-")
            .replaceAll("^-+|-+$", "");
    String start = words.isEmpty() ? "test" : words;
    String cut = start.substring(0, Math.min(start.length(), MOST - number.length()));
    return cut + number;
  }

  static void create(DirectClient client, String name) {
    String object =
        """
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "%s"}}"""
            .formatted(name);
    DirectClient.Answer answer =
        send(client, "POST", PATH, "application/json", object.getBytes(StandardCharsets.UTF_8));
    if (!answer.isOk()) {
      throw new IllegalStateException(
          "the namespace %s cannot be made: %s".formatted(name, answer.message()));
    }
  }

  static void delete(DirectClient client, String name) {
    DirectClient.Answer answer = send(client, "DELETE", PATH + "/" + name, null, new byte[0]);
    if (!answer.isOk() && answer.status() != 404 && answer.status() != 409) {
      throw new IllegalStateException(
          "the namespace %s cannot be deleted: %s".formatted(name, answer.message()));
    }
  }

  private static DirectClient.Answer send(
      DirectClient client,
      String method,
      String path,
      @org.jspecify.annotations.Nullable String type,
      byte[] body) {
    try {
      return client.send(method, path, type, body);
    } catch (InterruptedException e) {
      throw Interruption.of(e);
    }
  }
}
