package dev.rheo.resource.rules.security;

import dev.rheo.api.name.Names;
import dev.rheo.api.status.GoText;
import dev.rheo.resource.rules.kind.Field;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;

/** Names of signers: {@code example.com/my-signer}. */
final class SignerNames {
  private static final int DOMAIN_MAX = 253;
  private static final int PATH_MAX = DOMAIN_MAX + 63 + 1;

  private SignerNames() {}

  static void validate(Field signer) {
    if (!signer.need("")) {
      return;
    }
    String name = signer.text();
    int slash = name.indexOf('/');
    if (slash < 0 || slash != name.lastIndexOf('/')) {
      signer.invalid(
          "must be a fully qualified domain and path of the form" + " 'example.com/signer-name'");
      return;
    }
    String domain = name.substring(0, slash);
    String path = name.substring(slash + 1);
    if (bytes(domain) > DOMAIN_MAX) {
      signer.tooLong(DOMAIN_MAX);
    }
    labels(signer, domain, Names::dnsLabel);
    if (domain.indexOf('.') < 0) {
      signer.invalid(domain, "should be a domain with at least two segments separated by dots");
    }
    labels(signer, path, Names::dnsSubdomain);
    if (bytes(path) > PATH_MAX) {
      signer.tooLong(PATH_MAX);
    }
  }

  /** Reports the first faulty label only. */
  private static void labels(Field signer, String text, Function<String, List<String>> syntax) {
    for (int from = 0; from >= 0 && from <= text.length(); ) {
      int dot = text.indexOf('.', from);
      String label = text.substring(from, dot < 0 ? text.length() : dot);
      List<String> faults = syntax.apply(label);
      for (String fault : faults) {
        signer.invalid(text, "validating label " + GoText.quote(label) + ": " + fault);
      }
      if (!faults.isEmpty() || dot < 0) {
        return;
      }
      from = dot + 1;
    }
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
