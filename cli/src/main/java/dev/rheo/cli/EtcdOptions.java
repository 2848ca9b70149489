package dev.rheo.cli;

import dev.rheo.app.EtcdConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help;
import picocli.CommandLine.Option;

/** Options of {@code rheo serve} about etcd, named as kube-apiserver's. */
final class EtcdOptions {
  @Option(
      names = "--etcd-servers",
      paramLabel = "URL,...",
      defaultValue = "",
      showDefaultValue = Help.Visibility.NEVER,
      description = "The members of the etcd cluster, with --store etcd.")
  private String servers = "";

  @Option(
      names = "--etcd-cafile",
      paramLabel = "FILE",
      description = "PEM file of the authorities of their certificates.")
  private @Nullable Path authority;

  @Option(
      names = "--etcd-certfile",
      paramLabel = "FILE",
      description = "PEM file of the certificate that is shown to etcd.")
  private @Nullable Path certificate;

  @Option(
      names = "--etcd-keyfile",
      paramLabel = "FILE",
      description = "PEM file of its private key.")
  private @Nullable Path key;

  @Option(
      names = "--etcd-prefix",
      paramLabel = "PATH",
      defaultValue = EtcdConfig.DEFAULT_PREFIX,
      description = "What all keys in etcd begin with.")
  private String prefix = EtcdConfig.DEFAULT_PREFIX;

  @Option(
      names = "--etcd-user",
      paramLabel = "NAME",
      description = "The user, where etcd asks for one.")
  private @Nullable String user;

  @Option(
      names = "--etcd-password-file",
      paramLabel = "FILE",
      description = "File whose first line is the user's password.")
  private @Nullable Path passwordFile;

  @Option(
      names = "--storage-media-type",
      paramLabel = "TYPE",
      defaultValue = EtcdConfig.PROTOBUF,
      description =
          "The form in which Kubernetes' own kinds are written to etcd: "
              + EtcdConfig.PROTOBUF
              + " or "
              + EtcdConfig.JSON
              + ". All forms are read.")
  private String mediaType = EtcdConfig.PROTOBUF;

  @Option(
      names = "--etcd-compaction-interval",
      paramLabel = "TIME",
      defaultValue = "5m0s",
      converter = GoDuration.class,
      description =
          "How often etcd's history is compacted, once for all servers that share it; 0s if others"
              + " do it.")
  private Duration compactionInterval = EtcdConfig.DEFAULT_COMPACTION_INTERVAL;

  /**
   * @throws IllegalArgumentException if an option is wrong; the message names it
   */
  EtcdConfig config() {
    requireReadable("--etcd-cafile", authority);
    requireReadable("--etcd-certfile", certificate);
    requireReadable("--etcd-keyfile", key);
    requireReadable("--etcd-password-file", passwordFile);
    return new EtcdConfig(
        EtcdConfig.servers(servers),
        authority,
        certificate,
        key,
        prefix,
        user,
        passwordFile,
        mediaType,
        compactionInterval);
  }

  private static void requireReadable(String option, @Nullable Path file) {
    if (file != null && (!Files.isReadable(file) || Files.isDirectory(file))) {
      throw new IllegalArgumentException("cannot read the file given with " + option + ": " + file);
    }
  }
}
