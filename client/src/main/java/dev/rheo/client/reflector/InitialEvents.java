package dev.rheo.client.reflector;

import java.util.Optional;

/**
 * What a server says of the initial events that it is about to send (docs/informer-protocol.md).
 * Other servers say nothing.
 *
 * @param history which history of revisions the number belongs to
 * @param revision the revision of the state that is sent
 * @param difference whether only the difference to what the client has is sent
 */
public record InitialEvents(String history, long revision, boolean difference) {
  /** The name of the answer's header. */
  public static final String HEADER = "Rheo-Initial-Events";

  /** Reads the header's value; empty if it is not understood, since it is only an offer. */
  public static Optional<InitialEvents> of(String value) {
    String history = "";
    long revision = 0;
    boolean difference = false;
    for (String part : value.split(";")) {
      String[] pair = part.strip().split("=", 2);
      if (pair.length < 2) {
        continue;
      }
      switch (pair[0]) {
        case "history" -> history = pair[1];
        case "revision" -> {
          if (!pair[1].matches("[0-9]{1,18}")) {
            return Optional.empty();
          }
          revision = Long.parseLong(pair[1]);
        }
        case "difference" -> difference = pair[1].equals("true");
        default -> {}
      }
    }
    return history.isEmpty() || revision == 0
        ? Optional.empty()
        : Optional.of(new InitialEvents(history, revision, difference));
  }
}
