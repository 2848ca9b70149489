package dev.rheo.server.request;

import dev.rheo.api.status.ApiException;
import dev.rheo.edge.HttpResponse;

/** What a request does, once it may. */
@FunctionalInterface
interface Verb {

  /**
   * @throws ApiException to refuse
   */
  HttpResponse answer(Call call) throws Exception;
}
