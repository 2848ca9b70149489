package dev.rheo.resource.rules.storage;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.name.Names;
import dev.rheo.api.status.GoText;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.FilePaths;
import dev.rheo.resource.rules.kind.Quantities;
import dev.rheo.resource.rules.kind.Syntax;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/** The volumes of pods and of pod templates. */
public final class Volumes {
  private static final String ISCSI_FORMAT = "must be valid format starting with iqn, eui, or naa";

  /** Longest {@code <volume name>:<iscsi.targetPortal>}, in bytes. */
  static final int ISCSI_NAME_MAX = 64;

  private static final List<String> PULL_POLICIES = List.of("Always", "IfNotPresent", "Never");

  private static final List<String> FIELD_PATHS =
      List.of(
          "metadata.annotations",
          "metadata.labels",
          "metadata.name",
          "metadata.namespace",
          "metadata.uid");

  private Volumes() {}

  /**
   * What is particular to the object that has the volumes.
   *
   * @param pod whether it is a pod, not a template of one
   * @param nonLocalTokenPath whether the path of a projected token may lead anywhere, since that of
   *     the stored object does
   */
  public record Options(boolean pod, boolean nonLocalTokenPath) {}

  private static SourceType<Options> source(String member, BiConsumer<Field, Options> check) {
    return SourceType.of(member, check);
  }

  private static BiConsumer<Field, Options> needs(String... members) {
    return (source, options) -> VolumeChecks.need(source, members);
  }

  /** In the order of upstream's checks. */
  private static final List<SourceType<Options>> SOURCES =
      List.of(
          source("emptyDir", (source, options) -> emptyDir(source)),
          source("hostPath", (source, options) -> VolumeChecks.hostPath(source)),
          source("gitRepo", (source, options) -> gitRepo(source)),
          new SourceType<>(
              "gcePersistentDisk",
              "gcePersistentDisk",
              "persistentDisk",
              (source, options) -> VolumeChecks.gcePersistentDisk(source)),
          source(
              "awsElasticBlockStore",
              (source, options) -> VolumeChecks.awsElasticBlockStore(source)),
          source("secret", (source, options) -> items(source, "secretName")),
          source("nfs", (source, options) -> VolumeChecks.nfs(source)),
          source("iscsi", (source, options) -> VolumeChecks.iscsi(source, ISCSI_FORMAT, false)),
          source("glusterfs", needs("endpoints", "path")),
          source("flocker", (source, options) -> VolumeChecks.flocker(source)),
          source("persistentVolumeClaim", needs("claimName")),
          source("rbd", needs("monitors", "image")),
          source("cinder", (source, options) -> cinder(source)),
          new SourceType<>("cephfs", "cephFS", "cephfs", needs("monitors")),
          source("quobyte", (source, options) -> VolumeChecks.quobyte(source)),
          new SourceType<>(
              "downwardAPI", "downwarAPI", "downwardAPI", (source, options) -> downward(source)),
          source("fc", (source, options) -> VolumeChecks.fibreChannel(source)),
          source("flexVolume", (source, options) -> VolumeChecks.flexVolume(source)),
          source("configMap", (source, options) -> items(source, "name")),
          source("azureFile", needs("secretName", "shareName")),
          source("vsphereVolume", needs("volumePath")),
          source("photonPersistentDisk", needs("pdID")),
          source("portworxVolume", needs("volumeID")),
          source("azureDisk", (source, options) -> VolumeChecks.azureDisk(source)),
          source("storageos", (source, options) -> storageOs(source)),
          source("projected", Volumes::projected),
          source("scaleIO", needs("gateway", "system", "volumeName")),
          source("csi", (source, options) -> csi(source)),
          source("ephemeral", (source, options) -> ephemeral(source)),
          source("image", Volumes::image));

  /**
   * Checks {@code spec.volumes} as upstream's {@code ValidateVolumes}.
   *
   * @param podName {@code metadata.name} of a pod; empty in a template
   * @return the volumes by name, with name and source; those without a fault only, so that a mount
   *     of another one is a fault, too
   */
  public static Map<String, ObjectNode> validate(Field volumes, String podName, Options options) {
    Set<String> created = createdClaims(volumes, podName);
    Map<String, ObjectNode> valid = new HashMap<>();
    for (Field volume : volumes.items()) {
      int before = volume.faults();
      Field name = volume.at("name");
      SourceType.check(volume, SOURCES, options);
      names(volume, podName);
      if (name.need("")) {
        name.check(Names::dnsLabel);
      }
      if (valid.containsKey(name.text())) {
        name.duplicate();
      }
      if (volume.faults() == before) {
        valid.put(name.text(), volume.object());
      }
      Field claim = volume.at("persistentVolumeClaim", "claimName");
      if (volume.at("persistentVolumeClaim").present() && created.contains(claim.text())) {
        claim.invalid("must not reference a PVC that gets created for an ephemeral volume");
      }
    }
    return valid;
  }

