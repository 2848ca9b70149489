package dev.rheo.edge;

import dev.rheo.edge.ledger.Account;
import dev.rheo.edge.ledger.Ledger;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What one request was charged, by account, so that all of it is given back in one place. Event
 * loop only, but for the answer, which belongs to the request's thread until that hands it over.
 */
final class Charges {

  /** Bytes of an answer that the charge for the stream has paid for. */
  private static final int FREE_ANSWER_BYTES = 512;

  private final Ledger ledger;
  private final BooleanSupplier vouched;
  private @Nullable Account streamAccount;
  private long stream;
  private long body;
  private long heldBack;
  private volatile @Nullable Account answerAccount;
  private volatile long answer;

  /**
   * @param vouched whether whoever asks has shown who they are
   */
  Charges(Ledger ledger, BooleanSupplier vouched) {
    this.ledger = ledger;
    this.vouched = vouched;
  }

  /** What it holds in all, as far as it is known. */
  long total() {
    return stream + body + answer;
  }

  /** The request itself was charged to an account. */
  void stream(Account account, long weight) {
    streamAccount = account;
    stream = weight;
  }

  /** What is paid of the body. */
  long body() {
    return body;
  }

  /** Charges more of the body at once, or not at all. */
  boolean tryBody(long bytes) {
    if (bytes > 0 && !ledger.requestBodies().tryCharge(bytes)) {
      return false;
    }
    body += bytes;
    return true;
  }

  /** Charges more of the body when there is room; then {@link #bodyGranted} keeps it. */
  CompletableFuture<Boolean> awaitBody(long bytes, Duration atMost) {
    return ledger.requestBodies().charge(bytes, atMost);
  }

  /**
   * What was waited for is there.
   *
   * @param wanted whether it still has a use
   */
  void bodyGranted(long bytes, boolean wanted) {
    if (wanted) {
      body += bytes;
    } else {
      ledger.requestBodies().release(bytes);
    }
  }

  /** The body is complete: gives back what was charged in advance. */
  void bodyIs(int length) {
    if (body > length) {
      ledger.requestBodies().release(body - length);
      body = length;
    }
  }

  /** Charges bytes of the body that wait behind those that wait for room. */
  boolean tryHeldBack(int bytes) {
    if (!ledger.incoming().tryCharge(bytes)) {
      return false;
    }
    heldBack += bytes;
    return true;
  }

  void releaseHeldBack() {
    ledger.incoming().release(heldBack);
    heldBack = 0;
  }

  /**
   * Charges an answer as it is, in place of what was promised.
   *
   * @param done whether the request has taken effect: then the answer is given, whatever the
   *     account says
   * @return false if there is no room
   */
  boolean answerIs(int length, boolean done, Duration atMost, Runnable makeRoom) throws Exception {
    long bytes = length <= FREE_ANSWER_BYTES ? 0 : length;
    long more = bytes - answer;
    if (more <= 0) {
      answers().release(-more);
    } else if (done) {
      answers().force(more);
    } else if (!charge(more, atMost, makeRoom)) {
      return false;
    }
    answer = bytes;
    return true;
  }

  /** Charges, before the request takes effect, what its answer will take in all. */
  boolean promise(long bytes, Duration atMost, Runnable makeRoom) throws Exception {
    long more = bytes - answer;
    if (more > 0) {
      if (!charge(more, atMost, makeRoom)) {
        return false;
      }
      answer = bytes;
    }
    return true;
  }

  private boolean charge(long bytes, Duration atMost, Runnable makeRoom) throws Exception {
    if (answers().tryCharge(bytes)) {
      return true;
    }
    makeRoom.run();
    return answers().charge(bytes, atMost).get();
  }

  private Account answers() {
    Account known = answerAccount;
    if (known == null) {
      // The same one to the end, whatever is found out about who asks.
      known = vouched.getAsBoolean() ? ledger.answers() : ledger.strangerAnswers();
      answerAccount = known;
    }
    return known;
  }

  /** The request is over. */
  void release() {
    ledger.requestBodies().release(body);
    body = 0;
    if (answer > 0) {
      answers().release(answer);
      answer = 0;
    }
    if (streamAccount != null) {
      streamAccount.release(stream);
      stream = 0;
    }
    releaseHeldBack();
  }
}
