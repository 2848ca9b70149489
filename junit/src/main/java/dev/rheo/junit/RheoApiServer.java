package dev.rheo.junit;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.rheo.junit.fault.Faults;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A Kubernetes API server in this JVM, for tests: discovery, all built-in types, custom resources,
 * server-side apply, watches and watch lists, garbage collection by owner and the deletion of
 * namespaces, over TLS on a free port of the loopback interface. It keeps objects in memory and
 * needs no native library, no container and no download.
 *
 * <pre>{@code
 * try (RheoApiServer server = RheoApiServer.builder().manifests("crds/widgets.yaml").start()) {
 *   KubernetesClient client = server.client(KubernetesClient.class);
 *   ...
 * }
 * }</pre>
 *
 * <p>In JUnit Jupiter, {@link RheoServer} starts and closes one. This class needs no JUnit.
 *
 * <p>Any number of servers may run at once; they share nothing but the authority of their
 * certificates. {@link #close} ends every thread of a server and deletes its files.
 *
 * <p>Thread-safe.
 */
public final class RheoApiServer implements AutoCloseable {
  private final ServerProcess process;
  private final OpenClients clients;

  private RheoApiServer(ServerProcess process) {
    this.process = process;
    this.clients = new OpenClients(process);
  }

  /** A builder whose server has no objects but those of every cluster. */
  public static Builder builder() {
    return new Builder();
  }

  /** The address of the server, {@code https://127.0.0.1:PORT}. Restarts do not change it. */
  public URI url() {
    InetSocketAddress address = process.address();
    return URI.create("https://%s:%d".formatted(address.getHostString(), address.getPort()));
  }

  /** The certificate of the authority that has signed the server's, as PEM. */
  public String authorityPem() {
    return process.authority();
  }

  /** The bearer token of an administrator, who may do everything. */
  public String token() {
    return process.token();
  }

  /** The text of a kubeconfig of the administrator. It refers to no file. */
  public String kubeconfig() {
    return process.kubeconfig(Kubeconfigs.DEFAULT_NAMESPACE);
  }

  /** A file with {@link #kubeconfig()}, which is there until the server is closed. */
  public Path kubeconfigFile() {
    return process.kubeconfigFile();
  }

  /**
   * Makes a client of the administrator's, which {@link #close} closes if nobody has before.
   *
   * @param type fabric8's {@code KubernetesClient}, {@code NamespacedKubernetesClient} or {@code
   *     Config}, or client-java's {@code ApiClient}; the client must be on the class path
   * @throws IllegalArgumentException if the type is another
   */
  public <T> T client(Class<T> type) {
    return client(type, Kubeconfigs.DEFAULT_NAMESPACE);
  }

  /**
   * As {@link #client(Class)}.
   *
   * @param namespace of requests that name none
   */
  public <T> T client(Class<T> type, String namespace) {
    return clients.make(type, namespace);
  }

  /**
   * Applies manifests from the class path (server-side apply with the field manager {@code
   * rheo-junit}, by force): definitions of custom resources first, until they are Established, then
   * the others in their order. A file may hold several YAML documents, JSON, or a {@code List}.
   * Objects without a namespace go to {@code default}.
   *
   * @param resources names on the class path of the thread's context class loader
   * @throws IllegalArgumentException if a file is missing or malformed, or if the server refuses an
   *     object; the message names the file and the object
   */
  public void apply(String... resources) {
    new Manifests(process.direct()).apply(resources);
  }

  /**
   * Creates a namespace.
   *
   * @throws IllegalStateException if the server refuses
   */
  public void createNamespace(String name) {
    Namespaces.create(process.direct(), name);
  }

  /** Deletes a namespace with all that is in it, without waiting. Does nothing if there is none. */
  public void deleteNamespace(String name) {
    Namespaces.delete(process.direct(), name);
  }

  /** Clients of the server that somebody else closes. */
  OpenClients lend() {
    return new OpenClients(process);
  }

  boolean isRunning() {
    return process.isRunning();
  }

  /** What goes wrong on demand. */
  public Faults faults() {
    return process.faults();
  }

  /**
   * Stops the server: all connections end at once, and new ones are refused until {@link #start()}.
   * Objects and history are kept. Does nothing if it is stopped.
   */
  public void stop() {
    process.stop();
  }

  /**
   * Starts the server again, on the same port. Does nothing if it runs.
   *
   * @throws IllegalStateException if it cannot start, for instance because another program has
   *     taken the port meanwhile
   */
  public void start() {
    process.start();
  }

  /**
   * Stops and starts the server, with objects and history kept: a watch resumes where it was cut.
   */
  public void restart() {
    stop();
    start();
  }

  /**
   * Stops and starts the server. Objects are kept, history is not: a watch that resumes from before
   * the restart is refused with 410 Expired, as by an API server whose store was compacted
   * meanwhile.
   */
  public void restartWithoutHistory() {
    stop();
    process.forgetHistory();
    start();
  }

  /**
   * Closes the clients, stops the server, and deletes its files. Further calls do nothing.
   *
   * @throws IllegalStateException if a file cannot be deleted
   */
  @Override
  public void close() {
    clients.close();
    process.close();
  }

  @Override
  public String toString() {
    return "Rheo at " + url();
  }

  /** What a server is to be like. Not thread-safe. */
  public static final class Builder {
    private String[] manifests = {};
    private String featureGates = "";
    private String controllers = "*";
    private String authorizationMode = "";
    private Set<String> admissionPlugins = Set.of();
    private int maxMemory = ServerOptions.MEMORY_MIB;

    private Builder() {}

    /** Files from the class path that are applied before {@link #start} returns. */
    @CanIgnoreReturnValue
    public Builder manifests(String... resources) {
      manifests = resources.clone();
      return this;
    }

    /** Feature gates, as {@code WatchList=false,ShardedListAndWatch=false}. */
    @CanIgnoreReturnValue
    public Builder featureGates(String gates) {
      featureGates = gates;
      return this;
    }

    /**
     * The controllers that run: {@code *} for all, {@code NAME} for one, {@code -NAME} for all but
     * one, separated by commas. There are {@code namespace-controller} and {@code
     * garbage-collector-controller}, and both run by default.
     */
    @CanIgnoreReturnValue
    public Builder controllers(String list) {
      controllers = list;
      return this;
    }

    /**
     * {@code AlwaysAllow} to allow every authenticated user everything. By default the group {@code
     * system:masters} may do everything and others little.
     */
    @CanIgnoreReturnValue
    public Builder authorizationMode(String mode) {
      authorizationMode = mode;
      return this;
    }

    /** Admission plugins that are on beyond the usual ones: {@code ServiceAccount}. */
    @CanIgnoreReturnValue
    public Builder admissionPlugins(String... plugins) {
      admissionPlugins = new LinkedHashSet<>(List.of(plugins));
      return this;
    }

    /**
     * The limit of the server's memory in MiB, 256 at least, which is the default. It is not what a
     * server takes at its start; what does not fit waits or is refused with 429.
     */
    @CanIgnoreReturnValue
    public Builder maxMemory(int mebibytes) {
      maxMemory = mebibytes;
      return this;
    }

    ServerOptions options() {
      return new ServerOptions(
          featureGates, controllers, authorizationMode, admissionPlugins, maxMemory);
    }

    /**
     * Starts a server. It is ready when this returns.
     *
     * @throws IllegalArgumentException if an option is wrong, or a manifest is; the message says
     *     which
     * @throws IllegalStateException if the server cannot start
     */
    public RheoApiServer start() {
      RheoApiServer server = new RheoApiServer(ServerProcess.start(options()));
      boolean ready = false;
      try {
        server.apply(manifests);
        ready = true;
        return server;
      } finally {
        if (!ready) {
          server.close();
        }
      }
    }
  }
}
