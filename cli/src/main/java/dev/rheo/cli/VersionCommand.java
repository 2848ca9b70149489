package dev.rheo.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code rheo version}. */
@Command(
    name = "version",
    description = "Tells the version of Rheo, of the Kubernetes API and of Java.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class VersionCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    for (String line : new Version().getVersion()) {
      spec.commandLine().getOut().println(line);
    }
  }
}
