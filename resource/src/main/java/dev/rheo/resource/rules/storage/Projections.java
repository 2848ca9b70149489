package dev.rheo.resource.rules.storage;

import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.FilePaths;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The sources of projected volumes, which may be several, in one tree of files. Sources of types
 * that are off by default are dropped before.
 */
final class Projections {
  private static final long TOKEN_SECONDS_MIN = 600;
  private static final long TOKEN_SECONDS_MAX = 1L << 32;

  /** The types of a source, in the order of upstream's checks. */
  private static final List<String> TYPES =
      List.of("secret", "configMap", "downwardAPI", "serviceAccountToken");

  private final Field volume;
  private final boolean nonLocalTokenPath;
  private final Set<String> paths = new HashSet<>();

  private Projections(Field volume, boolean nonLocalTokenPath) {
    this.volume = volume;
    this.nonLocalTokenPath = nonLocalTokenPath;
  }

  /**
   * @param volume the projected volume's source
   * @param nonLocalTokenPath whether the path of a token may lead anywhere
   */
  static void validate(Field volume, boolean nonLocalTokenPath) {
    Projections projections = new Projections(volume, nonLocalTokenPath);
    for (Field source : volume.at("sources").items()) {
      projections.source(source);
    }
  }

  private void source(Field source) {
    int types = 0;
    for (String type : TYPES) {
      Field one = source.at(type);
      if (one.present()) {
        types++;
        check(type, one);
      }
    }
    if (types > 1) {
      source.forbidden("may not specify more than 1 volume type per source");
    }
  }

  private void check(String type, Field source) {
    switch (type) {
      case "downwardAPI" -> downward(source);
      case "serviceAccountToken" -> token(source);
      default -> items(source);
    }
  }

  /**
   * Notes the path of a file.
   *
   * @param shown in the message if there is such a file already
   */
  private void file(String path, String shown) {
    if (!paths.add(path)) {
      volume.invalid(shown, "conflicting duplicate paths");
    }
  }

  private void items(Field source) {
    VolumeChecks.need(source, "name");
    for (Field item : source.at("items").items()) {
      VolumeChecks.keyToPath(item);
      if (!item.at("path").isEmpty()) {
        file(item.at("path").text(), source.at("name").text());
      }
    }
  }

  private void downward(Field source) {
    for (Field item : source.at("items").items()) {
      Volumes.downwardFile(item.placed(source));
      String path = item.at("path").text();
      if (!path.isEmpty()) {
        file(path, path);
      }
    }
  }

  private void token(Field source) {
    Field seconds = source.at("expirationSeconds");
    if (seconds.number() < TOKEN_SECONDS_MIN) {
      seconds.invalid(seconds.number(), "may not specify a duration less than 10 minutes");
    }
    if (seconds.number() > TOKEN_SECONDS_MAX) {
      seconds.invalid("may not specify a duration larger than 2^32 seconds");
    }
    // upstream tells it at the volume
    Field path = source.at("path").placed(volume.at("path"));
    if (path.need("") && !nonLocalTokenPath) {
      FilePaths.localNonReserved(path);
    }
  }
}
