package dev.rheo.storm.cluster;

import dev.rheo.storm.net.Answer;
import dev.rheo.storm.net.Calls.TimedOutException;
import dev.rheo.storm.result.StormException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.util.Locale;
import java.util.Set;
import javax.net.ssl.SSLException;

/** Turns a server's refusal into one line that says what to do. */
public final class Refusals {
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;
  private static final int NOT_ACCEPTABLE = 406;
  private static final int CONFLICT = 409;
  private static final int TOO_LARGE = 413;
  private static final int UNPROCESSABLE = 422;
  private static final int TOO_MANY_REQUESTS = 429;

  private static final Set<String> FULL =
      Set.of("no space left", "database space exceeded", "disk quota", "insufficient storage");

  private Refusals() {}

  /**
   * Returns the exception for a response that is not a success.
   *
   * @param action what was attempted, such as "create the namespace storm"
   */
  public static StormException of(String action, Answer answer) {
    String said = answer.message();
    String lower = said.toLowerCase(Locale.ROOT);
    String advice;
    if (FULL.stream().anyMatch(lower::contains)) {
      advice = "its disk is full: free space there, or use fewer --objects or a smaller --size";
    } else {
      advice =
          switch (answer.code()) {
            case UNAUTHORIZED ->
                "it does not accept these credentials: renew them, or choose another --context";
            case FORBIDDEN ->
                lower.contains("quota")
                    ? "a quota forbids it: raise it, or use fewer --objects or a smaller --size"
                    : "these credentials lack the right: have it granted, or choose another"
                        + " --context";
            case NOT_ACCEPTABLE -> "it does not speak this format: use --accept json";
            case CONFLICT -> "it exists already: choose another --namespace, or delete it";
            case TOO_LARGE, UNPROCESSABLE -> "use a smaller --size";
            case TOO_MANY_REQUESTS -> "it is overloaded: try again later";
            default -> "see its log";
          };
    }
    return new StormException(
        "cannot %s: %s (the server answered %d: %s)"
            .formatted(action, advice, answer.code(), said));
  }

  /** Returns the exception for a request without a response. */
  public static StormException of(String action, String url, IOException cause) {
    return new StormException("cannot %s: %s".formatted(action, reason(url, cause)), cause);
  }

  private static String reason(String url, IOException cause) {
    for (Throwable at = cause; at != null; at = at.getCause()) {
      String text = String.valueOf(at.getMessage());
      switch (at) {
        case TimedOutException timedOut -> {
          return "%s did not answer in time: is it overloaded?".formatted(url);
        }
        case UnknownHostException unknown -> {
          return "the host of %s is not known: check the kubeconfig's server".formatted(url);
        }
        case ConnectException refused -> {
          return "%s is not reachable (%s): start the server, or check the kubeconfig's server"
              .formatted(url, text.replaceAll("^.*\\): |:? ?/.*", ""));
        }
        case CertificateException untrusted -> {
          return "the certificate of %s is not trusted (%s): check certificate-authority in the kubeconfig"
              .formatted(url, text);
        }
        default -> {}
      }
    }
    Throwable innermost = cause;
    while (innermost.getCause() != null) {
      innermost = innermost.getCause();
    }
    String text = String.valueOf(innermost.getMessage()).replaceAll("\\s+", " ");
    return innermost instanceof SSLException
        ? "no TLS with %s (%s): check the server's address and certificate-authority in the kubeconfig"
            .formatted(url, text)
        : "the connection to %s failed (%s): is the server running?".formatted(url, text);
  }
}
