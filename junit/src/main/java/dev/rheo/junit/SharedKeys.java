package dev.rheo.junit;

import dev.rheo.access.PemFiles;
import dev.rheo.app.ColdStart;
import dev.rheo.server.security.Pki;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Certificates, made once in a JVM: all servers that are started in it have the same authority, so
 * that only the first one waits for keys. Thread-safe.
 */
final class SharedKeys {
  private static @Nullable Map<String, byte[]> made;

  private SharedKeys() {}

  /** Puts them into the folder of a server that has none yet. */
  static synchronized void into(Path folder) throws IOException {
    Map<String, byte[]> keys = made;
    if (keys == null) {
      ColdStart.begin();
      Pki.open(folder, "127.0.0.1", Clock.systemUTC());
      made = read(folder);
      return;
    }
    PemFiles.createFolder(folder);
    for (Map.Entry<String, byte[]> file : keys.entrySet()) {
      PemFiles.write(folder.resolve(file.getKey()), file.getValue());
    }
  }

  private static Map<String, byte[]> read(Path folder) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files = all.toList();
    }
    Map<String, byte[]> keys = new LinkedHashMap<>();
    for (Path file : files) {
      keys.put(file.getFileName().toString(), Files.readAllBytes(file));
    }
    return keys;
  }
}
