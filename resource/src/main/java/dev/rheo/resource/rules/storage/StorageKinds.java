package dev.rheo.resource.rules.storage;

import dev.rheo.resource.type.WriteRules;
import java.util.function.BiConsumer;

/** The rules of this package by the resource that they are for. */
public final class StorageKinds {
  private StorageKinds() {}

  public static void register(BiConsumer<String, WriteRules> rules) {
    rules.accept("persistentvolumes", new PersistentVolumeRules());
    rules.accept("persistentvolumeclaims", new PersistentVolumeClaimRules());
    rules.accept("storageclasses.storage.k8s.io", new StorageClassRules());
    rules.accept("volumeattachments.storage.k8s.io", new VolumeAttachmentRules());
    rules.accept("csidrivers.storage.k8s.io", new CsiDriverRules());
    rules.accept("csinodes.storage.k8s.io", new CsiNodeRules());
    rules.accept("csistoragecapacities.storage.k8s.io", new CsiStorageCapacityRules());
    rules.accept("volumeattributesclasses.storage.k8s.io", new VolumeAttributesClassRules());
  }
}
