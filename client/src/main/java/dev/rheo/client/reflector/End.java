package dev.rheo.client.reflector;

import dev.rheo.client.wire.Refusal;

/** How a request or a stream came to its end. */
public sealed interface End {

  /** The server ended the stream between two events. */
  record Clean() implements End {}

  /**
   * The connection broke, or there was no answer.
   *
   * @param refused whether nobody listened there at all
   */
  record Broken(boolean refused, String why) implements End {}

  /** Nothing came for longer than the reflector has patience. */
  record Silent() implements End {}

  /** The server refused the request, or ended the stream with a Status. */
  record Refused(Refusal refusal) implements End {}

  /** What came was not what a server sends. */
  record Faulty(String why) implements End {}

  /** One line for a person. */
  default String text() {
    if (this instanceof Broken broken) {
      return broken.why();
    } else if (this instanceof Refused refused) {
      return refused.refusal().message();
    } else if (this instanceof Faulty faulty) {
      return faulty.why();
    } else if (this instanceof Silent) {
      return "the server sent nothing";
    }
    return "the server ended the stream";
  }
}
