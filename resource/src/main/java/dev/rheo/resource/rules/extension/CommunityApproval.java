package dev.rheo.resource.rules.extension;

import dev.rheo.api.url.GoUrl;
import dev.rheo.resource.rules.kind.Field;

/**
 * Checks that who defines a resource in a group of the Kubernetes community says who allowed it.
 */
final class CommunityApproval {
  private static final String ANNOTATION = "api-approved.kubernetes.io";
  private static final String MUST = "protected groups must have approval annotation \"";
  private static final String SEE = ", see https://github.com/kubernetes/enhancements/pull/1111";

  private enum State {
    MISSING,
    BYPASSED,
    APPROVED,
    INVALID
  }

  private CommunityApproval() {}

  static void check(Field definition, Field old) {
    if (!isProtected(definition.at("spec", "group").text())) {
      return;
    }
    Field annotation = definition.at("metadata", "annotations").key(ANNOTATION);
    State state = state(annotation.text());
    if (old.present() && state == state(old.at("metadata", "annotations").key(ANNOTATION).text())) {
      return; // whoever changes something else need not know
    }
    if (state == State.MISSING) {
      annotation.required(MUST + ANNOTATION + "\"" + SEE);
    } else if (state == State.INVALID) {
      annotation.invalid(
          MUST
              + ANNOTATION
              + "\" with either a URL or a reason starting with \"unapproved\""
              + SEE);
    }
  }

  private static boolean isProtected(String group) {
    for (String domain : new String[] {"k8s.io", "kubernetes.io"}) {
      if (group.equals(domain) || group.endsWith("." + domain)) {
        return true;
      }
    }
    return false;
  }

  private static State state(String text) {
    if (text.isEmpty()) {
      return State.MISSING;
    }
    if (text.startsWith("unapproved")) {
      return State.BYPASSED;
    }
    try {
      GoUrl url = GoUrl.parse(text);
      return url.host().isEmpty() || url.scheme().isEmpty() ? State.INVALID : State.APPROVED;
    } catch (GoUrl.SyntaxException e) {
      return State.INVALID;
    }
  }
}
