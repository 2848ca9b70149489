package dev.rheo.junit.fault;

import dev.rheo.edge.HttpRequest;
import dev.rheo.edge.HttpResponse;
import org.jspecify.annotations.Nullable;

/** What a fault does to the requests that meet it. Methods run on the thread of the request. */
interface Effect {

  /** The request that the server gets instead. May wait. */
  default HttpRequest request(Met met, HttpRequest request) throws InterruptedException {
    return request;
  }

  /**
   * The answer without asking the server, or null.
   *
   * @throws dev.rheo.api.status.ApiException to refuse the request
   */
  default @Nullable HttpResponse instead(Met met) {
    return null;
  }

  /** The answer that the client gets instead of the server's. */
  default HttpResponse response(Met met, HttpResponse response) {
    return response;
  }

  /** Lets go on what is held. */
  default void release() {}

  /**
   * The fault has been removed: what is held goes on, and what has not happened yet does not
   * happen.
   */
  default void end() {
    release();
  }
}
