package dev.rheo.store.etcd;

import dev.rheo.store.CompactedException;
import dev.rheo.store.StoreException;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Checks at the start that etcd can do what is needed of it. */
final class EtcdCheck {
  private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+)\\.(\\d+).*");

  private static final Duration PAUSE = Duration.ofMillis(200);

  /** No member answers. */
  private static final class UnreachableException extends Exception {
    private static final long serialVersionUID = 1L;

    UnreachableException(
        List<EtcdConnection.Member> members, @Nullable StatusRuntimeException cause) {
      super(
          "no etcd server can be used: "
              + members
              + (cause == null ? "" : ": " + EtcdFaults.of(cause).getMessage()),
          cause);
    }
  }

  private final EtcdRevisionStore store;
  private final Duration patience;

  EtcdCheck(EtcdRevisionStore store, Duration patience) {
    this.store = store;
    this.patience = patience;
  }

  /**
   * Asks all members who they are. Some may be down, not all.
   *
   * @return what one of them says
   * @throws StoreException if none can be reached, one is too old, or they are of several clusters
   */
  Messages.Header members() throws StoreException {
    long end = System.nanoTime() + patience.toNanos();
    while (true) {
      try {
        return ask();
      } catch (UnreachableException e) {
        // It may be starting, as this server is.
        if (System.nanoTime() + PAUSE.toNanos() > end) {
          throw new StoreException(String.valueOf(e.getMessage()), e.getCause());
        }
      }
      try {
        Thread.sleep(PAUSE);
      } catch (InterruptedException e) {
        throw EtcdFaults.of(e);
      }
    }
  }

  private Messages.Header ask() throws StoreException, UnreachableException {
    Messages.Header any = null;
    boolean streams = true;
    StatusRuntimeException failure = null;
    for (EtcdConnection.Member member : store.connection().members()) {
      Messages.StatusAnswer said;
      try {
        said = store.connection().ask(member, EtcdApi.STATUS, new Messages.Done());
      } catch (StatusRuntimeException e) {
        failure = e;
        continue;
      }
      streams &= isAtLeast(said.version(), 7, 0);
      if (!newEnough(said.version())) {
        throw new StoreException(
            "etcd at "
                + member
                + " is "
                + said.version()
                + "; needed is 3.5.13 or later, or 3.4.31 or later");
      }
      if (any != null && any.cluster() != said.header().cluster()) {
        throw new StoreException(
            "etcd at %s belongs to the cluster %x, another member to %x"
                .formatted(member, said.header().cluster(), any.cluster()));
      }
      any = said.header();
      store.databaseBytes(said.size());
    }
    if (any == null) {
      throw new UnreachableException(store.connection().members(), failure);
    }
    store.streamsRanges(streams);
    return any;
  }

  /** A watch must tell how far it is; consistent reads depend on it. */
  void progress() throws StoreException {
    long current = store.currentRevision();
    long end = System.nanoTime() + patience.toNanos();
    try (EtcdWatch watch = store.watch(store.nothing(), current)) {
      watch.want(current);
      while (watch.next(Duration.ofMillis(100)).revision() < current) {
        if (System.nanoTime() - end > 0) {
          throw new StoreException("etcd does not tell how far a watch is (progress requests)");
        }
      }
    } catch (CompactedException e) {
      // Somebody compacts up to the current revision, so watches work.
    } catch (InterruptedException e) {
      throw EtcdFaults.of(e);
    }
  }

  static boolean newEnough(String version) {
    return isAtLeast(version, 5, 13) || (isAtLeast(version, 4, 31) && !isAtLeast(version, 5, 0));
  }

  /** Whether a version is 3.{@code minor}.{@code patch} or later. */
  private static boolean isAtLeast(String version, long minor, long patch) {
    Matcher match = VERSION.matcher(version);
    if (!match.matches()) {
      return false;
    }
    long[] wanted = {3, minor, patch};
    long[] is = {
      Long.parseLong(match.group(1)), Long.parseLong(match.group(2)), Long.parseLong(match.group(3))
    };
    return Arrays.compare(is, wanted) >= 0;
  }
}
