package dev.rheo.server.controller;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.server.verb.write.LoopbackClient;
import dev.rheo.server.verb.write.ObjectPath;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Supplier;

/**
 * Keeps the ServiceCIDR {@code kubernetes}, which tells the cluster the configured ranges of
 * cluster IPs. As upstream, it is created if it is missing, gets a second range, and becomes Ready;
 * what somebody else has decided of it stays.
 */
public final class DefaultServiceCidr {
  private static final System.Logger LOG = System.getLogger(DefaultServiceCidr.class.getName());

  private static final String NAME = "kubernetes";
  private static final String MESSAGE = "Kubernetes default Service CIDR is ready";

  private final ServerObjects objects;
  private final List<String> cidrs;
  private final InstantSource clock;
  private boolean told;

  /**
   * @param cidrs the configured ranges, the default first
   */
  public DefaultServiceCidr(
      LoopbackClient client,
      Supplier<ResourceRegistry> served,
      List<String> cidrs,
      InstantSource clock) {
    this.objects = new ServerObjects(client, served);
    this.cidrs = List.copyOf(cidrs);
    this.clock = clock;
  }

  /** Makes the object what it must be. Not thread-safe. */
  public void run() {
    ResourceType type = objects.type("networking.k8s.io", "servicecidrs");
    objects.ensure(ObjectPath.of(type, "", NAME), () -> create(type), this::widen);
    objects.client().update(new ObjectPath(type, "", NAME, "status"), this::becomeReady);
  }

  private ObjectNode create(ResourceType type) {
    ObjectNode object = ServerObjects.named(type, NAME);
    ArrayNode list = object.putObject("spec").putArray("cidrs");
    cidrs.forEach(list::add);
    return object;
  }

  private boolean widen(ObjectNode object) {
    List<String> present = Trees.strings(object, "spec", "cidrs");
    if (cidrs.size() != 2 || present.size() != 1 || !present.getFirst().equals(cidrs.getFirst())) {
      return false;
    }
    Trees.needArray(Trees.need(object, "spec"), "cidrs").add(cidrs.get(1));
    return true;
  }

  private boolean becomeReady(ObjectNode object) {
    if (!Trees.text(object, "metadata", "deletionTimestamp").isEmpty()) {
      return false;
    }
    if (!Trees.strings(object, "spec", "cidrs").equals(cidrs)) {
      tell("the ServiceCIDR kubernetes has other ranges than the configured " + cidrs);
      return false;
    }
    ArrayNode conditions = Trees.needArray(Trees.need(object, "status"), "conditions");
    for (int i = 0; i < conditions.size(); i++) {
      if (Trees.text(conditions.get(i), "type").equals("Ready")) {
        if (!Trees.text(conditions.get(i), "status").equals("Unknown")) {
          return false;
        }
        conditions.remove(i);
        break;
      }
    }
    conditions
        .addObject()
        .put("type", "Ready")
        .put("status", "True")
        .put("lastTransitionTime", clock.instant().truncatedTo(ChronoUnit.SECONDS).toString())
        .put("reason", "")
        .put("message", MESSAGE);
    return true;
  }

  private void tell(String what) {
    if (!told) {
      LOG.log(Level.WARNING, what);
      told = true;
    }
  }
}
