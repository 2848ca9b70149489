package dev.rheo.encryption.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.name.GroupResource;
import dev.rheo.api.status.FieldError;
import dev.rheo.api.status.GoText;
import dev.rheo.codec.io.MalformedException;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.codec.value.GoDuration;
import dev.rheo.codec.yaml.YamlForms;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Decodes an {@code EncryptionConfiguration} and checks it by upstream's rules ({@code
 * ValidateEncryptionConfiguration} and {@code LoadEncryptionConfig} of k8s.io/apiserver 0.36).
 * Fields that upstream does not know are refused.
 */
final class ConfigReader {
  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(3);
  private static final List<Integer> AES = List.of(16, 24, 32);
  private static final List<Integer> SECRETBOX = List.of(32);

  private static final Set<String> PROVIDERS =
      Set.of("aesgcm", "aescbc", "secretbox", "identity", "kms");

  private static final Map<String, String> KINDS =
      Map.of(
          "apiserver.config.k8s.io/v1", "EncryptionConfiguration",
          // An old page of Kubernetes' documentation had this one.
          "v1", "EncryptionConfig");

  private final Path file;
  private final List<FieldError> errors = new ArrayList<>();
  private final List<String> strict = new ArrayList<>();
  private final Set<String> kmsNames = new HashSet<>();

  ConfigReader(Path file) {
    this.file = file;
  }

  List<EncryptionConfig.Rule> rules(byte[] content) throws EncryptionConfigException {
    List<EncryptionConfig.Rule> rules = new ArrayList<>();
    try {
      ConfigNode root = root(content);
      root.unknown(Set.of("apiVersion", "kind", "resources"), strict);
      ConfigNode resources = root.at("resources");
      for (ConfigNode rule : resources.items()) {
        rules.add(rule(rule));
      }
      if (rules.isEmpty()) {
        errors.add(FieldError.required("resources", "at least one resources is required"));
      }
    } catch (MalformedException | ConfigNode.MismatchException e) {
      throw undecodable(String.valueOf(e.getMessage()));
    }
    if (!strict.isEmpty()) {
      throw undecodable("strict decoding error: " + String.join(", ", strict));
    }
    if (!errors.isEmpty()) {
      throw new EncryptionConfigException("%s: %s".formatted(file, FieldError.join(errors)));
    }
    new ResourceRules().requireNoneMasked(rules);
    return rules;
  }

  private ConfigNode root(byte[] content) throws EncryptionConfigException {
    ObjectDecoder.Decoded decoded =
        content[0] == '{'
            ? ObjectDecoder.decode(content, ObjectDecoder.MAX_DEPTH)
            : YamlForms.toTree(content);
    strict.addAll(decoded.duplicates());
    ObjectNode tree = decoded.tree();
    ConfigNode root = new ConfigNode("", tree);
    String apiVersion = root.at("apiVersion").text();
    String kind = root.at("kind").text();
    if (kind.isEmpty()) {
      throw undecodable("Object 'Kind' is missing");
    }
    if (!kind.equals(KINDS.get(apiVersion))) {
      throw undecodable(
          "it is a %s of %s, and must be an EncryptionConfiguration of apiserver.config.k8s.io/v1"
              .formatted(GoText.quote(kind), GoText.quote(apiVersion)));
    }
    return root;
  }

  private EncryptionConfigException undecodable(String why) {
    return new EncryptionConfigException(
        "error decoding encryption provider configuration file \"%s\": %s"
            // Faults of YAML have several lines.
            .formatted(file, why.replaceAll("\\s+", " ")));
  }

  private EncryptionConfig.Rule rule(ConfigNode rule) {
    rule.unknown(Set.of("resources", "providers"), strict);
    List<String> names = rule.at("resources").items().stream().map(ConfigNode::text).toList();
    List<GroupResource> resources =
        new ResourceRules().read(rule.at("resources").path(), names, errors);
    ConfigNode list = rule.at("providers");
    List<Provider> providers = new ArrayList<>();
    for (ConfigNode provider : list.items()) {
      Provider read = provider(provider);
      if (read != null) {
        providers.add(read);
      }
    }
    if (list.items().isEmpty()) {
      errors.add(
          FieldError.required(list.path(), "at least one %s is required".formatted(list.path())));
    }
    return new EncryptionConfig.Rule(resources, providers);
  }

  private @Nullable Provider provider(ConfigNode provider) {
    provider.unknown(PROVIDERS, strict);
    List<String> named =
        PROVIDERS.stream().filter(name -> !provider.at(name).isAbsent()).sorted().toList();
    if (named.size() != 1) {
      // The value has keys, and is not shown.
      errors.add(
          FieldError.invalid(
              provider.path(),
              named.isEmpty()
                  ? "provider does not contain any of the expected providers: KMS, AESGCM, AESCBC,"
                      + " Secretbox, Identity"
                  : "more than one provider specified in a single element, should split into"
                      + " different list elements"));
      return null;
    }
    ConfigNode inner = provider.at(named.getFirst());
    return switch (named.getFirst()) {
      case "aescbc" -> keyed(inner, AES, Provider.AesCbc::new);
      case "aesgcm" -> keyed(inner, AES, Provider.AesGcm::new);
      case "secretbox" -> keyed(inner, SECRETBOX, Provider.Secretbox::new);
      case "kms" -> kms(inner);
      default -> {
        inner.unknown(Set.of(), strict);
        yield new Provider.Identity();
      }
    };
  }

