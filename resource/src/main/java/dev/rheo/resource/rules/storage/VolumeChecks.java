package dev.rheo.resource.rules.storage;

import dev.rheo.api.name.Names;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.FilePaths;
import dev.rheo.resource.rules.kind.Syntax;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Checks of volume sources that pods and persistent volumes share, or almost. */
final class VolumeChecks {
  private static final int MODE_MAX = 0777;
  private static final int BYTE_MAX = 255;
  private static final int DRIVER_MAX = 63;
  private static final int TENANT_MAX = 64;

  private static final List<String> HOST_PATH_TYPES =
      List.of(
          "",
          "BlockDevice",
          "CharDevice",
          "Directory",
          "DirectoryOrCreate",
          "File",
          "FileOrCreate",
          "Socket");

  private static final Pattern IQN = Pattern.compile("iqn\\.\\d{4}-\\d{2}\\.[A-Za-z0-9.-]");
  private static final Pattern EUI = Pattern.compile("eui[^\\n][A-Za-z0-9]{16}");
  private static final Pattern NAA = Pattern.compile("naa[^\\n][A-Za-z0-9]{32}");
  private static final String NOT_IN_IQN = ",;*&$| \t\n\f\r";
  static final String FORMAT = "must be valid format";
  private static final String QUOBYTE_REGISTRY =
      "must be a host:port pair or multiple pairs separated by commas";

  private VolumeChecks() {}

  /** Demands texts or lists that are not empty. */
  static void need(Field source, String... members) {
    for (String member : members) {
      source.at(member).need("");
    }
  }

  /** Demands a file mode, if there is one. */
  static void mode(Field mode) {
    if (mode.present() && (mode.number() < 0 || mode.number() > MODE_MAX)) {
      mode.invalid("must be a number between 0 and 0777 (octal), both inclusive");
    }
  }

  /**
   * @param from the lower bound that is told, which upstream does not demand
   */
  private static void byteRange(Field number, int from) {
    if (number.number() < 0 || number.number() > BYTE_MAX) {
      number.invalid("must be between " + from + " and 255, inclusive");
    }
  }

  /** Demands the path of a file on a node. */
  static boolean localPath(Field path) {
    if (!path.need("")) {
      return false;
    }
    FilePaths.noBacksteps(path);
    return true;
  }

  static void hostPath(Field source) {
    if (localPath(source.at("path"))) {
      Field type = source.at("type");
      if (type.present()) {
        type.oneOf(HOST_PATH_TYPES);
      }
    }
  }

  static void gcePersistentDisk(Field source) {
    need(source, "pdName");
    byteRange(source.at("partition"), 1);
  }

  static void awsElasticBlockStore(Field source) {
    need(source, "volumeID");
    byteRange(source.at("partition"), 1);
  }

  static void nfs(Field source) {
    need(source, "server", "path");
    if (!source.at("path").text().startsWith("/")) {
      source.at("path").invalid(source.at("path").text(), "must be an absolute path");
    }
  }

  /**
   * @param start what is said of a name that begins with no known format
   */
  static void iscsi(Field source, String start, boolean persistent) {
    need(source, "targetPortal");
    if (source.at("iqn").need("")) {
      iscsiName(source.at("iqn"), start);
    }
    byteRange(source.at("lun"), 0);
    boolean authenticated =
        source.at("chapAuthDiscovery").flag() || source.at("chapAuthSession").flag();
    if (authenticated && source.at("secretRef").absent()) {
      source.at("secretRef").required("");
    }
    if (persistent && source.at("secretRef").present()) {
      source.at("secretRef", "name").need("");
    }
    Field initiator = source.at("initiatorName");
    if (initiator.present()) {
      iscsiName(initiator.named("initiatorname"), start);
    }
  }

  private static void iscsiName(Field name, String start) {
    String text = name.text();
    if (text.startsWith("iqn")) {
      if (!isIqn(text)) {
        name.invalid(text, FORMAT);
      }
    } else if (text.startsWith("eui")) {
      if (!EUI.matcher(text).matches()) {
        name.invalid(text, FORMAT);
      }
    } else if (text.startsWith("naa")) {
      if (!NAA.matcher(text).matches()) {
        name.invalid(text, FORMAT);
      }
    } else {
      name.invalid(text, start);
    }
  }

  /**
   * Whether a part of the text that reaches to its end is {@code iqn.2001-04.com.example:disk}.
   * Linear in the length, which a regular expression that may begin anywhere is not.
   */
  static boolean isIqn(String text) {
    int clean = text.length();
    while (clean > 0 && NOT_IN_IQN.indexOf(text.charAt(clean - 1)) < 0) {
      clean--;
    }
    int run = 0;
    for (int i = 0; i < text.length() - 1; i++) {
      char c = text.charAt(i);
      if (c == ':' && i + 1 >= clean && IQN.matcher(text).region(run, i).find()) {
        return true;
      }
      if (!isNamePart(c)) {
        run = i + 1;
      }
    }
    return false;
  }

