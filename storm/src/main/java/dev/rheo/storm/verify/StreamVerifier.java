package dev.rheo.storm.verify;

import dev.rheo.storm.result.Mode;
import dev.rheo.storm.result.StormSettings.Accept;

/**
 * Reads the body of one answer as its bytes arrive, in any pieces, and tells an {@link Audit} what
 * it says. Not thread-safe.
 */
public interface StreamVerifier {

  /** Takes the next bytes; they may be overwritten afterwards. */
  void accept(byte[] bytes, int from, int to) throws VerificationException;

  /**
   * The body has ended as its protocol ends one.
   *
   * @throws VerificationException if it should have gone on
   */
  void end() throws VerificationException;

  /** For an answer of this format; a watch has events in it, initial ones or not. */
  static StreamVerifier of(Accept accept, Mode mode, Audit audit) {
    return switch (accept) {
      case JSON -> new JsonVerifier(audit, mode == Mode.WATCHLIST);
      case PROTOBUF -> new ProtobufVerifier(audit, mode == Mode.WATCHLIST);
    };
  }
}
