package dev.rheo.server.conversion;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.resource.custom.CustomDefinition;
import dev.rheo.resource.custom.ObjectConverter;
import dev.rheo.server.outbound.Connections;
import dev.rheo.server.outbound.ServiceResolver;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Makes the converters of definitions. Nothing is connected before an object is converted. */
public final class Converters implements AutoCloseable {
  private final Connections connections;
  private final InstantSource clock;
  private final Supplier<String> uids;
  private final Duration patience;

  /**
   * @param uids makes the uids of reviews
   * @param patience how long a call of a webhook may take
   */
  public Converters(
      ServiceResolver services, InstantSource clock, Supplier<String> uids, Duration patience) {
    this.connections = new Connections(services);
    this.clock = clock;
    this.uids = uids;
    this.patience = patience;
  }

  /** The converter of a definition's objects; null if they are converted by name only. */
  public @Nullable ObjectConverter of(CustomDefinition definition) {
    JsonNode webhook = definition.webhook();
    return webhook == null
        ? null
        : new WebhookConverter(webhook, connections, clock, uids, patience);
  }

  /** Closes what is idle. */
  @Override
  public void close() {
    connections.close();
  }
}
