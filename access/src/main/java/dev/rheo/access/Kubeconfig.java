package dev.rheo.access;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a kubeconfig as client-go does: certificates and keys from data or files (relative to the
 * kubeconfig), tokens from text, files or exec plugins. Unlike client-go it reads a token file only
 * once.
 */
public final class Kubeconfig {
  private static final int HTTPS = 443;
  private static final int HTTP = 80;

  private final Path file;
  private final JsonNode root;

  private Kubeconfig(Path file, JsonNode root) {
    this.file = file;
    this.root = root;
  }

  /**
   * Reads a kubeconfig.
   *
   * @param context the context to use, or null for the file's current one
   * @throws AccessException if the file, or a file or command that it names, does not provide a
   *     server address and credentials
   */
  public static Access read(Path file, @Nullable String context) throws AccessException {
    JsonNode root;
    try {
      root = new YAMLMapper().readTree(Files.readString(file));
    } catch (JacksonException e) {
      throw new AccessException(
          file + " is no kubeconfig: " + firstLine(e.getOriginalMessage()), e);
    } catch (IOException e) {
      throw new AccessException("cannot read the kubeconfig " + file, e);
    }
    if (!root.isObject() || !root.path("clusters").isArray()) {
      throw new AccessException(file + " is no kubeconfig: it has no list of clusters");
    }
    return new Kubeconfig(file, root).access(context);
  }

  /** A parser's message ends with an excerpt of the file, which may hold a secret. */
  private static String firstLine(@Nullable String message) {
    return message == null ? "it is no YAML" : message.lines().findFirst().orElse("it is no YAML");
  }

  private Access access(@Nullable String wanted) throws AccessException {
    String name = wanted == null ? root.path("current-context").asText() : wanted;
    if (name.isEmpty()) {
      throw new AccessException(file + " has no current context, and none was named");
    }
    JsonNode context = named("contexts", name).path("context");
    JsonNode cluster = named("clusters", context.path("cluster").asText()).path("cluster");
    JsonNode user =
        context.hasNonNull("user")
            ? named("users", context.path("user").asText()).path("user")
            : cluster.path("no-user");
    refuse(cluster, "proxy-url");
    refuse(user, "auth-provider");
    refuse(user, "as");
    URI server = server(cluster.path("server").asText());
    boolean tls = "https".equals(server.getScheme());
    String host = server.getHost().replaceAll("[\\[\\]]", "");
    byte[] authority = bytes(cluster, "certificate-authority");
    ExecPlugin exec = user.hasNonNull("exec") ? new ExecPlugin(user.path("exec"), file) : null;
    ExecPlugin.Credential executed = exec == null ? null : exec.credential();
    byte[] certificate = bytes(user, "client-certificate");
    byte[] key = bytes(user, "client-key");
    if (executed != null && certificate == null) {
      certificate = executed.certificate();
      key = executed.key();
    }
    if ((certificate == null) != (key == null)) {
      throw new AccessException(file + " has a client certificate without key, or the reverse");
    }
    return new Access(
        host,
        server.getPort() >= 0 ? server.getPort() : tls ? HTTPS : HTTP,
        server.getPath().replaceAll("/+$", ""),
        tls,
        authority == null ? List.of() : certificates("certificate-authority", authority),
        cluster.path("insecure-skip-tls-verify").asBoolean(),
        cluster.path("tls-server-name").asText(host),
        certificate == null ? null : certificates("client-certificate", certificate),
        key == null ? null : key(key),
        tokens(user, exec));
  }

  private JsonNode named(String list, String name) throws AccessException {
    List<String> names = new ArrayList<>();
    for (JsonNode entry : root.path(list)) {
      if (entry.path("name").asText().equals(name)) {
        return entry;
      }
      names.add(entry.path("name").asText());
    }
    throw new AccessException(
        "%s has no \"%s\" among its %s: %s".formatted(file, name, list, String.join(", ", names)));
  }

  private void refuse(JsonNode node, String field) throws AccessException {
    if (node.hasNonNull(field)) {
      throw new AccessException(
          "%s uses %s, which is not supported: choose another context".formatted(file, field));
    }
  }

  private URI server(String text) throws AccessException {
    try {
      URI uri = new URI(text.contains("://") ? text : "https://" + text);
      if (uri.getHost() != null
          && ("https".equals(uri.getScheme()) || "http".equals(uri.getScheme()))) {
        return uri;
      }
    } catch (URISyntaxException e) {
      // Reported below.
    }
    throw new AccessException("%s has no usable server address: \"%s\"".formatted(file, text));
  }

  /**
   * The content of {@code field-data}, else of the file that {@code field} names; null without
   * both.
   */
  private byte @Nullable [] bytes(JsonNode node, String field) throws AccessException {
    String data = node.path(field + "-data").asText("");
    if (!data.isEmpty()) {
      try {
        return Base64.getMimeDecoder().decode(data);
      } catch (IllegalArgumentException e) {
        throw new AccessException("%s: %s-data is no base64".formatted(file, field), e);
      }
    }
    String path = node.path(field).asText("");
    return path.isEmpty() ? null : readFile(path);
  }

  private byte[] readFile(String path) throws AccessException {
    Path named = file.toAbsolutePath().resolveSibling(path);
    try {
      return Files.readAllBytes(named);
    } catch (IOException e) {
      throw new AccessException("cannot read %s, which %s names".formatted(named, file), e);
    }
  }

  private List<X509Certificate> certificates(String field, byte[] pem) throws AccessException {
    try {
      return Pem.certificates(pem);
    } catch (GeneralSecurityException e) {
      throw new AccessException("%s: %s: %s".formatted(file, field, e.getMessage()), e);
    }
  }

  private PrivateKey key(byte[] pem) throws AccessException {
    try {
      return Pem.privateKey(pem);
    } catch (GeneralSecurityException e) {
      throw new AccessException("%s: client-key: %s".formatted(file, e.getMessage()), e);
    }
  }

  private Access.TokenSource tokens(JsonNode user, @Nullable ExecPlugin exec)
      throws AccessException {
    // client-go prefers tokenFile to token.
    String tokenFile = user.path("tokenFile").asText("");
    String text =
        tokenFile.isEmpty()
            ? user.path("token").asText("")
            : new String(readFile(tokenFile), StandardCharsets.UTF_8).strip();
    if (!text.isEmpty()) {
      return () -> text;
    }
    return exec == null ? Access.TokenSource.NONE : exec::token;
  }
}
