package dev.rheo.storm.run;

import dev.rheo.client.EventHandler;
import dev.rheo.client.Informer;
import dev.rheo.client.InformerFault;
import dev.rheo.client.Informers;
import dev.rheo.client.reflector.ReflectorSettings;
import dev.rheo.client.reflector.Resource;
import dev.rheo.client.transport.Answer;
import dev.rheo.client.transport.RawObject;
import dev.rheo.client.transport.Transport;
import dev.rheo.storm.net.StreamTransport;
import dev.rheo.storm.net.Streams;
import dev.rheo.storm.result.Failure.Kind;
import dev.rheo.storm.result.Mode;
import dev.rheo.storm.verify.History;
import dev.rheo.storm.verify.StreamVerifier;
import dev.rheo.storm.verify.VerificationException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A reader that is one of Rheo's informers: it keeps what comes. What comes is verified on its way
 * to the informer, and at the end what the informer keeps. The audit, which is not thread-safe, is
 * guarded by itself.
 */
final class InformerReader extends Reader {
  private static final Duration SETTLE_POLL = Duration.ofMillis(50);

  private final InformerThreads threads;
  private final Informer<RawObject> informer;

  @SuppressWarnings("this-escape") // The informer is not started here.
  InformerReader(
      int number, ReadPlan plan, Streams streams, Listener listener, InformerThreads threads) {
    super(number, plan, listener);
    this.threads = threads;
    Duration open = plan.serverTimeout();
    ReflectorSettings settings =
        ReflectorSettings.defaults()
            .withWatchList(plan.mode() == Mode.WATCHLIST)
            .withWatchTimeout(open, open)
            .withInitialSilence(open, 1)
            .withPageSize(0);
    Informers informers =
        Informers.builder(new Verified(new StreamTransport(streams)))
            .settings(settings)
            .executor(threads.executor())
            .timing(threads.timing())
            .build();
    informer =
        informers
            .informer(new Resource(plan.collection(), ""), RawObject.FORMAT)
            .onFault(this::fault)
            .build();
    informer.addHandler(
        new EventHandler<>() {
          @Override
          public void onSynced() {
            hasSynced();
          }
        });
  }

  @Override
  void start() {
    started = System.nanoTime();
    informer.start();
  }

  private void hasSynced() {
    if (ended()) {
      return;
    }
    synced = System.nanoTime();
    state = State.FOLLOWING;
    listener.synced(this);
    if (!plan.follow()) {
      finish(null);
    }
  }

  /** The informer goes on by itself; for a storm, what breaks off is a failure. */
  private void fault(InformerFault fault) {
    if (ended()) {
      return;
    }
    boolean refusesWatchList =
        state == State.ASKING && (fault.status() == 400 || fault.status() == 422);
    if (refusesWatchList && plan.mode() == Mode.WATCHLIST && refusedWatchList == null) {
      refusedWatchList = fault.message();
    } else if (fault.status() == 429) {
      retries = retries + 1;
    } else {
      fail(fault.status() == 0 ? Kind.TRUNCATED : Kind.STATUS, fault.message());
    }
  }

  @Override
  void stop(Kind kind, String message) {
    fail(kind, message);
  }

  @Override
  void release() {
    if (state == State.FOLLOWING) {
      finish(null);
    }
  }

  @Override
  void settle(History history, long deadlineNanos) {
    if (state != State.FOLLOWING) {
      return;
    }
    boolean caughtUp;
    synchronized (audit) {
      caughtUp = audit.caughtUp(history);
    }
    if (!caughtUp && System.nanoTime() < deadlineNanos) {
      threads.timing().later(SETTLE_POLL, () -> settle(history, deadlineNanos));
      return;
    }
    try {
      synchronized (audit) {
        audit.settle(history);
      }
      awaitStore(history);
      finish(history);
    } catch (VerificationException found) {
      fail(found);
    }
  }

  /** What has been verified on its way is in the store a moment later. */
  private void awaitStore(History history) throws VerificationException {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(2);
    while (true) {
      try {
        checkStore(history);
        return;
      } catch (VerificationException found) {
        if (System.nanoTime() > until) {
          throw found;
        }
        Thread.onSpinWait();
      }
    }
  }

  private void checkStore(@Nullable History history) throws VerificationException {
    synchronized (audit) {
      audit.checkStore(informer.store().keys(), informer.store()::version, history);
    }
  }

  private void finish(@Nullable History history) {
    try {
      checkStore(history);
    } catch (VerificationException found) {
      fail(found);
      return;
    }
    finish(State.COMPLETE, null);
  }

  private void fail(Kind kind, String message) {
    String position;
    synchronized (audit) {
      position = audit.position();
    }
    fail(new VerificationException(kind, position, message));
  }

  private void fail(VerificationException finding) {
    finish(State.FAILED, finding.ofReader(number));
  }

  @Override
  void close() {
    informer.close();
  }

  /** Verifies what comes before the informer reads it. */
  private final class Verified implements Transport {
    private final Transport under;

    Verified(Transport under) {
      this.under = under;
    }

    @Override
    public Answer get(String target, Map<String, String> headers)
        throws IOException, InterruptedException {
      Mode asking = target.contains("watch=true") ? Mode.WATCHLIST : Mode.LIST;
      if (asking == Mode.WATCHLIST && !target.contains("sendInitialEvents") && resumed()) {
        resumes = resumes + 1;
      }
      Answer answer = under.get(target, headers);
      if (answer.status() != 200) {
        return answer;
      }
      if (state == State.ASKING) {
        state = State.SYNCING;
      }
      StreamVerifier verifier = StreamVerifier.of(plan.accept(), asking, audit);
      InputStream body = new VerifiedBody(answer.body(), verifier);
      return new Answer() {
        @Override
        public int status() {
          return answer.status();
        }

        @Override
        public Optional<String> header(String name) {
          return answer.header(name);
        }

        @Override
        public InputStream body() {
          return body;
        }

        @Override
        public void close() {
          answer.close();
        }
      };
    }

    /** Whether a watch has been open before, so that this one goes on where it ended. */
    private boolean resumed() {
      return plan.mode() == Mode.WATCHLIST || audit.changes() > 0;
    }

    @Override
    public String server() {
      return under.server();
    }
  }

  private final class VerifiedBody extends InputStream {
    private final InputStream under;
    private final StreamVerifier verifier;

    VerifiedBody(InputStream under, StreamVerifier verifier) {
      this.under = under;
      this.verifier = verifier;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int count = under.read(into, offset, length);
      try {
        synchronized (audit) {
          if (count < 0) {
            verifier.end();
            return count;
          }
          verifier.accept(into, offset, offset + count);
        }
      } catch (VerificationException found) {
        fail(found);
        throw new IOException(found.getMessage(), found);
      }
      if (firstByte == 0) {
        firstByte = System.nanoTime();
      }
      bytes = bytes + count;
      holdBack();
      return count;
    }

    /** Waits until the bytes read so far are due at the configured rate. */
    private void holdBack() throws IOException {
      if (plan.rate() == 0) {
        return;
      }
      long wait = started + (long) (bytes * 1e9 / plan.rate()) - System.nanoTime();
      if (wait > TimeUnit.MILLISECONDS.toNanos(1)) {
        try {
          Thread.sleep(Duration.ofNanos(wait));
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new IOException("interrupted", e);
        }
      }
    }
  }
}
