package dev.rheo.resource.rules.security;

import dev.rheo.resource.rules.kind.Field;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What a request for a certificate must be, at its creation and in later writes. */
final class CertificateSigningRequestValidation {
  private static final String LEGACY_SIGNER = "kubernetes.io/legacy-unknown";
  private static final String APPROVED = "Approved";
  private static final String DENIED = "Denied";
  private static final String FAILED = "Failed";
  private static final int EXPIRATION_MIN = 600;
  private static final List<String> STATUSES = List.of("False", "True", "Unknown");
  private static final List<String> TRUE = List.of("True");
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

  private CertificateSigningRequestValidation() {}

  static void create(Field request) {
    check(request, request.with(null));
  }

  /**
   * @param subresource of the write, which decides what it may set
   */
  static void update(String subresource, Field request, Field old) {
    check(request, old);
    Field conditions = request.at("status", "conditions");
    for (String type : List.of(APPROVED, DENIED, FAILED)) {
      if (count(request, type) < count(old, type)) {
        conditions.forbidden("updates may not remove a condition of type \"" + type + "\"");
      }
    }
    if (!subresource.equals("approval")) {
      for (String type : List.of(APPROVED, DENIED)) {
        if (count(request, type) > count(old, type)) {
          conditions.forbidden("updates may not add a condition of type \"" + type + "\"");
        }
      }
    }
    Field certificate = request.at("status", "certificate");
    Field before = old.at("status", "certificate");
    if (!certificate.is(before.text())) {
      if (!subresource.equals("status")) {
        certificate.forbidden("updates may not set certificate content");
      } else if (!before.isEmpty()) {
        certificate.forbidden("updates may not modify existing certificate content");
      }
    }
  }

  private static long count(Field request, String type) {
    long count = 0;
    for (Field condition : request.at("status", "conditions").items()) {
      if (condition.at("type").is(type)) {
        count++;
      }
    }
    return count;
  }

  /**
   * @param old absent for a create; what is wrong with it already may stay
   */
  private static void check(Field request, Field old) {
    Field spec = request.at("spec");
    String fault = Pkcs10.fault(bytes(spec.at("request")));
    if (fault != null) {
      spec.at("request").invalid(fault);
    }
    usages(spec.at("usages"), old.at("spec", "usages"));
    Field signer = spec.at("signerName");
    if (signer.is(LEGACY_SIGNER) && !old.at("spec", "signerName").is(LEGACY_SIGNER)) {
      signer.invalid("the legacy signerName is not allowed via this API version");
    } else {
      SignerNames.validate(signer);
    }
    Field expiration = spec.at("expirationSeconds");
    if (expiration.present() && expiration.number() < EXPIRATION_MIN) {
      expiration.invalid("may not specify a duration less than 600 seconds (10 minutes)");
    }
    conditions(request.at("status", "conditions"), old.at("status", "conditions"));
    certificate(request.at("status", "certificate"), old.at("status", "certificate"), old);
  }

  private static void usages(Field usages, Field old) {
    usages.need("");
    if (USAGES.containsAll(old.texts())) {
      for (Field usage : usages.items()) {
        usage.oneOf(USAGES);
      }
    }
    if (new HashSet<>(old.texts()).size() == old.size()) {
      Set<String> seen = new HashSet<>();
      for (Field usage : usages.items()) {
        if (!seen.add(usage.text())) {
          usage.duplicate();
        }
      }
    }
  }

  private static void conditions(Field conditions, Field old) {
    Set<String> before = new HashSet<>();
    for (Field condition : old.items()) {
      before.add(condition.at("type").text());
    }
    boolean exclusive = !before.contains(APPROVED) || !before.contains(DENIED);
    boolean unique = before.size() == old.size();
    Set<String> seen = new HashSet<>();
    for (Field condition : conditions.items()) {
      Field type = condition.at("type");
      if (!before.contains("")) {
        type.need("");
      }
      if (condition.at("status").need("")) {
        boolean decides = type.is(APPROVED) || type.is(DENIED) || type.is(FAILED);
        condition.at("status").oneOf(decides ? TRUE : STATUSES);
      }
      if (exclusive
          && ((type.is(APPROVED) && seen.contains(DENIED))
              || (type.is(DENIED) && seen.contains(APPROVED)))) {
        conditions.invalid(type.text(), "Approved and Denied conditions are mutually exclusive");
      }
      if (!seen.add(type.text()) && unique) {
        type.duplicate();
      }
    }
  }

  private static void certificate(Field certificate, Field before, Field old) {
    if (old.present()
        && (certificate.is(before.text()) || IssuedCertificates.fault(bytes(before)) != null)) {
      return;
    }
    String fault = IssuedCertificates.fault(bytes(certificate));
    if (fault != null) {
      certificate.invalid("<certificate data>", fault);
    }
  }

  private static byte[] bytes(Field base64) {
    return Base64.getDecoder().decode(base64.text());
  }
}
