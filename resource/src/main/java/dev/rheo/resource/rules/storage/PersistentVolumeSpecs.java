package dev.rheo.resource.rules.storage;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.name.Names;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.GoValues;
import dev.rheo.resource.rules.kind.NodeSelectors;
import dev.rheo.resource.rules.kind.Quantities;
import dev.rheo.resource.rules.kind.Syntax;
import java.util.List;
import java.util.function.BiConsumer;

/** The specs of persistent volumes, as objects and within the attachments of volumes. */
final class PersistentVolumeSpecs {
  private static final List<String> RECLAIM_POLICIES = List.of("Delete", "Recycle", "Retain");
  private static final String NOT_INLINE = "may not be specified in the context of inline volumes";

  /**
   * @param name of the persistent volume
   * @param placed whether it has a node affinity
   */
  private record Volume(String name, boolean placed) {}

  private static SourceType<Volume> source(String member, BiConsumer<Field, Volume> check) {
    return SourceType.of(member, check);
  }

  private static BiConsumer<Field, Volume> needs(String... members) {
    return (source, volume) -> VolumeChecks.need(source, members);
  }

  /** In the order of upstream's checks. */
  private static final List<SourceType<Volume>> SOURCES =
      List.of(
          source("hostPath", (source, volume) -> VolumeChecks.hostPath(source)),
          new SourceType<>(
              "gcePersistentDisk",
              "gcePersistentDisk",
              "persistentDisk",
              (source, volume) -> VolumeChecks.gcePersistentDisk(source)),
          source(
              "awsElasticBlockStore",
              (source, volume) -> VolumeChecks.awsElasticBlockStore(source)),
          source("glusterfs", (source, volume) -> glusterfs(source)),
          source("flocker", (source, volume) -> VolumeChecks.flocker(source)),
          source("nfs", (source, volume) -> VolumeChecks.nfs(source)),
          source("rbd", needs("monitors", "image")),
          source("quobyte", (source, volume) -> VolumeChecks.quobyte(source)),
          new SourceType<>("cephfs", "cephFS", "cephfs", needs("monitors")),
          source("iscsi", PersistentVolumeSpecs::iscsi),
          source("cinder", (source, volume) -> cinder(source)),
          source("fc", (source, volume) -> VolumeChecks.fibreChannel(source)),
          new SourceType<>(
              "flexVolume", "", "flexVolume", (source, volume) -> VolumeChecks.flexVolume(source)),
          source("azureFile", (source, volume) -> azureFile(source)),
          source("vsphereVolume", needs("volumePath")),
          source("photonPersistentDisk", needs("pdID")),
          source("portworxVolume", needs("volumeID")),
          source("azureDisk", (source, volume) -> VolumeChecks.azureDisk(source)),
          source("scaleIO", needs("gateway", "system", "volumeName")),
          source("local", PersistentVolumeSpecs::local),
          source("storageos", (source, volume) -> storageOs(source)),
          source("csi", (source, volume) -> csi(source)));

  private PersistentVolumeSpecs() {}

  /**
   * Checks the spec of a persistent volume.
   *
   * @param name of the volume
   * @param anyAffinityValue whether the values of its node affinity may be none of labels
   */
  static void validate(Field spec, String name, boolean anyAffinityValue) {
    spec.at("accessModes").need("");
    ClaimSpecs.accessModes(spec.at("accessModes"));
    capacity(spec.at("capacity"));
    Field policy = spec.at("persistentVolumeReclaimPolicy");
    if (!policy.isEmpty()) {
      policy.oneOf(RECLAIM_POLICIES);
    }
    Field affinity = spec.at("nodeAffinity");
    if (affinity.present()) {
      Field required = affinity.at("required");
      if (required.present()) {
        NodeSelectors.selector(required, anyAffinityValue);
      } else {
        required.required("must specify required node constraints");
      }
    }
    SourceType.check(spec, SOURCES, new Volume(name, affinity.present()));
    recycling(spec);
    ClaimSpecs.className(spec.at("storageClassName"));
    if (spec.at("volumeMode").present()) {
      spec.at("volumeMode").oneOf(ClaimSpecs.VOLUME_MODES);
    }
    attributesClass(spec);
  }

  /** Checks the spec of a volume that stands within its attachment. */
  static void validateInline(Field spec) {
    if (spec.at("claimRef").present()) {
      spec.at("claimRef").forbidden(NOT_INLINE);
    }
    if (!spec.at("capacity").isEmpty()) {
      spec.at("capacity").forbidden(NOT_INLINE);
    }
    if (spec.at("csi").absent()) {
      spec.at("csi").required("has to be specified in the context of inline volumes");
    }
    spec.at("accessModes").need("");
    ClaimSpecs.accessModes(spec.at("accessModes"));
    Field policy = spec.at("persistentVolumeReclaimPolicy");
    if (!policy.isEmpty() && !policy.is("Retain")) {
      policy.forbidden("may only be Retain in the context of inline volumes");
    }
    if (spec.at("nodeAffinity").present()) {
      spec.at("nodeAffinity").forbidden(NOT_INLINE);
    }
    SourceType.check(spec, SOURCES, new Volume("", false));
    recycling(spec);
    if (!spec.at("storageClassName").isEmpty()) {
      spec.at("storageClassName").forbidden(NOT_INLINE);
    }
    Field mode = spec.at("volumeMode");
    if (mode.present() && !mode.is("Filesystem")) {
      mode.forbidden(
          "may not specify volumeMode other than Filesystem in the context of inline volumes");
    }
  }

