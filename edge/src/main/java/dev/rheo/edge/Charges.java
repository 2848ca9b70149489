package dev.rheo.edge;

import dev.rheo.edge.ledger.Account;
import dev.rheo.edge.ledger.Ledger;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The charges of one request, by account, so that one place releases them all. Event loop only,
 * except the answer's charge, which belongs to the request's thread until it hands the answer over.
 */
final class Charges {

  /** Response bytes that the stream's charge covers. */
  private static final int FREE_ANSWER_BYTES = 512;

  private final Ledger ledger;
  private final BooleanSupplier vouched;
  private final EdgeClock clock;
  private @Nullable Account streamAccount;
  private long stream;
  private Account bodyAccount;
  private long body;
  private long heldBack;
  private volatile @Nullable Account answerAccount;
  private volatile long answer;

  /**
   * @param vouched whether the peer has authenticated
   */
  Charges(Ledger ledger, BooleanSupplier vouched, EdgeClock clock) {
    this.ledger = ledger;
    this.bodyAccount = ledger.requestBodies();
    this.vouched = vouched;
    this.clock = clock;
  }

  /** The sum of the charges so far, without body bytes that are held back. */
  long total() {
    return stream + body + answer;
  }

  /** Records the charge for the request itself. */
  void stream(Account account, long weight) {
    streamAccount = account;
    stream = weight;
  }

  /** Releases the charge for the request itself. */
  void releaseStream() {
    if (streamAccount != null) {
      streamAccount.release(stream);
      stream = 0;
    }
  }

  /** Has the body, of which nothing is charged yet, charged as a small one. */
  void bodyIsSmall() {
    bodyAccount = ledger.smallBodies();
  }

  /** Bytes of the body charged so far. */
  long body() {
    return body;
  }

  /** Charges further bytes of the body at once or not at all. */
  boolean tryBody(long bytes) {
    if (bytes > 0 && !bodyAccount.tryCharge(bytes)) {
      return false;
    }
    body += bytes;
    return true;
  }

  /**
   * Charges further bytes of the body when they fit. A granted charge goes to {@link #bodyGranted}.
   */
  CompletableFuture<Boolean> awaitBody(long bytes, Duration atMost) {
    CompletableFuture<Boolean> granted = bodyAccount.charge(bytes);
    clock.giveUpAfter(granted, atMost);
    return granted;
  }

  /**
   * Takes over a charge that {@link #awaitBody} granted.
   *
   * @param wanted false to release the charge, because the request no longer reads its body
   */
  void bodyGranted(long bytes, boolean wanted) {
    if (wanted) {
      body += bytes;
    } else {
      bodyAccount.release(bytes);
    }
  }

  /** Releases what was charged beyond the final length of the body. */
  void bodyIs(int length) {
    if (body > length) {
      bodyAccount.release(body - length);
      body = length;
    }
  }

  /** Charges body bytes that are held back while the body's own charge waits. */
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
   * Charges a response by its actual size, in place of what was promised.
   *
   * @param done whether the request has taken effect; its response is then sent even if the account
   *     is full
   * @return false if it does not fit
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

  /** Charges the total size of a response before its request takes effect. */
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
    CompletableFuture<Boolean> granted = answers().charge(bytes);
    clock.giveUpAfter(granted, atMost);
    return granted.get();
  }

  private Account answers() {
    Account known = answerAccount;
    if (known == null) {
      // Fixed at the first charge, even if the peer authenticates later.
      known = vouched.getAsBoolean() ? ledger.answers() : ledger.strangerAnswers();
      answerAccount = known;
    }
    return known;
  }

  /** Releases all charges of the request. */
  void release() {
    bodyAccount.release(body);
    body = 0;
    if (answer > 0) {
      answers().release(answer);
      answer = 0;
    }
    releaseStream();
    releaseHeldBack();
  }
}
