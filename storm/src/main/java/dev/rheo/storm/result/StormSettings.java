package dev.rheo.storm.result;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a storm, chosen or default.
 *
 * @param modes in the order in which they are run
 * @param informers concurrent readers
 * @param objects objects to create
 * @param size payload bytes of one object in JSON
 * @param resource kind of the objects
 * @param accept format that readers request
 * @param namespace namespace that is created for the storm
 * @param reader what reads
 * @param connections how readers share connections
 * @param rate bytes per second that each reader takes, or 0 for no limit
 * @param holdSeconds how long watches stay open after the last reader has synced
 * @param churn updates per second during a run
 * @param repeat runs of each mode
 * @param timeoutSeconds limit for all readers of a run to sync
 * @param keep whether the namespace is kept at the end
 * @param maxServerMemory resident bytes of the server at which the storm stops, or 0 for no limit
 * @param serverPid process whose memory and CPU time are read, or null
 */
public record StormSettings(
    List<Mode> modes,
    int informers,
    int objects,
    long size,
    ResourceKind resource,
    Accept accept,
    String namespace,
    Reader reader,
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

  /** Returns a copy with this {@code maxServerMemory}. */
  public StormSettings withMaxServerMemory(long bytes) {
    return new StormSettings(
        modes,
        informers,
        objects,
        size,
        resource,
        accept,
        namespace,
        reader,
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

  /** Kind of the objects. */
  public enum ResourceKind {
    @JsonProperty("secrets")
    SECRETS,
    @JsonProperty("configmaps")
    CONFIGMAPS
  }

  /** Format of the responses. */
  public enum Accept {
    @JsonProperty("json")
    JSON,
    @JsonProperty("protobuf")
    PROTOBUF
  }

  /** What reads. */
  public enum Reader {
    /** The requests of an informer, verified; nothing is kept. */
    @JsonProperty("streams")
    STREAMS,
    /** Rheo's informers, which keep what comes; what they keep is verified, too. */
    @JsonProperty("informers")
    INFORMERS
  }

  /** How readers share connections. */
  public enum Connections {
    /** One HTTP/1.1 connection per reader. */
    @JsonProperty("own")
    OWN,
    /** HTTP/2 streams, as many per connection as the server admits. */
    @JsonProperty("shared")
    SHARED
  }
}
