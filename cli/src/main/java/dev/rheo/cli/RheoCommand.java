package dev.rheo.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The command {@code rheo}. Every error is reported in one line; the stack trace of an unexpected
 * one goes to the log.
 */
@Command(
    name = "rheo",
    description = "A Kubernetes-compatible API server whose reads stream.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    subcommands = HelpCommand.class,
    synopsisSubcommandLabel = "COMMAND")
final class RheoCommand implements Runnable {
  static final int FAILED = 1;
  static final int NOT_UNDERSTOOD = 2;

  private final PrintWriter out;
  private final PrintWriter err;
  private final CommandLine commandLine;

  @Spec private CommandSpec spec = CommandSpec.create();

  RheoCommand(ServeCommand serve, PrintStream out, PrintStream err) {
    this.out = new PrintWriter(out, true, StandardCharsets.UTF_8);
    this.err = new PrintWriter(err, true, StandardCharsets.UTF_8);
    this.commandLine =
        new CommandLine(this)
            .addSubcommand(serve)
            .addSubcommand(new MigrateCommand())
            .addSubcommand(new SnapshotCommand())
            .addSubcommand(new StormCommand(out, err))
            .addSubcommand(new VersionCommand())
            .addSubcommand(new WarmUpCommand())
            .setOut(this.out)
            .setErr(this.err)
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setOverwrittenOptionsAllowed(false)
            .setUsageHelpWidth(100)
            .setUsageHelpAutoWidth(false)
            .setParameterExceptionHandler(this::notUnderstood)
            .setExecutionExceptionHandler((e, at, parsed) -> failed(e, at));
  }

  int execute(String... arguments) {
    return commandLine.execute(arguments);
  }

  /** Without a subcommand: an error that points to the help. */
  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "say what to do");
  }

  private int notUnderstood(ParameterException e, String[] arguments) {
    CommandLine at = e.getCommandLine();
    String name = at.getCommandSpec().qualifiedName();
    String message = oneLine(e.getMessage());
    if (e instanceof UnmatchedArgumentException unmatched && !unmatched.isUnknownOption()) {
      message = "'%s' is not known".formatted(String.join(" ", unmatched.getUnmatched()));
    }
    err.printf("%s: %s (see %s --help)%n", name, message, name);
    return NOT_UNDERSTOOD;
  }

  private int failed(Exception e, CommandLine at) {
    String name = at.getCommandSpec().qualifiedName();
    if (e instanceof CommandFailedException) {
      err.printf("%s: %s%n", name, oneLine(e.getMessage()));
    } else {
      // A bug: the log gets the stack trace, for a report.
      System.getLogger("dev.rheo.cli").log(System.Logger.Level.ERROR, "unexpected failure", e);
      err.printf("%s: unexpected failure: %s%n", name, oneLine(e.toString()));
    }
    return FAILED;
  }

  private static String oneLine(@Nullable String message) {
    if (message == null) {
      return "no reason given";
    }
    String line = message.strip().replaceAll("\\s*\\R\\s*", "; ");
    return line.isEmpty() ? line : Character.toLowerCase(line.charAt(0)) + line.substring(1);
  }
}
