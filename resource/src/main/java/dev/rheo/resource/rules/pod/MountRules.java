package dev.rheo.resource.rules.pod;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.FilePaths;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Checks the volumes that a container mounts, and those that it uses as block devices. */
final class MountRules {
  private static final List<String> PROPAGATIONS =
      List.of("Bidirectional", "HostToContainer", "None");
  private static final List<String> READ_ONLY = List.of("Disabled", "Enabled", "IfPossible");

  private MountRules() {}

  static void validate(Field container, Map<String, ObjectNode> volumes) {
    Field mounts = container.at("volumeMounts");
    Field devices = container.at("volumeDevices");
    mounts(
        mounts,
        paths(devices, "devicePath"),
        volumes,
        container.at("securityContext", "privileged").flag());
    devices(devices, paths(mounts, "mountPath"), volumes);
  }

  /** The path of each volume; of the last one if it is there twice. */
  private static Map<String, String> paths(Field list, String path) {
    Map<String, String> paths = new HashMap<>();
    for (ObjectNode entry : Trees.objects(list.node())) {
      paths.put(Trees.text(entry, "name"), Trees.text(entry, path));
    }
    return paths;
  }

  private static void mounts(
      Field mounts,
      Map<String, String> devices,
      Map<String, ObjectNode> volumes,
      boolean privileged) {
    Set<String> seen = new HashSet<>();
    Set<String> devicePaths = new HashSet<>(devices.values());
    for (Field mount : mounts.items()) {
      Field name = mount.at("name");
      name.need("");
      if (!volumes.containsKey(name.text())) {
        name.notFound();
      }
      Field path = mount.at("mountPath");
      path.need("");
      if (!seen.add(path.text())) {
        path.invalid("must be unique");
      }
      if (devices.containsKey(name.text())) {
        name.invalid("must not already exist in volumeDevices");
      }
      if (devicePaths.contains(path.text())) {
        path.invalid("must not already exist as a path in volumeDevices");
      }
      subPaths(mount, mounts);
      // upstream reports the rest at the list
      propagation(mount.at("mountPropagation").placed(mounts.at("mountPropagation")), privileged);
      recursiveReadOnly(mount, mounts.at("recursiveReadOnly"));
    }
  }

  private static void subPaths(Field mount, Field mounts) {
    Field path = mount.at("subPath");
    Field expression = mount.at("subPathExpr");
    if (!path.isEmpty()) {
      FilePaths.localDescending(path.placed(mounts.at("subPath")));
    }
    if (!expression.isEmpty()) {
      if (!path.isEmpty()) {
        expression.invalid("subPathExpr and subPath are mutually exclusive");
      }
      FilePaths.localDescending(expression.placed(mounts.at("subPathExpr")));
    }
  }

  private static void propagation(Field propagation, boolean privileged) {
    if (propagation.present()
        && propagation.oneOf(PROPAGATIONS)
        && propagation.is("Bidirectional")
        && !privileged) {
      propagation.forbidden(
          "Bidirectional mount propagation is available only to privileged containers");
    }
  }

  private static void recursiveReadOnly(Field mount, Field at) {
    Field mode = mount.at("recursiveReadOnly").placed(at);
    if (mode.absent() || !mode.oneOf(READ_ONLY) || mode.is("Disabled")) {
      return;
    }
    if (!mount.at("readOnly").flag()) {
      mode.forbidden("may only be specified when readOnly is true");
    }
    Field propagation = mount.at("mountPropagation");
    if (propagation.present() && !propagation.is("None")) {
      mode.forbidden("may only be specified when mountPropagation is None or not specified");
    }
  }

  private static void devices(
      Field devices, Map<String, String> mounts, Map<String, ObjectNode> volumes) {
    Set<String> names = new HashSet<>();
    Set<String> paths = new HashSet<>();
    Set<String> mountPaths = new HashSet<>(mounts.values());
    for (Field device : devices.items()) {
      Field name = device.at("name");
      Field path = device.at("devicePath");
      ObjectNode volume = volumes.get(name.text());
      name.need("");
      if (!name.isEmpty() && !names.add(name.text())) {
        name.invalid("must be unique");
      }
      if (volume == null) {
        name.notFound();
      } else if (!Trees.has(volume, "persistentVolumeClaim") && !Trees.has(volume, "ephemeral")) {
        name.invalid(
            "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode");
      }
      path.need("");
      if (paths.contains(path.text())) {
        path.invalid("must be unique");
      }
      if (("/" + path.text() + "/").contains("/../")) {
        path.invalid("can not contain backsteps ('..')");
      } else {
        paths.add(path.text());
      }
      if (mounts.containsKey(name.text())) {
        name.invalid("must not already exist in volumeMounts");
      }
      if (mountPaths.contains(path.text())) {
        path.invalid("must not already exist as a path in volumeMounts");
      }
    }
  }
}
