package dev.rheo.encryption.config;

import dev.rheo.api.name.GroupResource;
import dev.rheo.api.status.FieldError;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the names of resources, and checks that each can have an effect. */
final class ResourceRules {
  private static final String ANY = EncryptionConfig.ANY;
  private static final GroupResource EVERYTHING = new GroupResource(ANY, ANY);

  /** Written by upstream's allocators and servers themselves, never encrypted. */
  private static final Set<String> NO_REST =
      Set.of("apiserveripinfo", "serviceipallocations", "servicenodeportallocations");

  List<GroupResource> read(String path, List<String> names, List<FieldError> errors) {
    if (names.isEmpty()) {
      errors.add(FieldError.required(path, "at least one %s is required".formatted(path)));
    }
    List<GroupResource> resources = names.stream().map(ResourceRules::parse).toList();
    overlaps(path, names, resources, errors);
    for (int i = 0; i < names.size(); i++) {
      String fault = fault(names.get(i), resources.get(i));
      if (fault != null) {
        errors.add(FieldError.invalid("%s[%d]".formatted(path, i), names.get(i), fault));
      }
    }
    return resources;
  }

  private static GroupResource parse(String name) {
    int dot = name.indexOf('.');
    return dot < 0
        ? new GroupResource("", name)
        : new GroupResource(name.substring(dot + 1), name.substring(0, dot));
  }

  private static void overlaps(
      String path, List<String> names, List<GroupResource> resources, List<FieldError> errors) {
    boolean twice = new HashSet<>(resources).size() < resources.size();
    boolean overlap = false;
    for (int i = 0; i < resources.size(); i++) {
      for (int j = 0; j < resources.size(); j++) {
        GroupResource one = resources.get(i);
        GroupResource other = resources.get(j);
        overlap |=
            i != j
                && !one.equals(other)
                && (one.equals(EVERYTHING)
                    || one.group().equals(other.group()) && one.resource().equals(ANY));
      }
    }
    String shown = "\"" + String.join("\", \"", names) + "\"";
    if (twice) {
      errors.add(
          FieldError.invalid(
              path, "the same resource cannot be specified multiple times: " + shown));
    }
    if (overlap) {
      errors.add(
          FieldError.invalid(
              path,
              "using overlapping resources such as 'secrets' and '*.' in the same resource list is"
                  + " not allowed as they will be masked: "
                  + shown));
    }
  }

  private static @Nullable String fault(String name, GroupResource resource) {
    if (!name.toLowerCase(Locale.ROOT).equals(name)) {
      return "resource name should not contain capital letters";
    }
    if (name.equals(ANY)) {
      return "use '*.' to encrypt all the resources from core API group or *.* to encrypt all"
          + " resources";
    }
    if (NO_REST.contains(name)) {
      return "resources which do not have REST API/s cannot be encrypted";
    }
    if (resource.group().equals("events.k8s.io")) {
      return "'*.events.k8s.io' objects are stored using the 'events' API group in etcd. Use"
          + " 'events' instead in the config file";
    }
    if (resource.group().equals("extensions")) {
      return "'extensions' group has been removed and cannot be used for encryption";
    }
    if (resource.group().equals(ANY) && !resource.resource().equals(ANY)) {
      return "encrypting the same resource across groups is not supported";
    }
    return null;
  }

  /** Refuses a resource that an earlier wildcard covers. */
  void requireNoneMasked(List<EncryptionConfig.Rule> rules) throws EncryptionConfigException {
    Set<GroupResource> earlier = new HashSet<>();
    for (EncryptionConfig.Rule rule : rules) {
      for (GroupResource resource : rule.resources()) {
        for (GroupResource wild : List.of(new GroupResource(resource.group(), ANY), EVERYTHING)) {
          if (earlier.contains(wild)) {
            throw new EncryptionConfigException(
                "resource \"%s\" is masked by earlier rule \"%s\""
                    .formatted(show(resource), show(wild)));
          }
        }
        earlier.add(resource);
      }
    }
  }

  private static String show(GroupResource resource) {
    return resource.group().isEmpty() && resource.resource().equals(ANY)
        ? "*."
        : resource.toString();
  }
}
