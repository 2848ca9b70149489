package dev.rheo.client.wire;

import java.io.IOException;

/** What arrived is not what an API server sends: no JSON, or JSON of another shape. */
public final class MalformedJsonException extends IOException {
  private static final long serialVersionUID = 1L;

  MalformedJsonException(String message) {
    super(message);
  }
}
