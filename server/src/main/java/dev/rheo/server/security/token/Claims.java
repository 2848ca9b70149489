package dev.rheo.server.security.token;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.Trees;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a token says: the claims of RFC 7519 §4.1, and those of Kubernetes. Times are in seconds
 * since 1970; 0 stands for none.
 *
 * @param id {@code jti}, which names the token in logs
 * @param namespace of the account, and of the pod or secret
 * @param pod the pod that the token is bound to, or null
 * @param secret the secret that the token is bound to, or null
 * @param node the node that the token is bound to, or that its pod runs on; or null
 * @param warnAfter when the token was meant to expire, if it lives longer
 */
public record Claims(
    String issuer,
    List<String> audiences,
    long issuedAt,
    long expires,
    long notBefore,
    String id,
    String namespace,
    Reference account,
    @Nullable Reference pod,
    @Nullable Reference secret,
    @Nullable Reference node,
    long warnAfter) {

  /** How far clocks may differ. */
  static final Duration LEEWAY = Duration.ofMinutes(1);

  private static final String KUBERNETES = "kubernetes.io";

  /**
   * An object by name and uid.
   *
   * @param uid empty for a node that did not exist when the token was made
   */
  public record Reference(String name, String uid) {}

  public Claims {
    audiences = List.copyOf(audiences);
  }

  /** Whether times are numbers of seconds and the audience is a text or texts. */
  static boolean areWellFormed(ObjectNode payload) {
    for (String time : List.of("exp", "nbf", "iat")) {
      JsonNode value = Trees.get(payload, time);
      if (value != null && !(value.isNumber() && value.canConvertToLong())) {
        return false;
      }
    }
    JsonNode audience = Trees.get(payload, "aud");
    if (audience == null || audience.isTextual()) {
      return true;
    }
    for (JsonNode one : audience) {
      if (!one.isTextual()) {
        return false;
      }
    }
    return audience.isArray();
  }

  /** Reads a payload, whatever it is; what it lacks is empty. */
  static Claims of(ObjectNode payload) {
    JsonNode audience = payload.path("aud");
    JsonNode bound = payload.path(KUBERNETES);
    Reference account = reference(bound, "serviceaccount");
    return new Claims(
        Trees.text(payload, "iss"),
        audience.isTextual() ? List.of(audience.asText()) : Trees.strings(payload, "aud"),
        payload.path("iat").asLong(),
        payload.path("exp").asLong(),
        payload.path("nbf").asLong(),
        Trees.text(payload, "jti"),
        Trees.text(bound, "namespace"),
        account == null ? new Reference("", "") : account,
        reference(bound, "pod"),
        reference(bound, "secret"),
        reference(bound, "node"),
        bound.path("warnafter").asLong());
  }

  private static @Nullable Reference reference(JsonNode bound, String kind) {
    JsonNode found = bound.path(kind);
    return found.isObject()
        ? new Reference(Trees.text(found, "name"), Trees.text(found, "uid"))
        : null;
  }

  /** The payload, its fields in the order of upstream's. */
  ObjectNode toPayload() {
    ObjectNode payload = JsonNodeFactory.instance.objectNode();
    ArrayNode to = payload.putArray("aud");
    audiences.forEach(to::add);
    payload.put("exp", expires).put("iat", issuedAt).put("iss", issuer).put("jti", id);
    ObjectNode bound = payload.putObject(KUBERNETES);
    bound.put("namespace", namespace);
    put(bound, "node", node);
    put(bound, "pod", pod);
    put(bound, "secret", secret);
    put(bound, "serviceaccount", account);
    if (warnAfter != 0) {
      bound.put("warnafter", warnAfter);
    }
    return payload.put("nbf", notBefore).put("sub", subject());
  }

  private static void put(ObjectNode bound, String kind, @Nullable Reference reference) {
    if (reference != null) {
      ObjectNode out = bound.putObject(kind).put("name", reference.name());
      if (!reference.uid().isEmpty()) {
        out.put("uid", reference.uid());
      }
    }
  }

  /** The name of the user whom the token identifies. */
  String subject() {
    return "system:serviceaccount:" + namespace + ':' + account.name();
  }

  /** Why the token is not valid at this time, or null. */
  @Nullable String fault(Instant now) {
    long seconds = now.getEpochSecond();
    long leeway = LEEWAY.toSeconds();
    if (notBefore != 0 && seconds + leeway < notBefore) {
      return "service account token is not valid yet";
    }
    if (expires != 0 && seconds - leeway > expires) {
      return "service account token has expired";
    }
    if (issuedAt != 0 && seconds + leeway < issuedAt) {
      return "service account token is issued in the future";
    }
    return null;
  }

  /** Those of the token's audiences that are wanted. */
  List<String> among(List<String> implied, List<String> wanted) {
    List<String> found = new ArrayList<>(audiences.isEmpty() ? implied : audiences);
    found.retainAll(wanted);
    return found;
  }
}
