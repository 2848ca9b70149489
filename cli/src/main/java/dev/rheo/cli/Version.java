package dev.rheo.cli;

import dev.rheo.app.Release;
import picocli.CommandLine.IVersionProvider;

/** The output of {@code rheo version}. */
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {
      "Rheo " + Release.version(),
      "Kubernetes API " + Release.KUBERNETES,
      "Java " + Runtime.version() + ", " + System.getProperty("java.vm.name"),
      System.getProperty("os.name") + " " + System.getProperty("os.arch")
    };
  }
}
