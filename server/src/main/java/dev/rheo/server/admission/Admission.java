package dev.rheo.server.admission;

import dev.rheo.cache.WatchCache;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.store.RevisionStore;
import java.util.ArrayList;
import java.util.List;

/** All plugins, in upstream's order. */
public final class Admission implements AdmissionPlugin {
  private final List<AdmissionPlugin> plugins;

  /**
   * @param registry has the resources that the plugins look up
   * @param more plugins that may be switched off
   */
  public Admission(
      RevisionStore store,
      WatchCache cache,
      ResourceRegistry registry,
      List<AdmissionPlugin> more) {
    StoredObjects objects = new StoredObjects(store, cache, registry);
    List<AdmissionPlugin> all = new ArrayList<>();
    all.add(new LimitRanger(objects));
    all.addAll(more);
    all.add(new PriorityAdmission(objects));
    all.add(new LocalAdmission());
    all.add(new DeviceAdminAccess(objects));
    all.add(new DefaultClasses(objects));
    all.add(new ClaimResizeAdmission(objects));
    all.add(new RuntimeClassAdmission(objects));
    this.plugins = List.copyOf(all);
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
