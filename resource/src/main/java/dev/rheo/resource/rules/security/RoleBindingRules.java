package dev.rheo.resource.rules.security;

import dev.rheo.api.name.Names;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.KindRules;
import java.util.List;

/** Rules for writes of bindings of roles, of a namespace or of the cluster. */
final class RoleBindingRules extends KindRules {
  private static final List<String> GROUP = List.of("rbac.authorization.k8s.io");
  private static final List<String> NO_GROUP = List.of("");
  private static final List<String> SUBJECTS = List.of("ServiceAccount", "User", "Group");

  private final List<String> kinds;
  private final boolean namespaced;

  /**
   * @param kinds that can be bound
   */
  private RoleBindingRules(List<String> kinds, boolean namespaced) {
    this.kinds = kinds;
    this.namespaced = namespaced;
  }

  static RoleBindingRules ofNamespace() {
    return new RoleBindingRules(List.of("Role", "ClusterRole"), true);
  }

  static RoleBindingRules ofCluster() {
    return new RoleBindingRules(List.of("ClusterRole"), false);
  }

  @Override
  protected void checkCreate(Field binding) {
    Field role = binding.at("roleRef");
    role.at("apiGroup").oneOf(GROUP);
    role.at("kind").oneOf(kinds);
    if (role.at("name").need("")) {
      role.at("name").check(Names::pathSegment);
    }
    for (Field subject : binding.at("subjects").items()) {
      subject(subject);
    }
  }

  @Override
  protected void checkUpdate(Field binding, Field old) {
    checkCreate(binding);
    Field role = binding.at("roleRef");
    if (!role.same(old.at("roleRef"))) {
      role.invalid(shown(role), "cannot change roleRef");
    }
  }

  private void subject(Field subject) {
    Field name = subject.at("name");
    Field group = subject.at("apiGroup");
    name.need("");
    switch (subject.at("kind").text()) {
      case "ServiceAccount" -> {
        if (!name.isEmpty()) {
          name.check(Names::dnsSubdomain);
        }
        group.oneOf(NO_GROUP);
        if (!namespaced) {
          subject.at("namespace").need("");
        }
      }
      case "User", "Group" -> group.oneOf(GROUP);
      default -> subject.at("kind").oneOf(SUBJECTS);
    }
  }

  /** The reference as upstream's type that is not for the wire. */
  private static Object shown(Field role) {
    return role.object()
        .objectNode()
        .put("APIGroup", role.at("apiGroup").text())
        .put("Kind", role.at("kind").text())
        .put("Name", role.at("name").text());
  }
}
