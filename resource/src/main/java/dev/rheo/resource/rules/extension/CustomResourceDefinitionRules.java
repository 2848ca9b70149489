package dev.rheo.resource.rules.extension;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.name.Names;
import dev.rheo.api.status.Excerpt;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.KindRules;
import dev.rheo.resource.type.WriteContext;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Rules for writes of definitions of custom resources. */
final class CustomResourceDefinitionRules extends KindRules {
  private static final List<String> SCOPES = List.of("Cluster", "Namespaced");

  @Override
  public void prepareCreate(ObjectNode object, WriteContext context) {
    storedVersion(object);
  }

  @Override
  public void prepareUpdate(
      ObjectNode object, ObjectNode old, String subresource, WriteContext context) {
    if (subresource.isEmpty()) {
      storedVersion(object);
    }
  }

  @Override
  protected void warn(Field definition, Field old, Consumer<String> warnings) {
    Set<String> known = SchemaFormats.unrecognized(old.at("spec").node());
    for (String format : SchemaFormats.unrecognized(definition.at("spec").node())) {
      if (!known.contains(format)) {
        warnings.accept("unrecognized format " + Excerpt.quoted(format));
      }
    }
  }

  private static void storedVersion(ObjectNode definition) {
    for (ObjectNode version : Trees.objects(definition, "spec", "versions")) {
      if (Trees.flag(version, "storage")) {
        String name = Trees.text(version, "name");
        ObjectNode status = Trees.need(definition, "status");
        if (!Trees.strings(status, "storedVersions").contains(name)) {
          Trees.needArray(status, "storedVersions").add(name);
        }
        return;
      }
    }
  }

  @Override
  protected void checkCreate(Field definition) {
    Field spec = definition.at("spec");
    String wanted = spec.at("names", "plural").text() + "." + spec.at("group").text();
    for (String field : new String[] {"generateName", "name"}) {
      Field name = definition.at("metadata", field);
      if (!name.isEmpty() && !name.is(wanted)) {
        name.invalid("must be spec.names.plural+\".\"+spec.group");
      }
    }
    check(definition, definition.with(null));
  }

  @Override
  protected void checkUpdate(Field definition, Field old) {
    check(definition, old);
  }

  @Override
  protected void checkSubresource(String subresource, Field definition, Field old) {
    DefinitionNames.check(definition.at("status", "acceptedNames"));
  }

  /**
   * @param old absent for a create
   */
  private static void check(Field definition, Field old) {
    Field spec = definition.at("spec");
    Field oldSpec = old.at("spec");
    Ratchet demands = old.present() ? Ratchet.of(definition, old) : Ratchet.NEW;
    spec(spec, demands);
    if (old.present()) {
      if (demands.fixedNames()) {
        fixed(spec.at("scope"), oldSpec.at("scope"));
        fixed(spec.at("names", "kind"), oldSpec.at("names", "kind"));
      }
      fixed(spec.at("group"), oldSpec.at("group"));
      fixed(spec.at("names", "plural"), oldSpec.at("names", "plural"));
    }
    DefinitionNames.check(definition.at("status", "acceptedNames"));
    storedVersions(definition.at("status", "storedVersions"), spec.at("versions"));
    CommunityApproval.check(definition, old);
    Field preserve = spec.at("preserveUnknownFields");
    if (preserve.flag() && !oldSpec.at("preserveUnknownFields").flag()) {
      preserve.invalid(
          "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in"
              + " spec.versions[*].schema instead");
    }
  }

  private static void spec(Field spec, Ratchet demands) {
    group(spec.at("group"));
    if (spec.at("scope").need("")) {
      spec.at("scope").oneOf(SCOPES);
    }
    DefinitionVersions versions = new DefinitionVersions(spec, demands);
    versions.check();
    DefinitionNames.checkRequired(spec.at("names"));
    versions.checkCommon();
    DefinitionConversion.check(spec, demands);
  }

  private static void group(Field group) {
    if (!group.need("")) {
      return;
    }
    List<String> faults = Names.dnsSubdomain(group.text());
    if (!faults.isEmpty()) {
      group.invalid(String.join(",", faults));
    } else if (group.text().indexOf('.') < 0) {
      group.invalid("should be a domain with at least one dot");
    }
  }

  private static void fixed(Field now, Field before) {
    if (!now.is(before.text())) {
      now.invalid(now.text(), "field is immutable");
    }
  }

  private static void storedVersions(Field stored, Field versions) {
    if (stored.isEmpty()) {
      stored.invalid("must have at least one stored version");
      return;
    }
    Map<String, Integer> places = new HashMap<>();
    List<String> names = stored.texts();
    for (int i = 0; i < names.size(); i++) {
      places.put(names.get(i), i);
    }
    for (Field version : versions.items()) {
      String name = version.at("name").text();
      if (places.remove(name) == null && version.at("storage").flag()) {
        stored.invalid("must have the storage version " + name);
      }
    }
    for (int i = 0; i < names.size() && !stored.isFull(); i++) {
      String name = names.get(i);
      if (places.getOrDefault(name, -1) == i) {
        stored
            .index(i)
            .invalid(
                "missing from spec.versions; "
                    + name
                    + " was previously a storage version, and must remain in spec.versions until a"
                    + " storage migration ensures no data remains persisted in "
                    + name
                    + " and removes "
                    + name
                    + " from status.storedVersions");
      }
    }
  }
}
