package dev.rheo.server.request;

import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.Status;
import dev.rheo.cache.NotCachedException;
import dev.rheo.codec.io.MalformedException;
import dev.rheo.edge.HttpRequest;
import dev.rheo.edge.HttpResponse;
import dev.rheo.edge.Refusals;
import dev.rheo.server.encoding.Encodings;
import dev.rheo.server.encoding.Format;
import dev.rheo.server.metrics.RequestMetrics;
import dev.rheo.store.PlatformPool;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.Callable;

/**
 * Reports the outcome of a request: to the client the response, or the refusal as a Status in the
 * media type that the client prefers, with the warnings about the resource; to the operator the
 * metrics. Thread-safe.
 */
public final class Reporting {

  private static final Logger LOG = System.getLogger(Reporting.class.getName());

  private final Encodings encodings;
  private final RequestMetrics metrics;

  public Reporting(Encodings encodings, RequestMetrics metrics) {
    this.encodings = encodings;
    this.metrics = metrics;
  }

  /**
   * The refusal of a request whose user is not allowed to make it, always in JSON: it is made on
   * the event loop, where a stranger's long {@code Accept} header is not worth parsing. {@link
   * dev.rheo.server.security.AccessControl} has counted it.
   */
  HttpResponse early(ApiException refusal) {
    return Refusals.of(refusal.status());
  }

  /**
   * Runs the rest of a request and reports its outcome. An exception other than a refusal passes:
   * the edge logs it and answers with 500.
   */
  HttpResponse tell(Call call, Callable<HttpResponse> rest) throws Exception {
    int code = 500;
    try {
      HttpResponse response = response(call.request(), rest);
      if (call.route() instanceof Route.ToResource(var type)) {
        Deprecations.warn(type, response);
      }
      code = response.status();
      return response;
    } finally {
      metrics.answered(
          call.info(),
          call.route() instanceof Route.ToResource,
          dryRun(call.request()),
          code,
          (System.nanoTime() - call.request().receivedNanos()) / 1e9);
    }
  }

  private HttpResponse response(HttpRequest request, Callable<HttpResponse> rest) throws Exception {
    try {
      return rest.call();
    } catch (ApiException refusal) {
      HttpResponse response = refused(request, refusal.status());
      Warnings.addAll(response, refusal.warnings());
      return response;
    } catch (MalformedException e) {
      return refused(request, ApiException.badRequest(String.valueOf(e.getMessage())).status());
    } catch (NotCachedException e) {
      // The type was removed after it was looked up.
      return refused(request, ApiException.pathNotFound().status());
    } catch (PlatformPool.BusyException e) {
      String message = "too many requests wait for the disk, please try again later.";
      return refused(request, ApiException.tooManyRequests(message, 1).status());
    }
  }

  private HttpResponse refused(HttpRequest request, Status status) {
    Format format = Format.JSON;
    try {
      String accept = request.header("Accept");
      format = Format.of(encodings.refusals().accept(accept, false).mediaType());
    } catch (ApiException notAcceptable) {
      LOG.log(Level.DEBUG, "refused in JSON", notAcceptable);
    }
    return Refusals.of(status, format.contentType(), format.encodeStatus(status.toJson()));
  }

  private static String dryRun(HttpRequest request) {
    String value = request.queryParameter("dryRun");
    return "All".equals(value) ? "All" : "";
  }
}
