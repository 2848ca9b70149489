package dev.rheo.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.rheo.app.EtcdConfig;
import dev.rheo.app.Migration;
import dev.rheo.app.Migration.Moved;
import dev.rheo.app.SnapshotException;
import dev.rheo.app.SnapshotFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code rheo migrate}: moves all objects from the embedded store to etcd, or back. */
@Command(
    name = "migrate",
    description = {
      "Moves all objects from the embedded store to etcd (--from FILE|DIR --to etcd), or back (--from"
          + " etcd --to DIR).",
      "Servers go on reading. They refuse writes for the last part, and, when it has succeeded, until"
          + " they are stopped. If it fails, or is to be undone, they take writes again (--thaw)."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    showDefaultValues = true,
    sortOptions = false)
final class MigrateCommand implements Callable<Integer> {
  private static final String ETCD = "etcd";

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--from",
      paramLabel = "FILE|DIR|etcd",
      description =
          "The kubeconfig of the server that runs on the embedded store, or a data directory that no"
              + " server uses, or etcd.")
  private @Nullable String from;

  @Option(
      names = "--to",
      paramLabel = "etcd|DIR",
      description = "etcd, or the data directory to make.")
  private @Nullable String to;

  @Option(
      names = "--freeze",
      paramLabel = "FILE",
      description =
          "From etcd: the kubeconfig of a server that runs on it, for each one. What else writes to"
              + " etcd must be stopped.")
  private List<Path> servers = List.of();

  @Option(
      names = "--thaw",
      paramLabel = "FILE",
      description =
          "Do nothing but have the server of this kubeconfig take writes again, after a migration"
              + " that was broken off or is undone.")
  private @Nullable Path thaw;

  @Option(
      names = "--headroom",
      paramLabel = "N",
      defaultValue = "20000",
      description =
          "To etcd: how many writes the server may make meanwhile. etcd's revision is first taken so"
              + " far beyond the server's.")
  private long headroom;

  @Mixin private EtcdOptions etcd = new EtcdOptions();

  @Override
  public Integer call() throws Exception {
    try {
      if (thaw != null) {
        if (from != null || to != null) {
          throw wrong("--thaw stands alone");
        }
        new Server(thaw).thaw();
        return 0;
      }
      if (from == null || to == null || from.equals(ETCD) == to.equals(ETCD)) {
        throw wrong("name --from and --to, one of which is etcd");
      }
      Moved moved = to.equals(ETCD) ? toEtcd(Path.of(from)) : fromEtcd(Path.of(to));
      spec.commandLine()
          .getOut()
          .printf(
              "moved %d keys as of revision %d%s%n",
              moved.keys(),
              moved.revision(),
              moved.sha256().isEmpty() ? "" : ", verified, sha256 " + moved.sha256());
      return 0;
    } catch (SnapshotException e) {
      throw new CommandFailedException(String.valueOf(e.getMessage()), e);
    }
  }

  private Moved toEtcd(Path source) throws Exception {
    if (!servers.isEmpty()) {
      throw wrong("--freeze belongs to --from etcd");
    }
    if (headroom < 1) {
      throw wrong("--headroom must be 1 or more");
    }
    EtcdConfig config = etcdConfig();
    return Files.isDirectory(source)
        ? Migration.toEtcd(source, config, headroom, told())
        : Migration.toEtcd(new Server(source), config, headroom, told());
  }

  private Moved fromEtcd(Path data) throws Exception {
    List<Server> running = new ArrayList<>();
    for (Path kubeconfig : servers) {
      running.add(new Server(kubeconfig));
    }
    return Migration.fromEtcd(etcdConfig(), running, data, told());
  }

  private EtcdConfig etcdConfig() {
    try {
      EtcdConfig config = etcd.config();
      if (config.servers().isEmpty()) {
        throw wrong("--etcd-servers is needed");
      }
      return config;
    } catch (IllegalArgumentException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
  }

  private Consumer<String> told() {
    return line -> spec.commandLine().getOut().println(line);
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  /** A server that is asked by its kubeconfig. */
  private static final class Server implements Migration.Running {
    private final ApiClient client;

    Server(Path kubeconfig) throws CommandFailedException {
      client = ApiClient.of(kubeconfig, null);
    }

    @Override
    public InputStream snapshot() throws SnapshotException, InterruptedException {
      try {
        return client.get(SnapshotFiles.PATH);
      } catch (CommandFailedException e) {
        throw new SnapshotException(String.valueOf(e.getMessage()), e);
      }
    }

    @Override
    public long freeze() throws SnapshotException, InterruptedException {
      return post(SnapshotFiles.FREEZE);
    }

    @Override
    public void thaw() throws SnapshotException, InterruptedException {
      long ignored = post(SnapshotFiles.THAW);
    }

    private long post(String path) throws SnapshotException, InterruptedException {
      try (InputStream answer = client.post(path)) {
        return new JsonMapper().readTree(answer).path("revision").asLong();
      } catch (CommandFailedException e) {
        throw new SnapshotException(String.valueOf(e.getMessage()), e);
      } catch (IOException e) {
        throw new SnapshotException("the server cannot be read: " + e.getMessage(), e);
      }
    }
  }
}
