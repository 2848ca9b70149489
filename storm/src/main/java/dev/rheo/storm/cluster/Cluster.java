package dev.rheo.storm.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.access.Access;
import dev.rheo.storm.net.Answer;
import dev.rheo.storm.net.Calls;
import dev.rheo.storm.result.StormException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Queries a cluster before anything is written to it. */
public final class Cluster {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final int NAMED = 3;

  private final Access access;
  private final Calls calls;

  public Cluster(Access access, Calls calls) {
    this.access = access;
    this.calls = calls;
  }

  /**
   * The server's implementation and version.
   *
   * @param kind {@code Rheo} if the version names it, else {@code kube-apiserver}
   * @param gitVersion {@code gitVersion} of its {@code /version}
   */
  public record Version(String kind, String gitVersion) {}

  public Version version() throws StormException, InterruptedException {
    JsonNode version = get("ask for the server's version", "/version").json();
    String git = version.path("gitVersion").asText("unknown");
    return new Version(git.contains("rheo") ? "Rheo" : "kube-apiserver", git);
  }

  /** Returns whether the server's address belongs to this machine. */
  public boolean isLocal() {
    try {
      for (InetAddress address : InetAddress.getAllByName(access.host())) {
        if (address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null) {
          return true;
        }
      }
    } catch (UnknownHostException | SocketException e) {
      // An address that cannot be looked up is not local.
    }
    return false;
  }

  /** Describes what shows that the cluster is in use; empty if nothing does. */
  public String inUse() throws StormException, InterruptedException {
    List<String> found = new ArrayList<>();
    Answer nodes = call("ask for nodes", "/api/v1/nodes?limit=1");
    if (nodes.ok() && !nodes.json().path("items").isEmpty()) {
      found.add("nodes");
    } else if (!nodes.ok()) {
      found.add("perhaps nodes (asked for them, it answered %d)".formatted(nodes.code()));
    }
    Answer namespaces = call("ask for namespaces", "/api/v1/namespaces?limit=100");
    if (!namespaces.ok()) {
      found.add("perhaps namespaces of others (it answered %d)".formatted(namespaces.code()));
    }
    List<String> names = new ArrayList<>();
    for (JsonNode item : namespaces.json().path("items")) {
      String name = item.path("metadata").path("name").asText();
      if (!name.equals("default") && !name.startsWith("kube-")) {
        names.add(name);
      }
    }
    if (!names.isEmpty()) {
      String first = String.join(", ", names.subList(0, Math.min(NAMED, names.size())));
      found.add(
          names.size() == 1
              ? "the namespace " + first
              : names.size() <= NAMED
                  ? "the namespaces " + first
                  : "%d namespaces (%s, …)".formatted(names.size(), first));
    }
    return String.join(" and ", found);
  }

  private Answer get(String action, String path) throws StormException, InterruptedException {
    Answer answer = call(action, path);
    if (!answer.ok()) {
      throw Refusals.of(action, answer);
    }
    return answer;
  }

  private Answer call(String action, String path) throws StormException, InterruptedException {
    try {
      return calls.get(path, TIMEOUT);
    } catch (IOException e) {
      throw Refusals.of(action, access.url(), e);
    }
  }
}
