package dev.rheo.app;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How requests go on to extension API servers, as the options of kube-apiserver of the same names.
 *
 * @param proxyCertificate the certificate that is shown to them, with {@code proxyKey}; null for
 *     one of the server's own
 * @param proxyKey its key
 * @param proxyAuthority of such certificates, as they are told; null for the server's own
 * @param allowedNames the names that such a certificate may have; any if empty
 * @param usernameHeaders header fields that name the user
 * @param uidHeaders header fields with the user's uid
 * @param groupHeaders header fields that name the user's groups
 * @param extraPrefixes of the header fields with further attributes of the user
 * @param toEndpoints whether a Service is reached at its endpoints and not at its cluster IP
 * @param rejectsRedirections whether their redirections are kept from clients
 */
public record AggregationConfig(
    @Nullable Path proxyCertificate,
    @Nullable Path proxyKey,
    @Nullable Path proxyAuthority,
    List<String> allowedNames,
    List<String> usernameHeaders,
    List<String> uidHeaders,
    List<String> groupHeaders,
    List<String> extraPrefixes,
    boolean toEndpoints,
    boolean rejectsRedirections) {

  public AggregationConfig {
    if ((proxyCertificate == null) != (proxyKey == null)) {
      throw new IllegalArgumentException(
          "--proxy-client-cert-file and --proxy-client-key-file belong together");
    }
    allowedNames = List.copyOf(allowedNames);
    usernameHeaders = List.copyOf(usernameHeaders);
    uidHeaders = List.copyOf(uidHeaders);
    groupHeaders = List.copyOf(groupHeaders);
    extraPrefixes = List.copyOf(extraPrefixes);
  }

  /** A certificate of the server's own, and the header fields that every extension server knows. */
  public static AggregationConfig defaults() {
    return new AggregationConfig(
        null,
        null,
        null,
        List.of("front-proxy-client"),
        List.of("X-Remote-User"),
        List.of("X-Remote-Uid"),
        List.of("X-Remote-Group"),
        List.of("X-Remote-Extra-"),
        false,
        true);
  }
}
