package dev.rheo.encryption.config;

import dev.rheo.api.io.IoFailures;
import dev.rheo.api.name.GroupResource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * An {@code EncryptionConfiguration} that was read and found valid.
 *
 * @param rules in the order of the file
 * @param hash of the file's bytes
 */
public record EncryptionConfig(List<Rule> rules, String hash) {
  /** Stands for any group, or for any resource. */
  public static final String ANY = "*";

  /** A file is a few kilobytes; this bounds what is read by mistake. */
  private static final long LARGEST = 4 << 20;

  /**
   * The providers of some resources.
   *
   * @param resources {@code *} as resource is any of the group, as group any resource of all groups
   * @param providers the first one writes, all of them read; at least one
   */
  public record Rule(List<GroupResource> resources, List<Provider> providers) {}

  /**
   * Reads a file.
   *
   * @throws EncryptionConfigException if it cannot be read, or is invalid
   */
  public static EncryptionConfig read(Path file) throws EncryptionConfigException {
    byte[] content = content(file);
    return new EncryptionConfig(new ConfigReader(file).rules(content), hash(content));
  }

  /** The hash that {@link #read} would give. */
  public static String hash(Path file) throws EncryptionConfigException {
    return hash(content(file));
  }

  private static byte[] content(Path file) throws EncryptionConfigException {
    if (Files.exists(file) && !Files.isRegularFile(file) && !Files.isDirectory(file)) {
      // A pipe would be waited for, and a device may never end.
      throw new EncryptionConfigException(
          "the encryption provider configuration file \"%s\" is no regular file".formatted(file));
    }
    try {
      if (Files.size(file) > LARGEST) {
        throw new EncryptionConfigException(
            "the encryption provider configuration file \"%s\" is larger than %d MiB"
                .formatted(file, LARGEST >> 20));
      }
      byte[] content = Files.readAllBytes(file);
      if (content.length == 0) {
        throw new EncryptionConfigException(
            "encryption provider configuration file \"%s\" is empty".formatted(file));
      }
      return content;
    } catch (IOException e) {
      throw new EncryptionConfigException(
          "error reading encryption provider configuration file \"%s\": %s"
              .formatted(file, IoFailures.reason(e)),
          e);
    }
  }

  private static String hash(byte[] content) {
    try {
      return "sha256:"
          + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
