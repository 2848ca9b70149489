package dev.rheo.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.rheo.app.SnapshotException;
import dev.rheo.app.SnapshotFiles;
import dev.rheo.app.SnapshotFiles.Summary;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code rheo snapshot}: saves the embedded store to a file, and makes a store of one. */
@Command(
    name = "snapshot",
    description = "Saves the embedded store to a file, and restores it.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      SnapshotCommand.Save.class,
      SnapshotCommand.Restore.class,
      SnapshotCommand.Status.class
    })
final class SnapshotCommand implements Runnable {
  /** As upstream advises for etcd: more than any server writes between two backups. */
  private static final String DEFAULT_BUMP = "1000000000";

  @Spec private CommandSpec spec = CommandSpec.create();

  /** Without a subcommand: an error that points to the help. */
  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "say what to do");
  }

  /** How a summary is printed. */
  enum Output {
    TEXT,
    JSON
  }

  /** One of the commands: what it does, and the summary that it prints. */
  abstract static class Step implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(
        names = {"-o", "--output"},
        paramLabel = "FORMAT",
        defaultValue = "text",
        order = 1, // The last.
        description = "How the summary is printed: ${COMPLETION-CANDIDATES}.")
    private Output output = Output.TEXT;

    abstract Summary run() throws CommandFailedException, SnapshotException, InterruptedException;

    @Override
    public Integer call() throws Exception {
      try {
        print(run());
        return 0;
      } catch (SnapshotException e) {
        throw new CommandFailedException(String.valueOf(e.getMessage()), e);
      }
    }

    ParameterException wrong(String message) {
      return new ParameterException(spec.commandLine(), message);
    }

    private void print(Summary summary) throws JsonProcessingException {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("revision", summary.revision());
      fields.put("keys", summary.keys());
      fields.put("expiring", summary.expiring());
      fields.put("bytes", summary.bytes());
      fields.put("sha256", summary.sha256());
      fields.put("history", summary.history());
      PrintWriter out = spec.commandLine().getOut();
      if (output == Output.JSON) {
        out.println(new JsonMapper().writeValueAsString(fields));
      } else {
        fields.forEach((name, value) -> out.printf("%-9s %s%n", name, value));
      }
    }
  }

  @Command(
      name = "save",
      description = {
        "Saves the store of a server that runs (--kubeconfig), or of a data directory that no server"
            + " uses (--data-dir), as of one revision.",
        "The file holds every Secret; only its owner can read it."
      },
      mixinStandardHelpOptions = true,
      versionProvider = Version.class,
      sortOptions = false)
  static final class Save extends Step {
    @Parameters(paramLabel = "FILE", description = "Replaced if it exists.")
    private Path file = Path.of("");

    @Option(
        names = "--kubeconfig",
        paramLabel = "FILE",
        description = "The server, and a user who may do everything.")
    private @Nullable Path kubeconfig;

    @Option(
        names = "--context",
        paramLabel = "NAME",
        description = "The context of the kubeconfig (default: its current one).")
    private @Nullable String context;

    @Option(
        names = {"--data-dir", "--data"},
        paramLabel = "DIR",
        description = "The data directory. Nothing in it is changed.")
    private @Nullable Path data;

    @Override
    Summary run() throws CommandFailedException, SnapshotException, InterruptedException {
      Path from = data;
      Path server = kubeconfig;
      if ((from == null) == (server == null)) {
        throw wrong("name either --kubeconfig, of a server that runs, or --data-dir");
      }
      if (context != null && server == null) {
        throw wrong("--context is of a --kubeconfig");
      }
      return from != null ? SnapshotFiles.save(from, file) : saveFrom(server);
    }

    private Summary saveFrom(Path server)
        throws CommandFailedException, SnapshotException, InterruptedException {
      try (InputStream sent = ApiClient.of(server, context).get(SnapshotFiles.PATH)) {
        return SnapshotFiles.save(sent, file);
      } catch (IOException e) {
        throw new CommandFailedException("the server cannot be read: " + e.getMessage(), e);
      }
    }
  }

  @Command(
      name = "restore",
      description = "Makes a data directory that holds what a file does.",
      mixinStandardHelpOptions = true,
      versionProvider = Version.class,
      showDefaultValues = true,
      sortOptions = false)
  static final class Restore extends Step {
    @Parameters(paramLabel = "FILE", description = "What was saved.")
    private Path file = Path.of("");

    @Option(
        names = {"--data-dir", "--data"},
        paramLabel = "DIR",
        required = true,
        description = "The data directory to make; empty, if it exists.")
    private Path data = Path.of("");

    @Option(
        names = "--bump-revision",
        paramLabel = "N",
        defaultValue = DEFAULT_BUMP,
        description =
            "How far the store's revision is raised, beyond any that a client may have seen since"
                + " the file was saved; 0 only if there can be none.")
    private long bump;

    @Override
    Summary run() throws SnapshotException {
      if (bump < 0 || bump > Integer.MAX_VALUE * 1000L) {
        throw wrong("--bump-revision is not between 0 and " + Integer.MAX_VALUE * 1000L);
      }
      if (data.toString().isEmpty()) {
        throw wrong("--data-dir needs a name");
      }
      return SnapshotFiles.restore(file, data, bump);
    }
  }

  @Command(
      name = "status",
      description = "Verifies a file, and tells what it holds.",
      mixinStandardHelpOptions = true,
      versionProvider = Version.class,
      sortOptions = false)
  static final class Status extends Step {
    @Parameters(paramLabel = "FILE", description = "What was saved.")
    private Path file = Path.of("");

    @Override
    Summary run() throws SnapshotException {
      return SnapshotFiles.status(file);
    }
  }
}