  private static void capacity(Field capacity) {
    capacity.need("");
    if (capacity.key("storage").absent() || capacity.size() > 1) {
      capacity.with(GoValues.of("{}=\"\"", capacity.node())).notSupported(List.of("storage"));
    }
    for (Field quantity : capacity.entries()) {
      Quantities.basic(quantity);
      Quantities.positive(quantity);
    }
  }

  /** The files of a node are not to be deleted. */
  private static void recycling(Field spec) {
    Field policy = spec.at("persistentVolumeReclaimPolicy");
    if (policy.is("Recycle") && isRoot(spec.at("hostPath", "path").text())) {
      policy.forbidden("may not be 'recycle' for a hostPath mount of '/'");
    }
  }

  /** Whether a path leads to the root of the file system. */
  private static boolean isRoot(String path) {
    if (!path.startsWith("/")) {
      return false;
    }
    int depth = 0;
    for (int from = 0; from <= path.length(); ) {
      int slash = path.indexOf('/', from);
      int to = slash < 0 ? path.length() : slash;
      String element = path.substring(from, to);
      if (element.equals("..")) {
        depth = Math.max(0, depth - 1);
      } else if (!element.isEmpty() && !element.equals(".")) {
        depth++;
      }
      from = to + 1;
    }
    return depth == 0;
  }

  private static void attributesClass(Field spec) {
    Field name = spec.at("volumeAttributesClassName");
    if (name.present()) {
      if (name.need("an empty string is disallowed")) {
        name.check(Names::dnsSubdomain);
      }
      if (spec.at("csi").absent()) {
        spec.at("csi").required("has to be specified when using volumeAttributesClassName");
      }
    }
  }

  private static void glusterfs(Field source) {
    VolumeChecks.need(source, "endpoints", "path");
    Field namespace = source.at("endpointsNamespace");
    if (namespace.present()) {
      if (namespace.isEmpty()) {
        namespace.invalid("if the endpointnamespace is set, it must be a valid namespace name");
      } else {
        namespace.check(Names::dnsLabel);
      }
    }
  }

  private static void iscsi(Field source, Volume volume) {
    Field portal = source.at("targetPortal");
    portal.need("");
    if (source.at("initiatorName").present()
        && Syntax.bytes(volume.name + ":" + portal.text()) > Volumes.ISCSI_NAME_MAX) {
      portal.named("targetportal").invalid(portal.text(), Volumes.ISCSI_TOO_LONG);
    }
    VolumeChecks.iscsi(source, VolumeChecks.FORMAT, true);
  }

  private static void cinder(Field source) {
    VolumeChecks.need(source, "volumeID");
    VolumeChecks.secretReference(source.at("secretRef"), true);
  }

  private static void azureFile(Field source) {
    VolumeChecks.need(source, "secretName", "shareName");
    if (source.at("secretNamespace").present()) {
      source.at("secretNamespace").need("");
    }
  }

  private static void local(Field source, Volume volume) {
    VolumeChecks.localPath(source.at("path"));
    if (!volume.placed) {
      source.named("nodeAffinity").required("Local volume requires node affinity");
    }
  }

  private static void storageOs(Field source) {
    VolumeChecks.storageOs(source);
    VolumeChecks.secretReference(source.at("secretRef"), true);
  }

  private static void csi(Field source) {
    VolumeChecks.driverName(source.at("driver"));
    VolumeChecks.need(source, "volumeHandle");
    for (String member :
        List.of(
            "controllerPublishSecretRef",
            "controllerExpandSecretRef",
            "nodePublishSecretRef",
            "nodeExpandSecretRef")) {
      Field secret = source.at(member);
      if (secret.present()) {
        if (secret.at("name").need("")) {
          secret.at("name").check(Names::dnsSubdomain);
        }
        if (secret.at("namespace").need("")) {
          secret.at("namespace").check(Names::dnsLabel);
        }
      }
    }
  }

  /** The source of a volume: its spec without all else. */
  static ObjectNode sourceOf(ObjectNode spec) {
    ObjectNode source = spec.objectNode();
    for (SourceType<Volume> type : SOURCES) {
      if (spec.get(type.member()) != null) {
        source.set(type.member(), spec.get(type.member()));
      }
    }
    return source;
  }
}
