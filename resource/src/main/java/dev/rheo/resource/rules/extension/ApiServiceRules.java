package dev.rheo.resource.rules.extension;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.name.Names;
import dev.rheo.api.status.Excerpt;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.KindRules;
import dev.rheo.resource.type.WriteContext;
import java.util.List;

/** Rules for writes of API services. */
final class ApiServiceRules extends KindRules {
  private static final List<String> STATUSES = List.of("True", "False", "Unknown");
  private static final int MAX_GROUP_PRIORITY = 20_000;
  private static final int MAX_VERSION_PRIORITY = 1000;
  private static final int MAX_PORT = 65_535;

  @Override
  public void prepareCreate(ObjectNode object, WriteContext context) {
    if (!Trees.has(Trees.need(object, "spec"), "service")) {
      Trees.needArray(Trees.need(object, "status"), "conditions")
          .addObject()
          .put("type", "Available")
          .put("status", "True")
          .put("lastTransitionTime", context.seconds())
          .put("reason", "Local")
          .put("message", "Local APIServices are always available");
    }
  }

  @Override
  protected void checkCreate(Field object) {
    Field spec = object.at("spec");
    name(object, spec);
    Field group = spec.at("group");
    if (!group.isEmpty()) {
      group.check(Names::dnsSubdomain);
    } else if (!spec.at("version").is("v1")) {
      group.required("only v1 may have an empty group and it better be legacy kube");
    }
    spec.at("version").check(Names::dns1035Label);
    priority(spec.at("groupPriorityMinimum"), MAX_GROUP_PRIORITY);
    priority(spec.at("versionPriority"), MAX_VERSION_PRIORITY);
    if (spec.at("service").present()) {
      service(spec);
    } else {
      local(spec);
    }
  }

  private static void name(Field object, Field spec) {
    String wanted = spec.at("version").text() + "." + spec.at("group").text();
    for (String field : new String[] {"generateName", "name"}) {
      Field name = object.at("metadata", field);
      if (!name.isEmpty() && Names.pathSegment(name.text()).isEmpty() && !name.is(wanted)) {
        name.invalid("must be `spec.version+\".\"+spec.group`: " + Excerpt.quoted(wanted));
      }
    }
  }

  private static void priority(Field priority, int maximum) {
    if (priority.number() <= 0 || priority.number() > maximum) {
      priority.invalid(priority.number(), "must be positive and less than " + maximum);
    }
  }

  private static void local(Field spec) {
    Field bundle = spec.at("caBundle");
    if (!bundle.isEmpty()) {
      bundle.invalid(bytes(bundle.text()) + " bytes", "local APIServices may not have a caBundle");
    }
    Field insecure = spec.at("insecureSkipTLSVerify");
    if (insecure.flag()) {
      insecure.invalid("local APIServices may not have insecureSkipTLSVerify");
    }
  }

  /** The number of bytes that a text in Base64 stands for. */
  private static int bytes(String base64) {
    int padding = base64.endsWith("==") ? 2 : base64.endsWith("=") ? 1 : 0;
    return base64.length() / 4 * 3 - padding;
  }

  private static void service(Field spec) {
    Field service = spec.at("service");
    service.at("namespace").need("");
    service.at("name").need("");
    Field port = service.at("port");
    if (port.number() < 1 || port.number() > MAX_PORT) {
      port.invalid(
          port.number(), "port is not valid: must be between 1 and " + MAX_PORT + ", inclusive");
    }
    Field insecure = spec.at("insecureSkipTLSVerify");
    if (insecure.flag() && !spec.at("caBundle").isEmpty()) {
      insecure.invalid("may not be true if caBundle is present");
    }
  }

  @Override
  protected void checkSubresource(String subresource, Field object, Field old) {
    for (Field condition : object.at("status", "conditions").items()) {
      condition.at("status").oneOf(STATUSES);
    }
  }
}
