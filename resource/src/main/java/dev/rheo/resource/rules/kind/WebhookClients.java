package dev.rheo.resource.rules.kind;

import dev.rheo.api.name.Names;
import dev.rheo.api.url.GoUrl;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Checks of how a webhook is reached, and in which versions it is spoken to. */
public final class WebhookClients {
  private static final String FORM = "; desired format: https://host[/path]";
  private static final int PORT_MAX = 65_535;

  private static final List<String> KNOWN_VERSIONS = List.of("v1", "v1beta1");

  /** The versions of reviews that this server sends, as messages name them. */
  public static final String REVIEW_VERSIONS = String.join(", ", KNOWN_VERSIONS);

  private WebhookClients() {}

  /**
   * Checks the versions of reviews that a webhook takes.
   *
   * @param needKnown whether one of them must be known, as it was before
   * @param none the message if there are none
   */
  public static void reviewVersions(Field versions, boolean needKnown, String none) {
    if (!versions.need(none)) {
      return;
    }
    Set<String> seen = new HashSet<>();
    for (Field version : versions.items()) {
      if (seen.add(version.text())) {
        version.check(Names::dns1035Label);
      } else {
        version.invalid("duplicate version");
      }
    }
    if (needKnown && !knowsOne(versions)) {
      versions.invalid("must include at least one of " + REVIEW_VERSIONS);
    }
  }

  /** Whether a version is known, or there are none. */
  public static boolean knowsAnyVersion(Field versions) {
    return versions.isEmpty() || knowsOne(versions);
  }

  private static boolean knowsOne(Field versions) {
    return versions.texts().stream().anyMatch(KNOWN_VERSIONS::contains);
  }

  /** Checks a client configuration, which has either a {@code url} or a {@code service}. */
  public static void validate(Field client) {
    Field url = client.at("url");
    Field service = client.at("service");
    if (url.present() == service.present()) {
      client.required("exactly one of url or service is required");
    } else if (url.present()) {
      url(url);
    } else {
      service(service);
    }
  }

  /**
   * Why nobody can be trusted by a bundle of certificates; null if somebody can, or it is empty.
   */
  public static @Nullable String bundleFault(Field bundle) {
    if (bundle.isEmpty()) {
      return null;
    }
    byte[] bytes = Base64.getDecoder().decode(bundle.text());
    String fault = null;
    Pem pem = new Pem(bytes);
    while (!pem.isEmpty()) {
      Pem.Block block = pem.next();
      if (block == null) {
        return fault != null ? fault : "unable to parse bytes as PEM block";
      }
      if (!block.type().equals("CERTIFICATE") || block.hasHeaders()) {
        continue;
      }
      if (isCertificate(block.bytes())) {
        return null;
      }
      fault = "failed to parse certificate: x509: malformed certificate";
    }
    return fault != null ? fault : "no valid certificate authority data seen";
  }

  private static boolean isCertificate(byte[] der) {
    try {
      CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
      return true;
    } catch (CertificateException e) {
      return false;
    }
  }

  private static void url(Field field) {
    GoUrl url;
    try {
      url = GoUrl.parse(field.text());
    } catch (GoUrl.SyntaxException e) {
      field.required("url must be a valid URL: " + e.getMessage() + FORM);
      return;
    }
    if (!url.scheme().equals("https")) {
      field.invalid(url.scheme(), "'https' is the only allowed URL scheme" + FORM);
    }
    if (url.host().isEmpty()) {
      field.invalid(url.host(), "host must be specified" + FORM);
    }
    if (url.hasUser()) {
      field.invalid(url.user(), "user information is not permitted in the URL");
    }
    if (!url.fragment().isEmpty()) {
      field.invalid(url.fragment(), "fragments are not permitted in the URL");
    }
    if (!url.query().isEmpty()) {
      field.invalid(url.query(), "query parameters are not permitted in the URL");
    }
  }

  private static void service(Field service) {
    // upstream takes the name for the namespace, and the namespace for the name
    service.at("namespace").named("name").need("");
    service.at("name").named("namespace").need("");
    Field port = service.at("port");
    if (port.number() < 1 || port.number() > PORT_MAX) {
      port.invalid(port.number(), "port is not valid: must be between 1 and 65535, inclusive");
    }
    path(service.at("path"));
  }

  private static void path(Field field) {
    String path = field.text();
    if (path.isEmpty() || path.equals("/")) {
      return;
    }
    if (path.equals("//")) {
      field.invalid("segment[0] may not be empty");
      return;
    }
    if (!path.startsWith("/")) {
      field.invalid("must start with a '/'");
    }
    String[] segments =
        path.substring(
                1, path.length() > 1 && path.endsWith("/") ? path.length() - 1 : path.length())
            .split("/", -1);
    for (int i = 0; i < segments.length && !field.isFull(); i++) {
      if (segments[i].isEmpty()) {
        field.invalid("segment[" + i + "] may not be empty");
        continue;
      }
      for (String fault : Names.dnsSubdomain(segments[i])) {
        field.invalid("segment[" + i + "]: " + fault);
      }
    }
  }
}
