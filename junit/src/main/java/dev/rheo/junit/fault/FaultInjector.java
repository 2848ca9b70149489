package dev.rheo.junit.fault;

import dev.rheo.edge.Handler;
import dev.rheo.edge.HttpRequest;
import dev.rheo.edge.HttpResponse;
import dev.rheo.edge.RequestClass;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Puts faults between the network and a server. Used by the server's owner; thread-safe. */
public final class FaultInjector {
  private final Faults faults;

  /**
   * @param forgetHistory makes every known revision a past one, and forgets the past ones
   */
  public FaultInjector(Runnable forgetHistory) {
    this.faults = new Faults(forgetHistory);
  }

  public Faults faults() {
    return faults;
  }

  /** The handler with the faults before it. */
  public Handler wrap(Handler server) {
    return new Disturbed(server);
  }

  private final class Disturbed implements Handler {
    private final Handler server;

    Disturbed(Handler server) {
      this.server = server;
    }

    @Override
    public HttpResponse handle(HttpRequest request) throws Exception {
      ApiRequest asked = new ApiRequest(request);
      List<Met> met = new ArrayList<>(1);
      for (Fault fault : faults.active()) {
        if (fault.takes(asked)) {
          met.add(new Met(fault, asked));
        }
      }
      boolean answered = false;
      try {
        HttpResponse response = answer(request, met);
        answered = true;
        return asked.isWatch() ? faults.live().keep(asked, response) : response;
      } finally {
        if (!answered) {
          met.forEach(Met::ended);
        }
      }
    }

    private HttpResponse answer(HttpRequest request, List<Met> met) throws Exception {
      HttpRequest passed = request;
      for (Met each : met) {
        passed = each.effect().request(each, passed);
        HttpResponse instead = each.effect().instead(each);
        if (instead != null) {
          met.forEach(Met::ended);
          return instead;
        }
      }
      HttpResponse response = server.handle(passed);
      for (Met each : met) {
        response = each.effect().response(each, response);
      }
      return response;
    }

    @Override
    public @Nullable CompletableFuture<?> prepare(HttpRequest head) {
      return server.prepare(head);
    }

    @Override
    public @Nullable HttpResponse precheck(HttpRequest head) throws Exception {
      return server.precheck(head);
    }

    @Override
    public boolean knows(X509Certificate certificate) {
      return server.knows(certificate);
    }

    @Override
    public long weight(HttpRequest head) {
      return server.weight(head);
    }

    @Override
    public RequestClass classify(HttpRequest head) {
      return server.classify(head);
    }
  }
}
