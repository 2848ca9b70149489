package dev.rheo.server.verb.write;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.name.GroupResource;
import dev.rheo.api.name.GroupVersionKind;
import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.FieldError;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.api.status.GoText;
import dev.rheo.codec.tree.Trees;
import dev.rheo.server.security.token.BoundObjects.Key;
import dev.rheo.server.security.token.BoundObjects.Kind;
import dev.rheo.server.security.token.Claims;
import dev.rheo.server.security.token.TokenIssuer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The subresource {@code token} of a service account: signs a token for it, by the steps of
 * upstream's {@code TokenREST}. Nothing is stored, so a dry run is the same.
 */
final class TokenRequests {
  private static final String GROUP = "authentication.k8s.io";
  private static final String KIND = "TokenRequest";
  private static final long MIN_SECONDS = 600;
  private static final long MAX_SECONDS = 1L << 32;

  /**
   * The lifetime that the admission plugin asks for in pods. As upstream, such a token lives for a
   * year, for clients that never read it again, and says when it should have been.
   */
  private static final long WARN_SECONDS = 3607;

  private static final long EXTENDED_SECONDS = 365L * 24 * 60 * 60;

  private static final Map<String, Kind> KINDS =
      Map.of("Pod", Kind.POD, "Node", Kind.NODE, "Secret", Kind.SECRET);

  private final LiveObjects objects;
  private final TokenIssuer issuer;
  private final Supplier<String> ids;

  /**
   * @param ids makes the ids of tokens
   */
  TokenRequests(LiveObjects objects, TokenIssuer issuer, Supplier<String> ids) {
    this.objects = objects;
    this.issuer = issuer;
    this.ids = ids;
  }

  /**
   * Answers a request in its status.
   *
   * @param path of the subresource; its namespace exists
   * @param request normalized and defaulted; changed
   * @throws ApiException with the Status of the refusal
   */
  void answer(ObjectPath path, ObjectNode request, Instant now) {
    Meta meta = Meta.of(request);
    if (!meta.name().isEmpty() && !meta.name().equals(path.name())) {
      FieldErrors errors = new FieldErrors();
      errors.add(
          FieldError.invalid(
              "metadata.name", meta.name(), "must match the service account name if specified"));
      errors.refuse(GROUP, KIND, path.name());
    }
    String account = uid(requireAccount(path));
    if (!meta.uid().isEmpty() && !meta.uid().equals(account)) {
      throw ApiException.conflict(
          new GroupResource(GROUP, KIND),
          path.name(),
          "the UID in the token request (%s) does not match the UID of the service account (%s)"
              .formatted(meta.uid(), account));
    }
    meta.name(path.name());
    meta.namespace(path.namespace());
    meta.uid(account);
    meta.created(now);
    ObjectNode spec = Trees.need(request, "spec");
    List<String> audiences = Trees.strings(spec, "audiences");
    if (audiences.isEmpty()) {
      audiences = issuer.audiences();
      audiences.forEach(Trees.needArray(spec, "audiences")::add);
    }
    long seconds = Trees.number(spec, "expirationSeconds");
    requireSeconds(seconds);
    Bound bound = bound(path, Trees.object(spec, "boundObjectRef"));
    boolean extended =
        bound.pod() != null && seconds == WARN_SECONDS && issuer.audiences().containsAll(audiences);
    long at = now.getEpochSecond();
    String token =
        issuer.sign(
            new Claims(
                issuer.issuer(),
                audiences,
                at,
                at + (extended ? EXTENDED_SECONDS : seconds),
                at,
                ids.get(),
                path.namespace(),
                new Claims.Reference(path.name(), account),
                bound.pod(),
                bound.secret(),
                bound.node(),
                extended ? at + seconds : 0));
    request
        .putObject("status")
        .put("token", token)
        .put("expirationTimestamp", Meta.time(now.plusSeconds(seconds)));
  }

  private static void requireSeconds(long seconds) {
    String fault =
        seconds < MIN_SECONDS
            ? "may not specify a duration less than 10 minutes"
            : seconds > MAX_SECONDS ? "may not specify a duration larger than 2^32 seconds" : "";
    if (!fault.isEmpty()) {
      FieldErrors errors = new FieldErrors();
      errors.add(FieldError.invalid("spec.expirationSeconds", seconds, fault));
      errors.refuse(GROUP, KIND, "");
    }
  }

  /** The objects that a token is bound to: at most one, and the node of a pod. */
  private record Bound(
      Claims.@Nullable Reference pod,
      Claims.@Nullable Reference secret,
      Claims.@Nullable Reference node) {}

  private Bound bound(ObjectPath path, @Nullable ObjectNode reference) {
    if (reference == null) {
      return new Bound(null, null, null);
    }
    GroupVersionKind type =
        GroupVersionKind.of(Trees.text(reference, "apiVersion"), Trees.text(reference, "kind"));
    Kind kind = type.group().isEmpty() ? KINDS.get(type.kind()) : null;
    if (kind == null) {
      throw ApiException.badRequest(
          "cannot bind token to object of type %s/%s, Kind=%s"
              .formatted(type.group(), type.version(), type.kind()));
    }
    String name = Trees.text(reference, "name");
    if (name.isEmpty()) {
      throw ApiException.badRequest("Name parameter required.");
    }
    ObjectNode object = require(kind, path.namespace(), name);
    Claims.Reference node = null;
    if (kind == Kind.POD) {
      if (!Trees.text(object, "spec", "serviceAccountName").equals(path.name())) {
        throw ApiException.badRequest(
            "cannot bind token for serviceaccount "
                + GoText.quote(path.name())
                + " to pod running with different serviceaccount name.");
      }
      node = nodeOf(object);
    }
    String asked = Trees.text(reference, "uid");
    if (!asked.isEmpty() && !asked.equals(uid(object))) {
      throw ApiException.conflict(
          new GroupResource("", type.kind()),
          name,
          "the UID in the bound object reference (%s) does not match the UID in record. The object might have been deleted and then recreated"
              .formatted(asked));
    }
    Claims.Reference found = new Claims.Reference(name, uid(object));
    return new Bound(
        kind == Kind.POD ? found : null,
        kind == Kind.SECRET ? found : null,
        kind == Kind.NODE ? found : node);
  }

  /** The node that a pod is assigned to, without a uid if it does not exist; or null. */
  private Claims.@Nullable Reference nodeOf(ObjectNode pod) {
    String name = Trees.text(pod, "spec", "nodeName");
    if (name.isEmpty()) {
      return null;
    }
    ObjectNode node = objects.current(new Key(Kind.NODE, "", name));
    return new Claims.Reference(name, node == null ? "" : uid(node));
  }

  private ObjectNode requireAccount(ObjectPath path) {
    return require(Kind.SERVICE_ACCOUNT, path.namespace(), path.name());
  }

  private ObjectNode require(Kind kind, String namespace, String name) {
    ObjectNode found = objects.current(new Key(kind, kind.isNamespaced() ? namespace : "", name));
    if (found == null) {
      throw ApiException.notFound(new GroupResource("", kind.plural()), name);
    }
    return found;
  }

  private static String uid(ObjectNode object) {
    return Trees.text(object, "metadata", "uid");
  }
}
