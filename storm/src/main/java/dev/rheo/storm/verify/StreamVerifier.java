package dev.rheo.storm.verify;

import dev.rheo.storm.result.Mode;
import dev.rheo.storm.result.StormSettings.Accept;

/**
 * Parses the body of one response as its bytes arrive, split anywhere, and reports its contents to
 * an {@link Audit}. Not thread-safe.
 */
public interface StreamVerifier {

  /** Consumes the next bytes; the caller may overwrite them afterwards. */
  void accept(byte[] bytes, int from, int to) throws VerificationException;

  /**
   * Signals the regular end of the body.
   *
   * @throws VerificationException if the body is incomplete
   */
  void end() throws VerificationException;

  /**
   * Returns a verifier for this format. {@link Mode#WATCHLIST} stands for any watch, with or
   * without initial events.
   */
  static StreamVerifier of(Accept accept, Mode mode, Audit audit) {
    return switch (accept) {
      case JSON -> new JsonVerifier(audit, mode == Mode.WATCHLIST);
      case PROTOBUF -> new ProtobufVerifier(audit, mode == Mode.WATCHLIST);
    };
  }
}
