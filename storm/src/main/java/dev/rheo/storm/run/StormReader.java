package dev.rheo.storm.run;

import dev.rheo.storm.net.Answer;
import dev.rheo.storm.net.Stream;
import dev.rheo.storm.net.StreamHandler;
import dev.rheo.storm.net.Streams;
import dev.rheo.storm.result.Failure.Kind;
import dev.rheo.storm.result.Mode;
import dev.rheo.storm.verify.History;
import dev.rheo.storm.verify.StreamVerifier;
import dev.rheo.storm.verify.VerificationException;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A reader that sends the requests of client-go's reflector, verifies the responses and keeps
 * nothing of them.
 *
 * <p>After 429 or {@code Retry-After} it asks again; with a list, if a watch list is refused.
 *
 * <p>Works on one event loop at a time; accessors and commands may be called from any thread.
 */
final class StormReader extends Reader {
  private static final int OK = 200;
  private static final int BAD_REQUEST = 400;
  private static final int UNPROCESSABLE = 422;
  private static final int TOO_MANY_REQUESTS = 429;

  /** Same as client-go's REST client. */
  private static final int MAX_RETRIES = 10;

  private static final int MAX_REFUSAL = 4 << 10;
  private static final int SETTLE_POLL_MILLIS = 50;

  /** Bytes are copied here to be verified: arrays are read several times as fast as buffers. */
  private static final ThreadLocal<byte[]> SCRATCH =
      ThreadLocal.withInitial(() -> new byte[64 << 10]);

  private final Streams streams;

  private volatile @Nullable Stream stream;

  private Mode asking;
  private @Nullable StreamVerifier verifier;
  private @Nullable ByteArrayOutputStream refusal;
  private int refusalCode;
  private int refusalRetryAfter;
  private boolean paused;

  StormReader(int number, ReadPlan plan, Streams streams, Listener listener) {
    super(number, plan, listener);
    this.streams = streams;
    this.asking = plan.mode();
  }

  @Override
  void start() {
    started = System.nanoTime();
    ask();
  }

  private void ask() {
    boolean list = asking == Mode.LIST;
    send(list ? plan.listPath() : plan.watchListPath());
  }

  private void send(String path) {
    streams.get(path, plan.acceptHeader(asking), this::begun, new Handler());
  }

  private void begun(Stream next) {
    stream = next;
    if (ended()) {
      next.cancel();
    }
  }

  // --- commands, callable from any thread

  @Override
  void stop(Kind kind, String message) {
    onLoop(() -> fail(new VerificationException(kind, audit.position(), message)));
  }

  @Override
  void release() {
    onLoop(
        () -> {
          if (state == State.FOLLOWING) {
            complete();
          }
        });
  }

  @Override
  void settle(History history, long deadlineNanos) {
    onLoop(
        () -> {
          if (state != State.FOLLOWING) {
            return;
          }
          if (!audit.caughtUp(history) && System.nanoTime() < deadlineNanos) {
            Stream current = stream;
            if (current != null) {
              current
                  .loop()
                  .schedule(
                      () -> settle(history, deadlineNanos),
                      SETTLE_POLL_MILLIS,
                      TimeUnit.MILLISECONDS);
              return;
            }
          }
          try {
            audit.settle(history);
            complete();
          } catch (VerificationException found) {
            fail(found);
          }
        });
  }

  private void onLoop(Runnable task) {
    Stream current = stream;
    if (current == null) {
      // No request has a stream yet, so no event loop works on this reader.
      task.run();
      return;
    }
    if (current.inLoop()) {
      task.run();
    } else {
      current.loop().execute(task);
    }
  }

  // --- on the event loop

  private void fail(VerificationException finding) {
    finish(State.FAILED, finding.ofReader(number));
  }

  private void complete() {
    finish(State.COMPLETE, null);
  }

  @Override
  void close() {
    Stream current = stream;
    if (current != null) {
      current.cancel();
    }
  }

  private void checkSynced() {
    if (state != State.SYNCING || !audit.synced()) {
      return;
    }
    synced = System.nanoTime();
    if (!plan.follow()) {
      listener.synced(this);
      complete();
      return;
    }
    state = State.FOLLOWING;
    listener.synced(this);
    if (asking == Mode.LIST) {
      watchOn();
    }
  }

  /** Watches from the last revision reached, as a reflector does after a list. */
  private void watchOn() {
    Stream current = stream;
    if (current != null) {
      current.cancel();
    }
    asking = Mode.WATCHLIST;
    verifier = null;
    send(plan.watchPath(audit.revision()));
  }