  private Provider keyed(
      ConfigNode provider, List<Integer> lengths, Function<List<Provider.Key>, Provider> make) {
    provider.unknown(Set.of("keys"), strict);
    ConfigNode list = provider.at("keys");
    List<Provider.Key> keys = new ArrayList<>();
    for (ConfigNode key : list.items()) {
      key.unknown(Set.of("name", "secret"), strict);
      String name = key.at("name").text();
      if (name.isEmpty()) {
        errors.add(
            FieldError.required(key.at("name").path(), "name is a mandatory field for a key"));
      }
      byte[] secret = KeySecret.read(key.at("secret"), lengths, errors);
      keys.add(new Provider.Key(name, secret));
    }
    if (keys.isEmpty()) {
      errors.add(FieldError.required(list.path(), "at least one keys is required"));
    }
    return make.apply(keys);
  }

  private @Nullable Provider kms(ConfigNode kms) {
    kms.unknown(Set.of("apiVersion", "name", "cachesize", "endpoint", "timeout"), strict);
    String version = kms.at("apiVersion").text();
    String name = kms.at("name").text();
    if (version.isEmpty() || version.equals("v1")) {
      errors.add(
          FieldError.invalid(
              kms.at("apiVersion").path(), "v1", "KMS v1 is not supported: use apiVersion v2"));
      return null;
    }
    if (name.isEmpty()) {
      errors.add(
          FieldError.required(kms.at("name").path(), "name is a mandatory field for a provider"));
    }
    if (name.contains(":")) {
      errors.add(
          FieldError.invalid(
              kms.at("name").path(),
              name,
              "invalid KMS provider name %s, must not contain ':'".formatted(name)));
    }
    if (!kmsNames.add(name)) {
      errors.add(
          FieldError.invalid(
              kms.at("name").path(),
              name,
              "duplicate KMS provider name %s, names must be unique".formatted(name)));
    }
    Duration timeout = timeout(kms.at("timeout"));
    Path socket = socket(kms.at("endpoint"));
    Long cache = kms.at("cachesize").number();
    if (cache != null) {
      errors.add(
          FieldError.invalid(
              kms.at("cachesize").path(), cache, "cachesize is not supported in v2"));
    }
    if (!version.equals("v2")) {
      errors.add(
          FieldError.invalid(
              kms.at("apiVersion").path(),
              version,
              "unsupported apiVersion for KMS provider, only v2 is supported"));
    }
    return socket == null ? null : new Provider.Kms(name, socket, timeout);
  }

  private Duration timeout(ConfigNode node) {
    if (node.isAbsent()) {
      return DEFAULT_TIMEOUT;
    }
    String text = node.text();
    Duration timeout = GoDuration.parse(text);
    if (timeout == null) {
      throw new ConfigNode.MismatchException(
          "%s is no duration such as 3s: %s".formatted(node.path(), GoDuration.fault(text)));
    }
    if (timeout.isNegative() || timeout.isZero()) {
      errors.add(FieldError.invalid(node.path(), text, "timeout should be a positive value"));
    }
    return timeout;
  }

  private @Nullable Path socket(ConfigNode node) {
    String endpoint = node.text();
    if (endpoint.isEmpty()) {
      errors.add(FieldError.invalid(node.path(), "", "endpoint is a mandatory field for a kms"));
      return null;
    }
    URI uri;
    try {
      uri = new URI(endpoint);
    } catch (URISyntaxException e) {
      errors.add(
          FieldError.invalid(
              node.path(), endpoint, "invalid endpoint for kms provider, error: " + e.getReason()));
      return null;
    }
    String scheme = uri.getScheme() == null ? "" : uri.getScheme();
    if (!scheme.equals("unix")) {
      errors.add(
          FieldError.invalid(
              node.path(),
              endpoint,
              "unsupported scheme %s for KMS provider, only unix is supported"
                  .formatted(GoText.quote(scheme))));
      return null;
    }
    String path = uri.getPath();
    if (path == null || path.isEmpty() || path.startsWith("/@")) {
      errors.add(
          FieldError.invalid(
              node.path(),
              endpoint,
              "the endpoint must be the absolute path of a socket: unix:///path"));
      return null;
    }
    try {
      return Path.of(path);
    } catch (InvalidPathException e) {
      errors.add(FieldError.invalid(node.path(), endpoint, "no file can have this name"));
      return null;
    }
  }
}
