package dev.rheo.resource.rules;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.name.Names;
import dev.rheo.api.status.FieldError;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.api.status.GoText;
import dev.rheo.codec.tree.Trees;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Validates CertificateSigningRequests, by upstream's rules, but for the signature inside of {@code
 * spec.request}, which signers verify. What was stored before a rule existed is tolerated.
 */
final class SigningRequestRules {
  static final String RESOURCE = "certificatesigningrequests.certificates.k8s.io";

  private static final String CONDITIONS = "status.conditions";
  private static final String APPROVED = "Approved";
  private static final String DENIED = "Denied";

  /** Conditions that are True or not there. */
  private static final List<String> FINAL = List.of(APPROVED, DENIED, "Failed");

  private static final List<String> STATUSES = List.of("False", "True", "Unknown");

  private static final List<String> USAGES =
      List.of(
          "any",
          "cert sign",
          "client auth",
          "code signing",
          "content commitment",
          "crl sign",
          "data encipherment",
          "decipher only",
          "digital signature",
          "email protection",
          "encipher only",
          "ipsec end system",
          "ipsec tunnel",
          "ipsec user",
          "key agreement",
          "key encipherment",
          "microsoft sgc",
          "netscape sgc",
          "ocsp signing",
          "s/mime",
          "server auth",
          "signing",
          "timestamping");

  private static final int MIN_SECONDS = 600;
  private static final int DOMAIN_MAX = 253;

  /** A domain, a slash, a namespace, a dot, and a name. */
  private static final int SIGNER_MAX = 253 + 1 + 63 + 1 + 253;

  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([^-\\n]*)-----([^-]*)-----END \\1-----");

  private SigningRequestRules() {}

  static void create(ObjectNode request, FieldErrors errors) {
    ObjectNode spec = Trees.need(request, "spec");
    String pem = Trees.text(spec, "request");
    Matcher block = BLOCK.matcher(decoded(pem));
    if (!block.find() || !block.group(1).equals("CERTIFICATE REQUEST")) {
      errors.add(
          FieldError.invalid("spec.request", pem, "PEM block type must be CERTIFICATE REQUEST"));
    }
    usages(Trees.strings(spec, "usages"), errors);
    String signer = Trees.text(spec, "signerName");
    if (signer.equals("kubernetes.io/legacy-unknown")) {
      errors.add(
          FieldError.invalid(
              "spec.signerName",
              signer,
              "the legacy signerName is not allowed via this API version"));
    } else {
      signerName(signer, errors);
    }
    long seconds = Trees.number(spec, "expirationSeconds");
    if (Trees.has(spec, "expirationSeconds") && seconds < MIN_SECONDS) {
      errors.add(
          FieldError.invalid(
              "spec.expirationSeconds",
              seconds,
              "may not specify a duration less than 600 seconds (10 minutes)"));
    }
  }

