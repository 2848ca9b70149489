package dev.rheo.server.admission;

import dev.rheo.cache.WatchCache;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.store.RevisionStore;
import java.util.List;

/** All plugins, in upstream's order. */
public final class Admission implements AdmissionPlugin {
  private final List<AdmissionPlugin> plugins;

  /**
   * @param registry has the resources that the plugins look up
   */
  public Admission(RevisionStore store, WatchCache cache, ResourceRegistry registry) {
    StoredObjects objects = new StoredObjects(store, cache, registry);
    this.plugins = List.of(new LimitRanger(objects), new PriorityAdmission(objects));
  }

  @Override
  public void admit(AdmissionRequest request) {
    plugins.forEach(plugin -> plugin.admit(request));
  }

  @Override
  public void validate(AdmissionRequest request) {
    plugins.forEach(plugin -> plugin.validate(request));
  }
}
