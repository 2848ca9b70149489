package dev.rheo.resource.rules.pod;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.Excerpt;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.storage.ClaimSpecs;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Tells of volumes that do not work any more, or whose files are in each other's way. */
final class VolumeWarnings {
  /** In the order of upstream. */
  private static final List<String[]> DEPRECATED =
      List.of(
          new String[] {"photonPersistentDisk", "deprecated in v1.11, non-functional in v1.16+"},
          new String[] {"gitRepo", "deprecated in v1.11, and disabled by default in v1.33+"},
          new String[] {"scaleIO", "deprecated in v1.16, non-functional in v1.22+"},
          new String[] {"flocker", "deprecated in v1.22, non-functional in v1.25+"},
          new String[] {"storageos", "deprecated in v1.22, non-functional in v1.25+"},
          new String[] {"quobyte", "deprecated in v1.22, non-functional in v1.25+"},
          new String[] {"glusterfs", "deprecated in v1.25, non-functional in v1.26+"},
          new String[] {"cephfs", "deprecated in v1.28, non-functional in v1.31+"},
          new String[] {"rbd", "deprecated in v1.28, non-functional in v1.31+"});

  /** Overlaps that are told of one volume; there may be as many as pairs of files. */
  private static final int MAX_OVERLAPS = 16;

  /** Longer paths cannot be made; they are not compared. */
  private static final int MAX_PATH = 4096;

  private VolumeWarnings() {}

  static void tell(Field volumes, Consumer<String> warnings) {
    for (Field volume : volumes.items()) {
      for (String[] type : DEPRECATED) {
        if (volume.at(type[0]).present()) {
          String name = type[0].equals("storageos") ? "storageOS" : type[0];
          warnings.accept(volume.at(name).path() + ": " + type[1]);
        }
      }
      ClaimSpecs.warn(volume.at("ephemeral", "volumeClaimTemplate", "spec"), warnings);
    }
    for (Field volume : volumes.items()) {
      overlaps(volume, warnings);
    }
  }

  /** A file of a volume, and what it is made of. */
  private record Place(String path, String source) {
    String shown() {
      return Excerpt.quoted(path) + (source.isEmpty() ? "" : " (" + source + ")");
    }
  }

  private static void overlaps(Field volume, Consumer<String> warnings) {
    String name = volume.at("name").text();
    single(volume, "configMap", "name", "ConfigMap", warnings);
    single(volume, "secret", "secretName", "Secret", warnings);
    single(volume, "downwardAPI", "", "DownwardAPI", warnings);
    Overlaps projected =
        new Overlaps("volume " + Excerpt.quoted(name) + " (Projected): ", warnings);
    for (Field source : volume.at("projected", "sources").items()) {
      if (source.object().isEmpty()) {
        warnings.accept("volume " + Excerpt.quoted(name) + " (Projected) has no sources provided");
        continue;
      }
      places(source.object()).forEach(projected::add);
    }
  }

  private static void single(
      Field volume, String member, String nameOf, String kind, Consumer<String> warnings) {
    Field source = volume.at(member);
    if (source.at("items").size() < 2) {
      return;
    }
    Overlaps overlaps =
        new Overlaps(
            "volume "
                + Excerpt.quoted(volume.at("name").text())
                + " ("
                + described(kind, nameOf.isEmpty() ? null : source.at(nameOf).text())
                + "): ",
            warnings);
    items(source.object(), "").forEach(overlaps::add);
  }

  private static String described(String kind, @Nullable String name) {
    return name == null ? kind : kind + " " + Excerpt.quoted(name);
  }

  private static List<Place> items(ObjectNode source, String described) {
    List<Place> places = new ArrayList<>();
    Trees.eachObject(
        source, "items", item -> places.add(new Place(Trees.text(item, "path"), described)));
    return places;
  }

  private static List<Place> places(ObjectNode source) {
    for (String member : List.of("configMap", "secret", "downwardAPI")) {
      ObjectNode of = Trees.object(source, member);
      if (of != null && !Trees.isEmpty(of, "items")) {
        String name = Trees.text(of, "name");
        return items(
            of,
            switch (member) {
              case "configMap" -> described("ConfigMap", name);
              case "secret" -> described("Secret", name);
              default -> "DownwardAPI";
            });
      }
    }
    ObjectNode token = Trees.object(source, "serviceAccountToken");
    if (token != null) {
      return List.of(new Place(Trees.text(token, "path"), "ServiceAccountToken"));
    }
    ObjectNode bundle = Trees.object(source, "clusterTrustBundle");
    if (bundle != null) {
      String name = Trees.text(bundle, Trees.has(bundle, "name") ? "name" : "signerName");
      return List.of(new Place(Trees.text(bundle, "path"), described("ClusterTrustBundle", name)));
    }
    List<Place> certificate = new ArrayList<>();
    for (String[] file :
        new String[][] {
          {"certificateChainPath", "chain"},
          {"keyPath", "key"},
          {"credentialBundlePath", "credential bundle"}
        }) {
      String path = Trees.text(source, "podCertificate", file[0]);
      if (!path.isEmpty()) {
        certificate.add(new Place(path, "PodCertificate " + file[1]));
      }
    }
    return certificate;
  }

  /** Finds files that are the same, or of which one is a folder of the other. */
  private static final class Overlaps {
    private final String intro;
    private final Consumer<String> warnings;

    /** By path with a slash at its end, so that what is below a folder follows it. */
    private final TreeMap<String, List<Place>> seen = new TreeMap<>();

    private int told;

    Overlaps(String intro, Consumer<String> warnings) {
      this.intro = intro;
      this.warnings = warnings;
    }

    void add(Place given) {
      Place place = new Place(withoutSlashes(given.path), given.source);
      if (place.path.isEmpty() || place.path.length() > MAX_PATH) {
        return;
      }
      String key = place.path + "/";
      int slash = key.indexOf('/');
      while (slash < key.length() - 1) {
        tell(place, seen.get(key.substring(0, slash + 1)));
        slash = key.indexOf('/', slash + 1);
      }
      for (Map.Entry<String, List<Place>> below : seen.tailMap(key, true).entrySet()) {
        if (!below.getKey().startsWith(key) || told > MAX_OVERLAPS) {
          break;
        }
        tell(place, below.getValue());
      }
      seen.computeIfAbsent(key, any -> new ArrayList<>()).add(place);
    }

    private static String withoutSlashes(String path) {
      int end = path.length();
      while (end > 0 && path.charAt(end - 1) == '/') {
        end--;
      }
      return path.substring(0, end);
    }

    private void tell(Place place, @Nullable List<Place> others) {
      if (others == null) {
        return;
      }
      for (Place other : others) {
        if (told++ < MAX_OVERLAPS) {
          warnings.accept(intro + "overlapping paths: " + place.shown() + " with " + other.shown());
        }
      }
    }
  }
}
