package dev.rheo.client.reflector;

import java.io.IOException;

/**
 * A server calls an object unchanged that the store does not have. What was told to it of the store
 * must be wrong.
 */
final class UnknownObjectException extends IOException {
  private static final long serialVersionUID = 1L;

  UnknownObjectException(String key) {
    super("the server calls '" + key + "' unchanged, which is not here");
  }
}
