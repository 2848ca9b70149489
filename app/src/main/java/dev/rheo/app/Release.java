package dev.rheo.app;

import dev.rheo.resource.publish.Discovery;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** What is released: Rheo's version, and that of the API that it serves. */
public final class Release {
  /** The Kubernetes release whose API is served. */
  public static final String KUBERNETES = Discovery.KUBERNETES_VERSION;

  private Release() {}

  /** Rheo's version, which the build writes into a file. */
  public static String version() {
    Properties properties = new Properties();
    try (InputStream in = Release.class.getResourceAsStream("version.properties")) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties.getProperty("version", "unknown");
  }
}
