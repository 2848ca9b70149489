package dev.rheo.server.security;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.access.PemFiles;
import dev.rheo.codec.tree.Trees;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What extension API servers are told of those whom they may trust: the authority of users'
 * certificates, and by which certificates and header fields a front proxy names users.
 *
 * <p>Source: {@code clusterauthenticationtrust} of kube-apiserver. What other servers have added
 * stays, except certificates that have expired.
 *
 * @param clientAuthority of client certificates, as PEM
 * @param proxyAuthority of the certificates of front proxies, as PEM; empty to say nothing of them
 * @param allowedNames the common names that a front proxy may have; any if empty
 * @param usernameHeaders the fields that name the user
 * @param uidHeaders the fields with the user's uid
 * @param groupHeaders the fields that name the user's groups
 * @param extraPrefixes with which the names of fields with further attributes begin
 */
public record ExtensionTrust(
    String clientAuthority,
    String proxyAuthority,
    List<String> allowedNames,
    List<String> usernameHeaders,
    List<String> uidHeaders,
    List<String> groupHeaders,
    List<String> extraPrefixes) {
  private static final JsonMapper JSON = new JsonMapper();

  private static final String CLIENT_CA = "client-ca-file";
  private static final String PROXY_CA = "requestheader-client-ca-file";
  private static final String UIDS = "requestheader-uid-headers";

  private static final Duration SLACK = Duration.ofMinutes(5);

  private Map<String, List<String>> lists() {
    return Map.of(
        "requestheader-allowed-names",
        allowedNames,
        "requestheader-username-headers",
        usernameHeaders,
        UIDS,
        uidHeaders,
        "requestheader-group-headers",
        groupHeaders,
        "requestheader-extra-headers-prefix",
        extraPrefixes);
  }

  /**
   * Adds it to what a ConfigMap tells.
   *
   * @return whether the map has changed
   * @throws IllegalArgumentException if the map has something else
   */
  public boolean addTo(ObjectNode map, Instant now) {
    Map<String, String> data = new LinkedHashMap<>();
    put(data, CLIENT_CA, certificates(Trees.text(map, "data", CLIENT_CA), clientAuthority, now));
    String proxies = certificates(Trees.text(map, "data", PROXY_CA), proxyAuthority, now);
    if (!proxies.isEmpty()) {
      put(data, PROXY_CA, proxies);
      lists()
          .forEach(
              (name, own) -> {
                ArrayNode all = united(Trees.text(map, "data", name), own);
                if (!name.equals(UIDS) || !all.isEmpty()) {
                  data.put(name, all.toString());
                }
              });
    }
    ObjectNode wanted = JsonNodeFactory.instance.objectNode();
    data.forEach(wanted::put);
    if (wanted.equals(map.get("data"))) {
      return false;
    }
    map.set("data", wanted);
    return true;
  }

  private static void put(Map<String, String> data, String name, String value) {
    if (!value.isEmpty()) {
      data.put(name, value);
    }
  }

  private static ArrayNode united(String present, List<String> own) {
    Set<String> all = new LinkedHashSet<>();
    if (!present.isEmpty()) {
      try {
        for (JsonNode each : JSON.readTree(present)) {
          all.add(each.asText());
        }
      } catch (JsonProcessingException e) {
        throw new IllegalArgumentException("no list: " + e.getOriginalMessage(), e);
      }
    }
    all.addAll(own);
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    all.forEach(array::add);
    return array;
  }

  private static String certificates(String present, String own, Instant now) {
    Set<X509Certificate> all = new LinkedHashSet<>();
    for (String pem : List.of(present, own)) {
      if (!pem.isBlank()) {
        all.addAll(parsed(pem));
      }
    }
    ByteArrayOutputStream encoded = new ByteArrayOutputStream();
    for (X509Certificate certificate : all) {
      if (certificate.getNotAfter().toInstant().isAfter(now.minus(SLACK))) {
        encoded.writeBytes(PemFiles.encode(certificate));
      }
    }
    return encoded.toString(StandardCharsets.US_ASCII);
  }

  private static List<X509Certificate> parsed(String pem) {
    try {
      return CertificateFactory.getInstance("X.509")
          .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8)))
          .stream()
          .map(X509Certificate.class::cast)
          .toList();
    } catch (CertificateException e) {
      throw new IllegalArgumentException("no certificates: " + e.getMessage(), e);
    }
  }
}