  private static void usages(List<String> usages, FieldErrors errors) {
    if (usages.isEmpty()) {
      errors.add(FieldError.required("spec.usages", ""));
    }
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < usages.size() && !errors.isFull(); i++) {
      String field = "spec.usages[" + i + "]";
      if (!USAGES.contains(usages.get(i))) {
        errors.add(FieldError.notSupported(field, usages.get(i), USAGES));
      }
      if (!seen.add(usages.get(i))) {
        errors.add(FieldError.duplicate(field, usages.get(i)));
      }
    }
  }

  private static void signerName(String name, FieldErrors errors) {
    String field = "spec.signerName";
    if (name.isEmpty()) {
      errors.add(FieldError.required(field, ""));
      return;
    }
    String[] parts = name.split("/", -1);
    if (parts.length != 2) {
      errors.add(
          FieldError.invalid(
              field,
              name,
              "must be a fully qualified domain and path of the form 'example.com/signer-name'"));
      return;
    }
    if (parts[0].length() > DOMAIN_MAX) {
      errors.add(FieldError.tooLong(field, DOMAIN_MAX));
    }
    String[] domain = parts[0].split("\\.", -1);
    for (String label : domain) {
      if (labelFaults(field, parts[0], label, Names.dnsLabel(label), errors)) {
        break;
      }
    }
    if (domain.length < 2) {
      errors.add(
          FieldError.invalid(
              field, parts[0], "should be a domain with at least two segments separated by dots"));
    }
    for (String label : parts[1].split("\\.", -1)) {
      if (labelFaults(field, parts[1], label, Names.dnsSubdomain(label), errors)) {
        break;
      }
    }
    if (name.length() > SIGNER_MAX) {
      errors.add(FieldError.tooLong(field, SIGNER_MAX));
    }
  }

  private static boolean labelFaults(
      String field, String of, String label, List<String> faults, FieldErrors errors) {
    for (String fault : faults) {
      errors.add(
          FieldError.invalid(field, of, "validating label " + GoText.quote(label) + ": " + fault));
    }
    return !faults.isEmpty();
  }

  /**
   * Validates an update, which cannot change the spec.
   *
   * @param subresource empty for a main write, which cannot change the status either
   */
  static void update(ObjectNode request, ObjectNode old, String subresource, FieldErrors errors) {
    if (subresource.isEmpty()) {
      return;
    }
    conditions(conditions(request), Tolerated.of(conditions(old)), errors);
    String certificate = Trees.text(request, "status", "certificate");
    String before = Trees.text(old, "status", "certificate");
    boolean changed = !certificate.equals(before);
    String fault = changed && !certificate.isEmpty() ? certificateFault(certificate) : null;
    if (fault != null) {
      errors.add(FieldError.invalid("status.certificate", "<certificate data>", fault));
    }
    for (String type : FINAL) {
      if (count(request, type) < count(old, type)) {
        errors.add(
            FieldError.forbidden(
                CONDITIONS, "updates may not remove a condition of type " + GoText.quote(type)));
      }
    }
    if (!subresource.equals("approval")) {
      for (String type : List.of(APPROVED, DENIED)) {
        if (count(request, type) > count(old, type)) {
          errors.add(
              FieldError.forbidden(
                  CONDITIONS, "updates may not add a condition of type " + GoText.quote(type)));
        }
      }
      if (changed && !before.isEmpty()) {
        errors.add(
            FieldError.forbidden(
                "status.certificate", "updates may not modify existing certificate content"));
      }
    }
  }

  /** Faults that a stored object has already. */
  private record Tolerated(boolean noType, boolean duplicates, boolean approvedAndDenied) {
    static Tolerated of(List<ObjectNode> conditions) {
      List<String> types = conditions.stream().map(c -> Trees.text(c, "type")).toList();
      return new Tolerated(
          types.contains(""),
          new HashSet<>(types).size() < types.size(),
          types.contains(APPROVED) && types.contains(DENIED));
    }
  }

  private static void conditions(
      List<ObjectNode> conditions, Tolerated tolerated, FieldErrors errors) {
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < conditions.size() && !errors.isFull(); i++) {
      String field = CONDITIONS + "[" + i + "]";
      String type = Trees.text(conditions.get(i), "type");
      String status = Trees.text(conditions.get(i), "status");
      if (type.isEmpty() && !tolerated.noType()) {
        errors.add(FieldError.required(field + ".type", ""));
      }
      List<String> allowed = FINAL.contains(type) ? List.of("True") : STATUSES;
      if (status.isEmpty()) {
        errors.add(FieldError.required(field + ".status", ""));
      } else if (!allowed.contains(status)) {
        errors.add(FieldError.notSupported(field + ".status", status, allowed));
      }
      boolean contradicts =
          (type.equals(APPROVED) && seen.contains(DENIED))
              || (type.equals(DENIED) && seen.contains(APPROVED));
      if (contradicts && !tolerated.approvedAndDenied()) {
        errors.add(
            FieldError.invalid(
                CONDITIONS, type, "Approved and Denied conditions are mutually exclusive"));
      }
      if (!seen.add(type) && !tolerated.duplicates()) {
        errors.add(FieldError.duplicate(field + ".type", type));
      }
    }
  }

  private static List<ObjectNode> conditions(ObjectNode request) {
    return Trees.objects(request, "status", "conditions");
  }

  private static long count(ObjectNode request, String type) {
    return conditions(request).stream().filter(c -> Trees.text(c, "type").equals(type)).count();
  }

  private static @Nullable String certificateFault(String base64) {
    List<String> types = new ArrayList<>();
    Matcher block = BLOCK.matcher(decoded(base64));
    while (block.find()) {
      types.add(block.group(1));
      if (!block.group(1).equals("CERTIFICATE")) {
        return "only CERTIFICATE PEM blocks are allowed, found " + GoText.quote(block.group(1));
      }
      if (block.group(2).indexOf(':') >= 0) {
        return "no PEM block headers are permitted";
      }
      try {
        CertificateFactory.getInstance("X.509")
            .generateCertificate(
                new ByteArrayInputStream(Base64.getMimeDecoder().decode(block.group(2))));
      } catch (CertificateException | IllegalArgumentException e) {
        return "x509: malformed certificate";
      }
    }
    return types.isEmpty() ? "must contain at least one CERTIFICATE PEM block" : null;
  }

  /** The text in base64; empty if it is not. */
  private static String decoded(String base64) {
    try {
      return new String(Base64.getDecoder().decode(base64), StandardCharsets.ISO_8859_1);
    } catch (IllegalArgumentException e) {
      return "";
    }
  }
}