  private void later(Runnable task, int seconds) {
    Stream current = stream;
    if (current != null) {
      current.loop().schedule(task, seconds, TimeUnit.SECONDS);
    }
  }

  /** Handles one response. */
  private final class Handler implements StreamHandler {

    @Override
    public void head(int code, int retryAfter) {
      if (ended()) {
        return;
      }
      if (code == OK) {
        verifier = StreamVerifier.of(plan.accept(), asking, audit);
        if (state == State.ASKING) {
          state = State.SYNCING;
        }
      } else {
        refusal = new ByteArrayOutputStream();
        refusalCode = code;
        refusalRetryAfter = retryAfter;
      }
    }

    @Override
    public void data(ByteBuf buffer) {
      if (ended()) {
        return;
      }
      int length = buffer.readableBytes();
      ByteArrayOutputStream refused = refusal;
      if (refused != null) {
        int kept = Math.min(length, MAX_REFUSAL - refused.size());
        byte[] text = new byte[kept];
        buffer.readBytes(text);
        refused.write(text, 0, kept);
        return;
      }
      if (firstByte == 0) {
        firstByte = System.nanoTime();
      }
      bytes = bytes + length;
      try {
        verify(buffer);
      } catch (VerificationException finding) {
        fail(finding);
        return;
      }
      if (asking == Mode.WATCHLIST) {
        checkSynced();
      }
      holdBack();
    }

    private void verify(ByteBuf buffer) throws VerificationException {
      StreamVerifier to = verifier;
      if (to == null) {
        throw new VerificationException(Kind.MALFORMED, audit.position(), "a body without a head");
      }
      byte[] scratch = SCRATCH.get();
      while (buffer.isReadable()) {
        int length = Math.min(buffer.readableBytes(), scratch.length);
        buffer.readBytes(scratch, 0, length);
        to.accept(scratch, 0, length);
      }
    }

    /** Pauses reading until the bytes read so far are due at the configured rate. */
    private void holdBack() {
      Stream current = stream;
      if (plan.rate() == 0 || paused || ended() || current == null) {
        return;
      }
      long due = started + (long) (bytes * 1e9 / plan.rate());
      long wait = due - System.nanoTime();
      if (wait > TimeUnit.MILLISECONDS.toNanos(1)) {
        paused = true;
        current.reading(false);
        current
            .loop()
            .schedule(
                () -> {
                  paused = false;
                  current.reading(true);
                },
                wait,
                TimeUnit.NANOSECONDS);
      }
    }

    @Override
    public void end() {
      if (ended()) {
        return;
      }
      if (refusal != null) {
        refused();
        return;
      }
      StreamVerifier to = verifier;
      try {
        if (to == null) {
          throw new VerificationException(
              Kind.MALFORMED, audit.position(), "an answer without a head");
        }
        to.end();
        if (state == State.FOLLOWING) {
          resumes = resumes + 1;
          watchOn();
        } else {
          checkSynced();
        }
      } catch (VerificationException finding) {
        fail(finding);
      }
    }

    @Override
    public void failed(Throwable cause) {
      if (ended()) {
        return;
      }
      String what = Causes.line(cause);
      fail(
          state == State.ASKING
              ? new VerificationException(Kind.CONNECTION, audit.position(), what)
              : new VerificationException(
                  Kind.TRUNCATED, audit.position(), "the stream broke off: " + what));
    }

    private void refused() {
      ByteArrayOutputStream text = refusal;
      Answer answer =
          new Answer(
              refusalCode, refusalRetryAfter, text == null ? new byte[0] : text.toByteArray());
      refusal = null;
      boolean wait =
          answer.code() == TOO_MANY_REQUESTS
              || answer.retryAfter() >= 0 && answer.code() / 100 == 5;
      if (wait && retries < MAX_RETRIES) {
        retries = retries + 1;
        later(
            () -> {
              if (state == State.FOLLOWING) {
                send(plan.watchPath(audit.revision()));
              } else if (!ended()) {
                ask();
              }
            },
            Math.max(1, answer.retryAfter()));
      } else if (asking == Mode.WATCHLIST
          && state == State.ASKING
          && (answer.code() == UNPROCESSABLE || answer.code() == BAD_REQUEST)) {
        refusedWatchList = "%d: %s".formatted(answer.code(), answer.message());
        asking = Mode.LIST;
        ask();
      } else {
        fail(
            new VerificationException(
                Kind.STATUS,
                audit.position(),
                "the server answered %d: %s".formatted(answer.code(), answer.message())));
      }
    }
  }
}
