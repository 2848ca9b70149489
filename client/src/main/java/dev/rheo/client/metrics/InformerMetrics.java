package dev.rheo.client.metrics;

import dev.rheo.client.Informer;
import dev.rheo.client.reflector.FeedCounters;
import dev.rheo.client.store.LiveStore;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.function.ToLongFunction;

/**
 * The metrics of one informer. All have the tags {@code resource} and {@code selectors}, the path
 * and the query of what the informer keeps.
 *
 * <table>
 * <caption>Metrics</caption>
 * <tr><td>{@code rheo.informer.objects}</td><td>objects in the store</td></tr>
 * <tr><td>{@code rheo.informer.watching}</td><td>1 if it follows the server now</td></tr>
 * <tr><td>{@code rheo.informer.synced}</td><td>1 once the store was complete and told</td></tr>
 * <tr><td>{@code rheo.informer.queued.items}</td><td>changes that the slowest handler has not been told</td></tr>
 * <tr><td>{@code rheo.informer.store.resource.version}</td><td>version up to which the store is complete</td></tr>
 * <tr><td>{@code rheo.informer.requests}</td><td>requests, by {@code kind}</td></tr>
 * <tr><td>{@code rheo.informer.events}, {@code .bytes}</td><td>what came of objects</td></tr>
 * <tr><td>{@code rheo.informer.unchanged}, {@code .swept}</td><td>objects that a relist found unchanged, gone</td></tr>
 * <tr><td>{@code rheo.informer.failures}, {@code .unreadable}</td><td>what went wrong</td></tr>
 * <tr><td>{@code rheo.informer.log.compactions}</td><td>how often a handler was too far behind</td></tr>
 * </table>
 */
public final class InformerMetrics implements MeterBinder {
  private final Informer<?> informer;
  private final Tags tags;

  /**
   * @param informer the informer to watch
   * @param more further tags, such as the cluster's name
   */
  public InformerMetrics(Informer<?> informer, Tags more) {
    this.informer = informer;
    this.tags =
        more.and("resource", informer.resource().path())
            .and("selectors", informer.resource().selectors());
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    gauge(registry, "objects", informer, i -> i.store().size());
    gauge(registry, "watching", informer, i -> i.health().watching() ? 1 : 0);
    gauge(registry, "synced", informer, i -> i.hasSynced() ? 1 : 0);
    gauge(registry, "queued.items", informer, i -> i.store().logLength());
    gauge(registry, "store.resource.version", informer, i -> number(i.health().resourceVersion()));
    counter(registry, "requests", tags.and("kind", "watchlist"), FeedCounters::watchLists);
    counter(registry, "requests", tags.and("kind", "list"), FeedCounters::lists);
    counter(registry, "requests", tags.and("kind", "watch"), FeedCounters::watches);
    counter(registry, "differences", tags, FeedCounters::differences);
    counter(registry, "events", tags, FeedCounters::events);
    counter(registry, "bytes", tags, FeedCounters::bytes);
    counter(registry, "unchanged", tags, FeedCounters::unchanged);
    counter(registry, "swept", tags, FeedCounters::swept);
    counter(registry, "unreadable", tags, FeedCounters::unreadable);
    counter(registry, "failures", tags, FeedCounters::failures);
    FunctionCounter.builder(
            "rheo.informer.log.compactions", informer.store(), LiveStore::logCompactions)
        .tags(tags)
        .register(registry);
  }

  private void gauge(
      MeterRegistry registry, String name, Informer<?> of, ToLongFunction<Informer<?>> value) {
    Gauge.builder("rheo.informer." + name, of, i -> (double) value.applyAsLong(i))
        .tags(tags)
        .register(registry);
  }

  private void counter(
      MeterRegistry registry, String name, Tags with, ToLongFunction<FeedCounters> value) {
    FunctionCounter.builder(
            "rheo.informer." + name, informer, i -> (double) value.applyAsLong(i.counters()))
        .tags(with)
        .register(registry);
  }

  private static long number(String version) {
    return version.matches("[0-9]{1,18}") ? Long.parseLong(version) : 0;
  }
}
