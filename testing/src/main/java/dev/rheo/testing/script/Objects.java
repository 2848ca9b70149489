package dev.rheo.testing.script;

import java.util.Arrays;
import java.util.stream.Collectors;

/** Objects and events as they are on the wire, in JSON. */
public final class Objects {

  private Objects() {}

  /** A ConfigMap in the namespace {@code default}, whose datum tells its revision. */
  public static String configMap(String name, long revision) {
    return """
    {"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"%s","namespace":"default",\
    "uid":"uid-%s","resourceVersion":"%d","labels":{"name":"%s"}},"data":{"revision":"%d"}}\
    """
        .formatted(name, name, revision, name, revision);
  }

  /** A ConfigMapList. Its items have neither kind nor apiVersion, as in Kubernetes. */
  public static String configMapList(long revision, String continuation, String... items) {
    return """
    {"kind":"ConfigMapList","apiVersion":"v1","metadata":{"resourceVersion":"%d"%s},"items":[%s]}\
    """
        .formatted(
            revision,
            continuation.isEmpty() ? "" : ",\"continue\":\"" + continuation + "\"",
            Arrays.stream(items)
                .map(item -> item.replace("\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",", ""))
                .collect(Collectors.joining(",")));
  }

  /** The object of a bookmark without annotation. */
  public static String bookmark(long revision) {
    return """
    {"kind":"ConfigMap","apiVersion":"v1","metadata":{"resourceVersion":"%d","creationTimestamp":null}}\
    """
        .formatted(revision);
  }

  /** The object of the bookmark that ends the initial events (KEP-3157). */
  public static String endBookmark(long revision) {
    return """
    {"kind":"ConfigMap","apiVersion":"v1","metadata":{"resourceVersion":"%d","creationTimestamp":null,\
    "annotations":{"k8s.io/initial-events-end":"true"}}}\
    """
        .formatted(revision);
  }

  /** A Status of a failure. */
  public static String status(int code, String reason, String message) {
    return """
    {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"%s","reason":"%s",\
    "code":%d}\
    """
        .formatted(message, reason, code);
  }

  /** The Status of a revision that is compacted. */
  public static String expired() {
    return status(410, "Expired", "too old resource version: 1 (100)");
  }

  /** The line of an event, without the line feed. */
  public static String event(String type, String object) {
    return "{\"type\":\"" + type + "\",\"object\":" + object + "}";
  }
}
