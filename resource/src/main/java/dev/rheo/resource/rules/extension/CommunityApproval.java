package dev.rheo.resource.rules.extension;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.Excerpt;
import dev.rheo.api.url.GoUrl;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.kind.Field;

/**
 * Who defines a resource in a group of the Kubernetes community says in an annotation who allowed
 * it.
 */
public final class CommunityApproval {
  private static final String ANNOTATION = "api-approved.kubernetes.io";
  private static final String MUST =
      "protected groups must have approval annotation \"" + ANNOTATION + "\"";
  private static final String SEE = ", see https://github.com/kubernetes/enhancements/pull/1111";

  private enum State {
    MISSING("MissingAnnotation"),
    BYPASSED("UnapprovedAnnotation"),
    APPROVED("ApprovedAnnotation"),
    INVALID("InvalidAnnotation");

    final String reason;

    State(String reason) {
      this.reason = reason;
    }
  }

  private final State state;

  /** What is said; empty if nothing is. */
  private final String annotation;

  private CommunityApproval(State state, String annotation) {
    this.state = state;
    this.annotation = annotation;
  }

  /** Whether the group of a definition is one of the community. */
  public static boolean isNeeded(ObjectNode definition) {
    String group = Trees.text(definition, "spec", "group");
    for (String domain : new String[] {"k8s.io", "kubernetes.io"}) {
      if (group.equals(domain) || group.endsWith("." + domain)) {
        return true;
      }
    }
    return false;
  }

  /** What the annotation of a definition says. */
  public static CommunityApproval of(ObjectNode definition) {
    String text = Trees.text(definition, "metadata", "annotations", ANNOTATION);
    return new CommunityApproval(state(text), text);
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

  public boolean isApproved() {
    return state == State.APPROVED;
  }

  /** The reason of the condition that tells of the approval. */
  public String reason() {
    return state.reason;
  }

  public String message() {
    return switch (state) {
      case MISSING -> MUST + SEE;
      case BYPASSED -> "not approved: " + Excerpt.quoted(annotation);
      case APPROVED -> "approved in " + Excerpt.text(annotation);
      case INVALID -> MUST + " with either a URL or a reason starting with \"unapproved\"" + SEE;
    };
  }

  static void check(Field definition, Field old) {
    if (!isNeeded(definition.object())) {
      return;
    }
    CommunityApproval approval = of(definition.object());
    if (old.present() && approval.state == of(old.object()).state) {
      return; // whoever changes something else need not know
    }
    Field annotation = definition.at("metadata", "annotations").key(ANNOTATION);
    if (approval.state == State.MISSING) {
      annotation.required(approval.message());
    } else if (approval.state == State.INVALID) {
      annotation.invalid(approval.message());
    }
  }
}
