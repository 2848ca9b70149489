package dev.rheo.resource.rules.pod;

import dev.rheo.api.name.Names;
import dev.rheo.api.status.FieldError;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.GoValues;
import java.util.HashSet;
import java.util.Set;

/** Checks which claims of devices a pod refers to. */
final class ResourceClaimRules {
  private ResourceClaimRules() {}

  static void validate(Field claims, Field annotations) {
    if (claims.size() > 0 && annotations.key(PodAnnotations.MIRROR).present()) {
      claims.fault(
          FieldError.forbidden(
              PodAnnotations.NOWHERE, "static pods do not support resource claims"));
      return;
    }
    Set<String> names = new HashSet<>();
    for (Field claim : claims.items()) {
      Field name = claim.at("name");
      if (name.need("")) {
        if (names.add(name.text())) {
          name.check(Names::dnsLabel);
        } else {
          name.duplicate();
        }
      }
      Field direct = claim.at("resourceClaimName");
      Field template = claim.at("resourceClaimTemplateName");
      if (direct.present() && template.present()) {
        claim.invalid(
            GoValues.of("core.PodResourceClaim", claim.node()),
            "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified");
      }
      if (direct.absent() && template.absent()) {
        claim.invalid(
            GoValues.of("core.PodResourceClaim", claim.node()),
            "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`");
      }
      for (Field reference : new Field[] {direct, template}) {
        if (reference.present()) {
          reference.check(Names::dnsSubdomain);
        }
      }
    }
  }
}
