package dev.rheo.resource.custom;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.Excerpt;
import dev.rheo.codec.tree.Trees;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The names that a definition asks for, beside those that definitions of its group have already. A
 * name belongs to who has it, until it is deleted or asks for another one.
 *
 * <p>Upstream's {@code NamingConditionController}.
 */
final class NameClaims {
  private final ObjectNode wanted;
  private final ObjectNode accepted;
  private final Set<String> resources = new HashSet<>();
  private final Set<String> kinds = new HashSet<>();
  private String reason = "NoConflicts";
  private String message = "no conflicts found";

  private NameClaims(ObjectNode definition) {
    wanted = object(definition, "spec", "names");
    accepted = object(definition, "status", "acceptedNames");
  }

  /**
   * Decides which names of a definition are accepted.
   *
   * @param others those of other groups do not matter
   */
  static NameClaims of(ObjectNode definition, Collection<ObjectNode> others) {
    NameClaims claims = new NameClaims(definition);
    String group = Trees.text(definition, "spec", "group");
    claims.taken(claims.accepted);
    for (ObjectNode other : others) {
      if (Trees.text(other, "spec", "group").equals(group)) {
        claims.taken(object(other, "status", "acceptedNames"));
      }
    }
    return claims;
  }

  private static ObjectNode object(ObjectNode tree, String... path) {
    ObjectNode found = Trees.object(tree, path);
    return found == null ? JsonNodeFactory.instance.objectNode() : found;
  }

  private void taken(ObjectNode names) {
    resources.add(Trees.text(names, "plural"));
    resources.add(Trees.text(names, "singular"));
    resources.addAll(Trees.strings(names, "shortNames"));
    kinds.add(Trees.text(names, "kind"));
    kinds.add(Trees.text(names, "listKind"));
  }

  /** Whether all names are accepted already, so that nothing is to be decided. */
  boolean areSettled() {
    return Trees.same(wanted, accepted);
  }

  /**
   * The names that are accepted now; one that is in use stays what it was. Called once: the last
   * conflict is then the {@link #reason}.
   */
  ObjectNode decide() {
    ObjectNode names = accepted.deepCopy();
    decide(names, "plural", "PluralConflict", resources);
    decide(names, "singular", "SingularConflict", resources);
    decideShortNames(names);
    decide(names, "kind", "KindConflict", kinds);
    decide(names, "listKind", "ListKindConflict", kinds);
    copy(names, "categories");
    return names;
  }

  private void decide(ObjectNode names, String field, String conflict, Set<String> used) {
    String name = Trees.text(wanted, field);
    if (!name.equals(Trees.text(accepted, field)) && used.contains(name)) {
      reason = conflict;
      message = inUse(name);
    } else {
      copy(names, field);
    }
  }

  private void decideShortNames(ObjectNode names) {
    List<String> own = Trees.strings(accepted, "shortNames");
    Set<String> conflicts = new LinkedHashSet<>();
    for (String name : Trees.strings(wanted, "shortNames")) {
      if (!own.contains(name) && resources.contains(name)) {
        conflicts.add(inUse(name));
      }
    }
    if (conflicts.isEmpty()) {
      copy(names, "shortNames");
      return;
    }
    reason = "ShortNamesConflict";
    message =
        conflicts.size() == 1
            ? conflicts.iterator().next()
            : conflicts.stream().collect(Collectors.joining(", ", "[", "]"));
  }

  private static String inUse(String name) {
    return Excerpt.quoted(name) + " is already in use";
  }

  private void copy(ObjectNode names, String field) {
    JsonNode value = wanted.get(field);
    if (value == null) {
      names.remove(field);
    } else {
      names.set(field, value.deepCopy());
    }
  }

  boolean areAccepted() {
    return reason.equals("NoConflicts");
  }

  String reason() {
    return reason;
  }

  String message() {
    return message;
  }
}