  private static boolean isNamePart(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '-'
        || c == '.';
  }

  static void flocker(Field source) {
    Field name = source.at("datasetName");
    boolean hasId = !source.at("datasetUUID").isEmpty();
    if (name.isEmpty() && !hasId) {
      source.required("one of datasetName and datasetUUID is required");
    }
    if (!name.isEmpty() && hasId) {
      source.invalid("resource", "datasetName and datasetUUID can not be specified simultaneously");
    }
    if (name.text().contains("/")) {
      name.invalid("must not contain '/'");
    }
  }

  static void quobyte(Field source) {
    Field registry = source.at("registry");
    Field tenant = source.at("tenant");
    if (registry.isEmpty()) {
      registry.required(QUOBYTE_REGISTRY);
    } else if (Syntax.bytes(tenant.text()) > TENANT_MAX) {
      tenant.required("must be a UUID and may not exceed a length of 64 characters");
    } else {
      String text = registry.text();
      for (int from = 0; from <= text.length(); ) {
        int comma = text.indexOf(',', from);
        int to = comma < 0 ? text.length() : comma;
        if (!isHostAndPort(text.substring(from, to))) {
          registry.invalid(text, QUOBYTE_REGISTRY);
          break; // further faults would be the same
        }
        from = to + 1;
      }
    }
    source.at("volume").need("");
  }

  /** Whether it is {@code host:port} or {@code [host]:port}, as Go's net.SplitHostPort. */
  private static boolean isHostAndPort(String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 0) {
      return false;
    }
    if (text.startsWith("[")) {
      int end = text.indexOf(']');
      return end >= 0
          && end + 1 == colon
          && text.indexOf('[', 1) < 0
          && text.indexOf(']', end + 1) < 0;
    }
    return text.indexOf(':') == colon && text.indexOf('[') < 0 && text.indexOf(']') < 0;
  }

  static void fibreChannel(Field source) {
    Field targets = source.at("targetWWNs");
    boolean ids = !source.at("wwids").isEmpty();
    if (targets.isEmpty() && !ids) {
      targets.required("must specify either targetWWNs or wwids, but not both");
    }
    if (!targets.isEmpty()) {
      if (ids) {
        targets.invalid("targetWWNs and wwids can not be specified simultaneously");
      }
      if (source.at("lun").absent()) {
        source.at("lun").required("lun is required if targetWWNs is specified");
      } else {
        byteRange(source.at("lun"), 0);
      }
    }
  }

  static void flexVolume(Field source) {
    need(source, "driver");
    for (Field option : source.at("options").entries()) {
      String key = option.name();
      int slash = key.indexOf('/');
      String namespace = "." + (slash < 0 ? key : key.substring(0, slash)).toLowerCase(Locale.ROOT);
      if (namespace.endsWith(".kubernetes.io") || namespace.endsWith(".k8s.io")) {
        option.invalid(key, "kubernetes.io and k8s.io namespaces are reserved");
      }
    }
  }

  static void azureDisk(Field source) {
    need(source, "diskName", "diskURI");
    Field caching = source.at("cachingMode");
    if (caching.present()) {
      caching.oneOf(List.of("None", "ReadOnly", "ReadWrite"));
    }
    Field kind = source.at("kind");
    if (kind.absent()) {
      return;
    }
    kind.oneOf(List.of("Dedicated", "Managed", "Shared"));
    Field uri = source.at("diskURI");
    if (kind.is("Managed")) {
      if (!uri.text().startsWith("/subscriptions/")) {
        uri.oneOf(
            List.of(
                "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}"));
      }
    } else if (!uri.text().startsWith("https://")) {
      uri.oneOf(
          List.of("https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd"));
    }
  }

  static void storageOs(Field source) {
    if (source.at("volumeName").need("")) {
      source.at("volumeName").check(Names::dnsLabel);
    }
    if (!source.at("volumeNamespace").isEmpty()) {
      source.at("volumeNamespace").check(Names::dnsLabel);
    }
  }

  /** Demands a name and, if it may be in another namespace, that one; neither need be valid. */
  static void secretReference(Field secret, boolean namespaced) {
    if (secret.present()) {
      need(secret, "name");
      if (namespaced) {
        need(secret, "namespace");
      }
    }
  }

  /** Upstream's {@code ValidateCSIDriverName}. */
  static void driverName(Field name) {
    if (!name.need("")) {
      return;
    }
    if (Syntax.bytes(name.text()) > DRIVER_MAX) {
      name.tooLong(DRIVER_MAX);
    }
    name.check(text -> Names.dnsSubdomain(text.toLowerCase(Locale.ROOT)));
  }

  /** The elements of a Secret's or ConfigMap's {@code items}. */
  static void keyToPath(Field item) {
    need(item, "key", "path");
    FilePaths.localNonReserved(item.at("path"));
    mode(item.at("mode"));
  }
}
