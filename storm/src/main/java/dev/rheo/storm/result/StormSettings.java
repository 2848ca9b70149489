package dev.rheo.storm.result;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that was chosen, by option or by default.
 *
 * @param modes in the order in which they are run
 * @param informers readers at once
 * @param objects objects created
 * @param size payload of one object in bytes, as JSON carries it
 * @param resource what kind of objects
 * @param accept in which format readers ask for them
 * @param namespace the namespace created for it
 * @param connections how readers share connections
 * @param rate bytes per second that a reader takes, or 0 for as many as come
 * @param holdSeconds how long watches stay connected after the last reader has synced
 * @param churn updates per second during a run
 * @param repeat how often each mode is run
 * @param timeoutSeconds limit of one run
 * @param keep whether the namespace is left behind
 * @param maxServerMemory bytes at which the storm is stopped, or 0 for no limit
 * @param serverPid process that is watched, or null
 */
public record StormSettings(
    List<Mode> modes,
    int informers,
    int objects,
    long size,
    ResourceKind resource,
    Accept accept,
    String namespace,
    Connections connections,
    long rate,
    double holdSeconds,
    double churn,
    int repeat,
    double timeoutSeconds,
    boolean keep,
    long maxServerMemory,
    @Nullable Long serverPid) {

  public StormSettings {
    modes = List.copyOf(modes);
  }

  /** The same with another limit. */
  public StormSettings withMaxServerMemory(long bytes) {
    return new StormSettings(
        modes,
        informers,
        objects,
        size,
        resource,
        accept,
        namespace,
        connections,
        rate,
        holdSeconds,
        churn,
        repeat,
        timeoutSeconds,
        keep,
        bytes,
        serverPid);
  }

  /** What kind of objects. */
  public enum ResourceKind {
    @JsonProperty("secrets")
    SECRETS,
    @JsonProperty("configmaps")
    CONFIGMAPS
  }

  /** In which format. */
  public enum Accept {
    @JsonProperty("json")
    JSON,
    @JsonProperty("protobuf")
    PROTOBUF
  }

  /** How readers share connections. */
  public enum Connections {
    /** One connection a reader. */
    @JsonProperty("own")
    OWN,
    /** HTTP/2 streams, as many on a connection as the server admits. */
    @JsonProperty("shared")
    SHARED
  }
}
