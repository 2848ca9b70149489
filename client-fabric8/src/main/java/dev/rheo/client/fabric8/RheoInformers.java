package dev.rheo.client.fabric8;

import dev.rheo.client.Informers;
import dev.rheo.client.reflector.ReflectorSettings;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Informable;
import io.fabric8.kubernetes.client.impl.BaseClient;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.informers.SharedInformerFactory;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Informers with watch lists (KEP-3157) on an unchanged fabric8 client. They replace fabric8's own,
 * whose watch list is off by default and wrong in several ways; {@code docs/informers-fabric8.md}
 * names them and tells what differs.
 *
 * <p>One changed line gives them to a whole program, here to an operator of the Java Operator SDK:
 *
 * <pre>{@code
 * Operator operator = new Operator(o -> o.withKubernetesClient(RheoInformers.wrap(client)));
 * }</pre>
 *
 * <p>Where single informers are wanted:
 *
 * <pre>{@code
 * RheoInformers informers = RheoInformers.of(client);
 * SharedIndexInformer<Pod> pods =
 *     informers.informer(client.pods().inNamespace("shop").withLabel("app", "till"));
 * pods.addEventHandler(handler);
 * pods.start();
 * }</pre>
 *
 * <p>All informers of one object share threads and what is learned of the server. They stop when
 * the client is closed. Works with fabric8 7.6 to 8.0. Safe for use by many threads.
 */
public final class RheoInformers implements AutoCloseable {

  private final KubernetesClient client;
  private final Fabric8Transport transport;
  private final ReflectorSettings settings;

  /** A factory for each limit of a page that somebody wants. */
  private final Map<Integer, Informers> factories = new ConcurrentHashMap<>();

  private final Set<SharedInformer<?>> running = ConcurrentHashMap.newKeySet();

  private RheoInformers(KubernetesClient client, ReflectorSettings settings) {
    this.client = client;
    this.transport = new Fabric8Transport(client);
    this.settings = settings;
    client.adapt(BaseClient.class).addToCloseable(this);
  }

  /** The informers of a client, with the defaults. */
  public static RheoInformers of(KubernetesClient client) {
    return of(client, ReflectorSettings.defaults());
  }

  /** The informers of a client, with other numbers. */
  public static RheoInformers of(KubernetesClient client, ReflectorSettings settings) {
    return new RheoInformers(WrappedClient.unwrapped(client), settings);
  }

  /**
   * A client whose informers are ours, that is, what {@code inform}, {@code runnableInformer} and
   * {@code informers()} return, wherever in the DSL. Everything else is done by the client given.
   * To close one of the two closes both.
   */
  public static KubernetesClient wrap(KubernetesClient client) {
    return of(client).client();
  }

  /** The client of {@link #wrap}, for these informers. */
  public KubernetesClient client() {
    return WrappedClient.of(this, client);
  }

  /** As fabric8's informers: a client that is closed starts none. */
  void checkOpen() {
    if (client.getHttpClient().isClosed()) {
      throw new IllegalStateException("Client is closed");
    }
  }

  /**
   * An informer, not started, for what an operation selects.
   *
   * @param operation of this client, such as {@code client.pods().inAnyNamespace()}
   * @throws IllegalArgumentException if the operation is not one of fabric8's client
   */
  public <T extends HasMetadata> SharedIndexInformer<T> informer(Informable<T> operation) {
    return informer(operation, 0);
  }

  /**
   * The same, whose handlers are told all objects again from time to time.
   *
   * @param resyncMillis the time from one resync to the next; 0 for none
   */
  public <T extends HasMetadata> SharedIndexInformer<T> informer(
      Informable<T> operation, long resyncMillis) {
    Operation<T> selected = Operation.of(transport.server(), operation);
    Long limit = selected.limit();
    int page = limit == null ? settings.pageSize() : (int) Math.min(limit, Integer.MAX_VALUE);
    return new SharedInformer<>(
        this,
        informers(page),
        selected,
        client.getKubernetesSerialization(),
        new FaultPolicy(client, transport.server() + selected.resource().path()),
        resyncMillis);
  }

  /** A factory as {@link KubernetesClient#informers()} gives one. */
  public SharedInformerFactory factory() {
    return new SharedFactory(this, client);
  }

  /** The factory beneath, for its health and for metrics. */
  public Informers informers() {
    return informers(settings.pageSize());
  }

  void started(SharedInformer<?> informer) {
    running.add(informer);
  }

  void stopped(SharedInformer<?> informer) {
    running.remove(informer);
  }

  private Informers informers(int pageSize) {
    return factories.computeIfAbsent(
        pageSize,
        size -> Informers.builder(transport).settings(settings.withPageSize(size)).build());
  }

  /** Stops all informers for good. The client stays open. */
  @Override
  public void close() {
    running.forEach(SharedInformer::stop);
    factories.values().forEach(Informers::close);
    client.adapt(BaseClient.class).removeFromCloseable(this);
  }
}
