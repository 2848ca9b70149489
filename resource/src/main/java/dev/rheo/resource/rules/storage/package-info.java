/** The rules of volumes: their sources, PersistentVolume, PersistentVolumeClaim, storage.k8s.io. */
@NullMarked
package dev.rheo.resource.rules.storage;

import org.jspecify.annotations.NullMarked;
