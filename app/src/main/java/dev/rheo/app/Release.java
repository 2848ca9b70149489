package dev.rheo.app;

import dev.rheo.resource.publish.Discovery;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.Properties;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

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

  /**
   * Tells this build of the program from others: a digest of the names, sizes and times of its
   * jars. Empty if it does not run from jars.
   */
  static String build() {
    try {
      CodeSource source = Release.class.getProtectionDomain().getCodeSource();
      Path jar = source == null ? null : Path.of(source.getLocation().toURI());
      if (jar == null || !Files.isRegularFile(jar)) {
        return "";
      }
      CRC32C digest = new CRC32C();
      try (Stream<Path> files = Files.list(jar.resolveSibling(""))) {
        for (Path file : files.sorted().toList()) {
          String line =
              "%s %d %s\n"
                  .formatted(file.getFileName(), Files.size(file), Files.getLastModifiedTime(file));
          digest.update(line.getBytes(StandardCharsets.UTF_8));
        }
      }
      return "%s-%08x".formatted(version(), digest.getValue());
    } catch (IOException | URISyntaxException e) {
      return "";
    }
  }
}
