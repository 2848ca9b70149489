package dev.rheo.client.fabric8;

import dev.rheo.client.InformerFault;
import dev.rheo.client.reflector.ReflectorState;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.client.Client;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.internal.OperationSupport;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.informers.ExceptionHandler;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether an informer goes on after a fault.
 *
 * <p>Before the first list is complete, it does not go on after a refusal such as 403, after an
 * object that the model class cannot hold, or after as many vain tries as fabric8's HTTP client
 * makes or the time that these take: the user waits for the start and must learn of it. Afterwards
 * it always goes on. An {@link ExceptionHandler} of the user is asked instead, in both cases. It is
 * not asked about what an informer has to cope with by itself: a broken connection, 410, 429, and a
 * refusal of a watch list where a list is tried next.
 */
final class FaultPolicy {

  /** fabric8 doubles the pause between its tries so often. */
  private static final int DOUBLINGS = 5;

  private static final ExceptionHandler DEFAULT = (started, thrown) -> started;

  private final Client client;
  private final String url;
  private final int tries;

  /** How long all of fabric8's tries take: its pauses are shorter than the informer's. */
  private final Duration patience;

  private volatile ExceptionHandler handler = DEFAULT;

  /** Only the informer's one thread counts. */
  private int failures;

  private long firstFailure;

  FaultPolicy(Client client, String url) {
    this.client = client;
    this.url = url;
    Integer limit = client.getConfiguration().getRequestRetryBackoffLimit();
    this.tries = limit == null ? 0 : limit;
    Integer interval = client.getConfiguration().getRequestRetryBackoffInterval();
    Duration all = Duration.ZERO;
    for (int i = 0; i < tries; i++) {
      all = all.plusMillis((interval == null ? 0L : interval) << Math.min(i, DOUBLINGS));
    }
    this.patience = all;
  }

  void ask(ExceptionHandler chosen) {
    handler = chosen;
  }

  /**
   * @param state what the informer did
   * @param started whether its store has been complete
   * @return why the informer must stop; null if it goes on
   */
  @Nullable Throwable judge(InformerFault fault, ReflectorState state, boolean started) {
    if (fault.kind() == InformerFault.Kind.HANDLER || !worthAsking(fault, state, started)) {
      return null;
    }
    Throwable thrown = exception(fault);
    return handler.retryAfterException(started, thrown) ? null : thrown;
  }

  private boolean worthAsking(InformerFault fault, ReflectorState state, boolean started) {
    int status = fault.status();
    if (fault.kind() == InformerFault.Kind.OBJECT) {
      return true;
    }
    if (client.getHttpClient().isClosed()) {
      return true;
    }
    boolean passing = status == 0 || status == 429 || status >= 500;
    if (status == 410 || (state == ReflectorState.WATCH_LIST && !passing)) {
      return false;
    }
    if (!passing) {
      return true;
    }
    // A limit below zero is none, as in fabric8.
    if (started || tries < 0) {
      return false;
    }
    long now = System.nanoTime();
    if (++failures == 1) {
      firstFailure = now;
    }
    return failures > tries || now - firstFailure > patience.toNanos();
  }

  private Throwable exception(InformerFault fault) {
    if (fault.status() != 0) {
      HttpRequest request = client.getHttpClient().newHttpRequestBuilder().uri(url).build();
      return OperationSupport.requestFailure(
          request,
          new StatusBuilder()
              .withStatus("Failure")
              .withCode(fault.status())
              .withMessage(fault.message())
              .build());
    }
    Throwable cause = fault.cause();
    return cause == null
        ? new KubernetesClientException(fault.message())
        : new KubernetesClientException(fault.message(), cause);
  }
}
