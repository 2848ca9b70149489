package dev.rheo.resource.rules.pod;

import dev.rheo.api.name.Names;
import dev.rheo.api.status.Excerpt;
import dev.rheo.api.status.FieldError;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.Quantities;
import dev.rheo.resource.rules.kind.ResourceNames;
import java.math.BigDecimal;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.BiConsumer;

/** Checks the resources that containers and pods request, and their limits. */
public final class ResourceRules {
  private static final List<String> RESIZABLE = List.of("cpu", "memory");
  private static final List<String> RESIZE_POLICIES = List.of("NotRequired", "RestartContainer");

  private ResourceRules() {}

  /**
   * Checks the resources of a container.
   *
   * @param claims the names of the pod's claims
   */
  static void container(Field resources, SortedSet<String> claims, PodOptions options) {
    requirements(resources, ResourceNames::container, options);
    claims(resources.at("claims"), claims);
  }

  /** Checks the resources that pods need besides their containers, in a class of pods. */
  public static void overhead(Field overhead) {
    overhead(overhead, PodOptions.ofTemplate(overhead.with(null)));
  }

  /** Checks the resources that a pod needs besides its containers. */
  static void overhead(Field overhead, PodOptions options) {
    Amounts amounts = new Amounts(ResourceNames::container, options);
    for (Field quantity : overhead.entries()) {
      // upstream reports these as limits of the overhead
      amounts.check(quantity, overhead.at("limits").key(quantity.name()).with(quantity.node()));
    }
    amounts.finish(overhead);
  }

  /** Checks the resources of a pod as a whole. */
  static void pod(Field resources, SortedSet<String> claims, PodOptions options) {
    requirements(resources, ResourceNames::pod, options);
    claims(resources.at("claims"), claims);
  }

  /** What the checks of limits and requests have in common. */
  private static final class Amounts {
    private final BiConsumer<Field, String> nameRule;
    private final PodOptions options;
    private boolean computing;
    private boolean pages;

    Amounts(BiConsumer<Field, String> nameRule, PodOptions options) {
      this.nameRule = nameRule;
      this.options = options;
    }

    void check(Field quantity, Field at) {
      String name = quantity.name();
      nameRule.accept(at, name);
      Quantities.resource(name, at);
      if (ResourceNames.isHugePage(name)) {
        pages = true;
        if (!options.brokenPages()
            && !Quantities.isMultipleOfPages(name, Quantities.amount(quantity))) {
          at.invalid(
              quantity.text() + " is not positive integer multiple of " + Excerpt.text(name));
        }
      }
      computing |= RESIZABLE.contains(name);
    }

    void finish(Field resources) {
      if (pages && !computing) {
        resources.forbidden("HugePages require cpu or memory");
      }
    }
  }

  private static void requirements(
      Field resources, BiConsumer<Field, String> nameRule, PodOptions options) {
    Amounts amounts = new Amounts(nameRule, options);
    Field limits = resources.at("limits");
    Field requests = resources.at("requests");
    for (Field limit : limits.entries()) {
      amounts.check(limit, limit);
    }
    for (Field request : requests.entries()) {
      amounts.check(request, request);
      String name = request.name();
      Field limit = limits.key(name);
      boolean lower = ResourceNames.isOvercommitAllowed(name);
      if (limit.absent()) {
        if (!lower) {
          limits.required("Limit must be set for non overcommitable resources");
        }
        continue;
      }
      int order = amount(request).compareTo(amount(limit));
      if (order > 0 || (order < 0 && !lower)) {
        requests.invalid(
            request.text(),
            "must be "
                + (lower ? "less than or equal to " : "equal to ")
                + Excerpt.text(name)
                + " limit of "
                + limit.text());
      }
    }
    amounts.finish(resources);
  }

  private static BigDecimal amount(Field quantity) {
    return Quantities.amount(quantity);
  }

  private static void claims(Field claims, SortedSet<String> known) {
    Set<String> seen = new HashSet<>();
    Set<String> partly = new HashSet<>();
    for (Field claim : claims.items()) {
      String name = claim.at("name").text();
      String request = claim.at("request").text();
      if (name.isEmpty()) {
        claim.required("");
        continue;
      }
      if (seen.contains(name)) {
        // it has been claimed with all its requests
        duplicate(claim, name);
      } else {
        if (!request.isEmpty()) {
          claim.at("request").check(Names::dnsLabel);
        }
        String key = request.isEmpty() ? name : name + "/" + request;
        if (!seen.add(key)) {
          duplicate(claim, key);
        } else if (request.isEmpty() && partly.contains(name)) {
          duplicate(claim, name);
        }
        if (!request.isEmpty()) {
          partly.add(name);
        }
      }
      if (!known.contains(name)) {
        claim.fault(
            new FieldError(
                "FieldValueNotFound",
                claim.path(),
                "Not found: "
                    + Excerpt.quoted(name)
                    + ": must be one of the names in pod.spec.resourceClaims"
                    + (known.isEmpty()
                        ? " which is empty"
                        : ": " + Excerpt.text(String.join(", ", known)))));
      }
    }
  }

  private static void duplicate(Field at, String value) {
    at.fault(FieldError.duplicate(at.path(), value));
  }

  /**
   * Checks what happens to a container whose resources change. Most faults are reported at the
   * list.
   *
   * @param neverRestarts whether the pod's containers are never started again
   */
  static void resizePolicy(Field policies, boolean neverRestarts) {
    Set<String> seen = new TreeSet<>();
    for (Field policy : policies.items()) {
      Field resource = policy.at("resourceName").placed(policies);
      Field restart = policy.at("restartPolicy").placed(policies);
      if (!seen.add(resource.text())) {
        duplicate(policy, resource.text());
      }
      if (resource.need("")) {
        resource.oneOf(RESIZABLE);
      }
      if (restart.need("")) {
        restart.oneOf(RESIZE_POLICIES);
      }
      if (neverRestarts && !restart.is("NotRequired")) {
        restart.invalid(
            restart.text(), "must be 'NotRequired' when pod `restartPolicy` is 'Never'");
      }
    }
  }
}
