package dev.rheo.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The output of {@code rheo version}. */
final class Version implements IVersionProvider {
  /** The Kubernetes release whose API is served. */
  static final String KUBERNETES = "1.36.3";

  static String rheo() {
    Properties properties = new Properties();
    try (InputStream in = Version.class.getResourceAsStream("version.properties")) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties.getProperty("version", "unknown");
  }

  @Override
  public String[] getVersion() {
    return new String[] {
      "Rheo " + rheo(),
      "Kubernetes API " + KUBERNETES,
      "Java " + Runtime.version() + ", " + System.getProperty("java.vm.name"),
      System.getProperty("os.name") + " " + System.getProperty("os.arch")
    };
  }
}
