package dev.rheo.resource.rules.security;

import dev.rheo.api.name.Names;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.KindRules;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Rules for writes of flow schemas. */
final class FlowSchemaRules extends KindRules {
  private static final int PRECEDENCE_MAX = 10_000;
  private static final String ALL = "*";
  private static final List<String> DISTINGUISHERS = List.of("ByNamespace", "ByUser");
  private static final List<String> SUBJECTS = List.of("Group", "ServiceAccount", "User");
  private static final List<String> VERBS =
      List.of(
          "create",
          "delete",
          "deletecollection",
          "get",
          "list",
          "patch",
          "proxy",
          "update",
          "watch");

  @Override
  protected void checkCreate(Field schema) {
    Field spec = schema.at("spec");
    spec(schema.at("metadata", "name").text(), spec);
    FlowControlObjects.checkFlowSchema(schema);
    FlowControlObjects.conditions(schema.at("status", "conditions"));
  }

  @Override
  protected void checkSubresource(String subresource, Field schema, Field old) {
    FlowControlObjects.conditions(schema.at("status", "conditions"));
  }

  private static void spec(String name, Field spec) {
    Field precedence = spec.at("matchingPrecedence");
    long number = precedence.number();
    if (number <= 0) {
      precedence.invalid(number, "must be a positive value");
    }
    if (number > PRECEDENCE_MAX) {
      precedence.invalid(number, "must not be greater than " + PRECEDENCE_MAX);
    }
    if (number == 1 && !name.equals(FlowControlObjects.EXEMPT)) {
      precedence.invalid(number, "only the schema named 'exempt' may have matchingPrecedence 1");
    }
    Field method = spec.at("distinguisherMethod");
    if (method.present() && !DISTINGUISHERS.contains(method.at("type").text())) {
      method
          .at("type")
          .with(method.object().objectNode().put("Type", method.at("type").text()))
          .notSupported(DISTINGUISHERS);
    }
    Field level = spec.at("priorityLevelConfiguration", "name");
    if (level.need("must reference a priority level")) {
      level.check(Names::dnsSubdomain);
    }
    for (Field rule : spec.at("rules").items()) {
      rule(rule);
    }
  }

  private static void rule(Field rule) {
    rule.at("subjects").need("subjects must contain at least one value");
    for (Field subject : rule.at("subjects").items()) {
      subject(subject);
    }
    if (rule.at("resourceRules").isEmpty() && rule.at("nonResourceRules").isEmpty()) {
      rule.required("at least one of resourceRules and nonResourceRules has to be non-empty");
    }
    for (Field resources : rule.at("resourceRules").items()) {
      resourceRule(resources);
    }
    for (Field urls : rule.at("nonResourceRules").items()) {
      urlRule(urls);
    }
  }

  private static void subject(Field subject) {
    Field user = subject.at("user");
    Field group = subject.at("group");
    Field account = subject.at("serviceAccount");
    switch (subject.at("kind").text()) {
      case "ServiceAccount" -> {
        account(account);
        unless(user, "User");
        unless(group, "Group");
      }
      case "User" -> {
        named(user, "User");
        unless(account, "ServiceAccount");
        unless(group, "Group");
      }
      case "Group" -> {
        named(group, "Group");
        unless(account, "ServiceAccount");
        unless(user, "User");
      }
      default -> subject.at("kind").oneOf(SUBJECTS);
    }
  }

  private static void unless(Field subject, String kind) {
    if (subject.present()) {
      subject.forbidden(subject.name() + " is forbidden when subject kind is not '" + kind + "'");
    }
  }

  private static boolean named(Field subject, String kind) {
    if (subject.absent()) {
      subject.required(subject.name() + " is required when subject kind is '" + kind + "'");
      return false;
    }
    return subject.at("name").need("");
  }

  private static void account(Field account) {
    if (named(account, "ServiceAccount") && !account.at("name").is(ALL)) {
      account.at("name").check(Names::dnsSubdomain);
    }
    if (account.present()
        && account.at("namespace").need("must specify namespace for service account")) {
      account.at("namespace").check(Names::dnsLabel);
    }
  }

  private static void resourceRule(Field rule) {
    verbs(rule.at("verbs"));
    Field groups = rule.at("apiGroups");
    if (groups.need("resource rules must supply at least one api group")) {
      alone(groups, "api groups");
    }
    Field resources = rule.at("resources");
    if (resources.need("resource rules must supply at least one resource")) {
      alone(resources, "resources");
    }
    Field namespaces = rule.at("namespaces");
    if (namespaces.isEmpty() && !rule.at("clusterScope").flag()) {
      namespaces.required(
          "resource rules that are not cluster scoped must supply at least one namespace");
    } else if (!alone(namespaces, "namespaces")) {
      for (Field namespace : namespaces.items()) {
        for (String fault : Names.dnsLabel(namespace.text())) {
          namespace.invalid("each member of this list must be '*' or a DNS-1123 label; " + fault);
        }
      }
    }
  }

  private static void urlRule(Field rule) {
    verbs(rule.at("verbs"));
    Field urls = rule.at("nonResourceURLs");
    if (urls.need("nonResourceURLs must contain at least one value")
        && !alone(urls, "non-resource URLs")) {
      for (Field url : urls.items()) {
        String fault = urlFault(url.text());
        if (fault != null) {
          url.invalid(fault);
        }
      }
    }
  }

  private static void verbs(Field verbs) {
    if (verbs.need("verbs must contain at least one value")
        && !alone(verbs, "verbs")
        && !VERBS.containsAll(verbs.texts())) {
      verbs.notSupported(VERBS);
    }
  }

  /** Whether the list has a star, which must be its only element. */
  private static boolean alone(Field list, String what) {
    Set<String> texts = new HashSet<>(list.texts());
    if (!texts.contains(ALL)) {
      return false;
    }
    if (list.size() > 1) {
      list.invalid("if '*' is present, must not specify other " + what);
    }
    return true;
  }

  private static @Nullable String urlFault(String url) {
    if (url.isEmpty()) {
      return "must not be empty";
    }
    if (url.equals("/")) {
      return null;
    }
    if (!url.startsWith("/")) {
      return "must start with slash";
    }
    if (url.contains(" ")) {
      return "must not contain white-space";
    }
    if (url.contains("//")) {
      return "must not contain double slash";
    }
    int star = url.indexOf('*');
    return star >= 0 && (star != url.length() - 1 || !url.endsWith("/*"))
        ? "wildcard can only do suffix matching"
        : null;
  }
}
