package dev.rheo.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.rheo.app.SnapshotException;
import dev.rheo.app.SnapshotFiles;
import dev.rheo.app.SnapshotFiles.Summary;
import java.io.IOException;
import java.io.InputStream;
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
  static final class Save implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

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

    @Option(
        names = {"-o", "--output"},
        paramLabel = "FORMAT",
        defaultValue = "text",
        description = "How the summary is printed: ${COMPLETION-CANDIDATES}.")
    private Output output = Output.TEXT;

    @Override
    public Integer call() throws Exception {
      Path from = data;
      Path server = kubeconfig;
      if ((from == null) == (server == null)) {
        throw new ParameterException(
            spec.commandLine(), "name either --kubeconfig, of a server that runs, or --data-dir");
      }
      if (context != null && server == null) {
        throw new ParameterException(spec.commandLine(), "--context is of a --kubeconfig");
      }
      try {
        print(spec, output, from != null ? SnapshotFiles.save(from, file) : saveFrom(server));
      } catch (SnapshotException e) {
        throw failed(e);
      }
      return 0;
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
  static final class Restore implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

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

    @Option(
        names = {"-o", "--output"},
        paramLabel = "FORMAT",
        defaultValue = "text",
        description = "How the summary is printed: ${COMPLETION-CANDIDATES}.")
    private Output output = Output.TEXT;

    @Override
    public Integer call() throws Exception {
      if (bump < 0 || bump > Integer.MAX_VALUE * 1000L) {
        throw new ParameterException(
            spec.commandLine(),
            "--bump-revision is not between 0 and " + Integer.MAX_VALUE * 1000L);
      }
      if (data.toString().isEmpty()) {
        throw new ParameterException(spec.commandLine(), "--data-dir needs a name");
      }
      try {
        print(spec, output, SnapshotFiles.restore(file, data, bump));
      } catch (SnapshotException e) {
        throw failed(e);
      }
      return 0;
    }
  }

  @Command(
      name = "status",
      description = "Verifies a file, and tells what it holds.",
      mixinStandardHelpOptions = true,
      versionProvider = Version.class,
      sortOptions = false)
  static final class Status implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "FILE", description = "What was saved.")
    private Path file = Path.of("");

    @Option(
        names = {"-o", "--output"},
        paramLabel = "FORMAT",
        defaultValue = "text",
        description = "How it is printed: ${COMPLETION-CANDIDATES}.")
    private Output output = Output.TEXT;

    @Override
    public Integer call() throws Exception {
      try {
        print(spec, output, SnapshotFiles.status(file));
      } catch (SnapshotException e) {
        throw failed(e);
      }
      return 0;
    }
  }

  private static CommandFailedException failed(SnapshotException e) {
    return new CommandFailedException(String.valueOf(e.getMessage()), e);
  }

  private static void print(CommandSpec spec, Output output, Summary summary)
      throws JsonProcessingException {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("revision", summary.revision());
    fields.put("keys", summary.keys());
    fields.put("expiring", summary.expiring());
    fields.put("bytes", summary.bytes());
    fields.put("sha256", summary.sha256());
    fields.put("history", summary.history());
    if (output == Output.JSON) {
      spec.commandLine().getOut().println(new JsonMapper().writeValueAsString(fields));
    } else {
      fields.forEach((name, value) -> spec.commandLine().getOut().printf("%-9s %s%n", name, value));
    }
  }
}