  /** The names of the claims that are created for ephemeral volumes; unknown in a template. */
  private static Set<String> createdClaims(Field volumes, String podName) {
    Set<String> created = new HashSet<>();
    if (!podName.isEmpty()) {
      for (Field volume : volumes.items()) {
        if (volume.at("ephemeral").present()) {
          created.add(podName + "-" + volume.at("name").text());
        }
      }
    }
    return created;
  }

  /** Some types of volume give their name to something else, which must fit. */
  private static void names(Field volume, String podName) {
    Field name = volume.at("name");
    Field iscsi = volume.at("iscsi");
    String full = name.text() + ":" + iscsi.at("targetPortal").text();
    if (iscsi.at("initiatorName").present() && Syntax.bytes(full) > ISCSI_NAME_MAX) {
      name.invalid(name.text(), ISCSI_TOO_LONG);
    }
    if (volume.at("ephemeral").present() && !podName.isEmpty() && !name.isEmpty()) {
      String claim = podName + "-" + name.text();
      for (String fault : Names.dnsSubdomain(claim)) {
        name.invalid(name.text(), "PVC name " + GoText.quote(claim) + ": " + fault);
      }
    }
  }

  static final String ISCSI_TOO_LONG =
      "Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if"
          + " iscsi.initiatorName is specified.";

  private static void emptyDir(Field source) {
    if (Quantities.amount(source.at("sizeLimit")).signum() < 0) {
      source.at("sizeLimit").forbidden("SizeLimit field must be a valid resource quantity");
    }
  }

  private static void gitRepo(Field source) {
    VolumeChecks.need(source, "repository");
    FilePaths.localDescending(source.at("directory"));
  }

  /** A secret or a config map as a volume. */
  private static void items(Field source, String name) {
    VolumeChecks.need(source, name);
    VolumeChecks.mode(source.at("defaultMode"));
    for (Field item : source.at("items").items()) {
      VolumeChecks.keyToPath(item);
    }
  }

  private static void cinder(Field source) {
    VolumeChecks.need(source, "volumeID");
    VolumeChecks.secretReference(source.at("secretRef"), false);
  }

  private static void storageOs(Field source) {
    VolumeChecks.storageOs(source);
    VolumeChecks.secretReference(source.at("secretRef"), false);
  }

  private static void downward(Field source) {
    VolumeChecks.mode(source.at("defaultMode"));
    for (Field item : source.at("items").items()) {
      downwardFile(item.placed(source));
    }
  }

  /** A file of the downward API; its faults are told at the volume's source. */
  static void downwardFile(Field file) {
    VolumeChecks.need(file, "path");
    FilePaths.localNonReserved(file.at("path"));
    Field reference = file.at("fieldRef");
    Field resource = file.at("resourceFieldRef");
    if (reference.present()) {
      DownwardFields.field(reference, FIELD_PATHS);
      if (resource.present()) {
        file.invalid(
            "resource", "fieldRef and resourceFieldRef can not be specified simultaneously");
      }
    } else if (resource.present()) {
      DownwardFields.resource(resource, true);
    } else {
      file.required("one of fieldRef and resourceFieldRef is required");
    }
    VolumeChecks.mode(file.at("mode"));
  }

  private static void projected(Field source, Options options) {
    VolumeChecks.mode(source.at("defaultMode"));
    Projections.validate(source, options.nonLocalTokenPath);
  }

  private static void csi(Field source) {
    VolumeChecks.driverName(source.at("driver"));
    Field secret = source.at("nodePublishSecretRef");
    if (secret.present() && secret.at("name").need("")) {
      source.at("name").with(secret.at("name").node()).check(Names::dnsSubdomain);
    }
  }

  private static void ephemeral(Field source) {
    Field template = source.at("volumeClaimTemplate");
    if (template.absent()) {
      template.required("");
    } else {
      ClaimSpecs.template(template);
    }
  }

  private static void image(Field source, Options options) {
    if (options.pod) {
      VolumeChecks.need(source, "reference");
    }
    if (source.at("pullPolicy").need("")) {
      source.at("pullPolicy").oneOf(PULL_POLICIES);
    }
  }
}
