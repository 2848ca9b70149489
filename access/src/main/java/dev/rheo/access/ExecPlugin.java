package dev.rheo.access;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A command that prints credentials (KEP-541, {@code client.authentication.k8s.io}). It runs again
 * when its last credential is about to expire. Thread-safe.
 */
final class ExecPlugin {
  /** The credential that the command printed. */
  record Credential(
      @Nullable String token,
      byte @Nullable [] certificate,
      byte @Nullable [] key,
      Instant expires) {}

  private static final Duration LIMIT = Duration.ofMinutes(1);
  private static final Duration MARGIN = Duration.ofSeconds(30);
  private static final JsonMapper JSON = new JsonMapper();

  private final JsonNode exec;
  private final Path kubeconfig;
  private @Nullable Credential last;

  ExecPlugin(JsonNode exec, Path kubeconfig) {
    this.exec = exec;
    this.kubeconfig = kubeconfig;
  }

  synchronized Credential credential() throws AccessException {
    Credential known = last;
    if (known == null || Instant.now().plus(MARGIN).isAfter(known.expires())) {
      known = run();
      last = known;
    }
    return known;
  }

  /** The token for a request. If the command fails, this is its last token. */
  synchronized @Nullable String token() {
    try {
      return credential().token();
    } catch (AccessException e) {
      System.getLogger(getClass().getName()).log(System.Logger.Level.WARNING, e.getMessage());
      return last == null ? null : last.token();
    }
  }

  private Credential run() throws AccessException {
    String command = exec.path("command").asText();
    List<String> line = new ArrayList<>();
    // A relative path starts at the kubeconfig's folder; a bare name is searched on the PATH.
    line.add(
        command.indexOf('/') > 0
            ? kubeconfig.toAbsolutePath().resolveSibling(command).toString()
            : command);
    exec.path("args").forEach(argument -> line.add(argument.asText()));
    ProcessBuilder builder =
        new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.INHERIT);
    exec.path("env")
        .forEach(
            variable ->
                builder
                    .environment()
                    .put(variable.path("name").asText(), variable.path("value").asText()));
    builder
        .environment()
        .put(
            "KUBERNETES_EXEC_INFO",
            "{\"apiVersion\":\"%s\",\"kind\":\"ExecCredential\",\"spec\":{\"interactive\":false}}"
                .formatted(exec.path("apiVersion").asText()));
    try {
      Process process = builder.start();
      process.getOutputStream().close();
      FutureTask<byte[]> reading = new FutureTask<>(process.getInputStream()::readAllBytes);
      Thread.ofVirtual().start(reading);
      if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new AccessException("the credential plugin %s failed".formatted(command));
      }
      String out = new String(reading.get(1, TimeUnit.SECONDS), StandardCharsets.UTF_8);
      return parse(JSON.readTree(out).path("status"));
    } catch (ExecutionException | TimeoutException e) {
      throw new AccessException("the credential plugin %s failed".formatted(command), e);
    } catch (JacksonException | DateTimeParseException e) {
      throw new AccessException(
          "the credential plugin %s printed no ExecCredential".formatted(command), e);
    } catch (IOException e) {
      throw new AccessException(
          "cannot run the credential plugin %s: %s".formatted(command, e.getMessage()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AccessException("interrupted while the credential plugin ran", e);
    }
  }

  private static Credential parse(JsonNode status) {
    String token = status.path("token").asText("");
    String certificate = status.path("clientCertificateData").asText("");
    String key = status.path("clientKeyData").asText("");
    String expires = status.path("expirationTimestamp").asText("");
    return new Credential(
        token.isEmpty() ? null : token,
        certificate.isEmpty() ? null : certificate.getBytes(StandardCharsets.US_ASCII),
        key.isEmpty() ? null : key.getBytes(StandardCharsets.US_ASCII),
        expires.isEmpty() ? Instant.MAX : Instant.parse(expires));
  }
}
