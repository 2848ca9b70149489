package dev.rheo.junit.fault;

import dev.rheo.api.status.ApiException;
import dev.rheo.edge.HttpResponse;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Refuses requests with a Status. */
final class Refusal implements Effect {
  private final Function<ApiRequest, ApiException> status;

  Refusal(Function<ApiRequest, ApiException> status) {
    this.status = status;
  }

  @Override
  public @Nullable HttpResponse instead(Met met) {
    met.happened();
    throw status.apply(met.request());
  }
}
