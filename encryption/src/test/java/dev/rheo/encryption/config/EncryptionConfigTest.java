package dev.rheo.encryption.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.rheo.api.name.GroupResource;
import dev.rheo.encryption.Golden;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Files, and what {@code LoadEncryptionConfig} of k8s.io/apiserver 0.36.3 said of each. */
class EncryptionConfigTest {
  private static final String SECRET = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

  /** Where the words are other ones: upstream's name types of Go, or show keys. */
  private static final Map<String, String> OWN_WORDS =
      Map.ofEntries(
          Map.entry("both", "resources[0].providers[0]: Invalid value: more than one provider"),
          Map.entry(
              "neither", "resources[0].providers[0]: Invalid value: provider does not contain"),
          Map.entry("duplicate-field", "strict decoding error: "),
          Map.entry("empty", "is empty"),
          Map.entry("keys-a-string", "resources[0].providers[0].aescbc.keys is not a list"),
          Map.entry("resources-a-string", "resources is not a list"),
          Map.entry("list", "error decoding encryption provider configuration file"),
          Map.entry("not-yaml", "error decoding encryption provider configuration file"),
          Map.entry("no-kind", "Object 'Kind' is missing"),
          Map.entry("other-kind", "it is a \"AdmissionConfiguration\" of"),
          Map.entry("other-version", "it is a \"EncryptionConfiguration\" of"),
          Map.entry("kms-timeout-text", "timeout is no duration such as 3s: "),
          Map.entry("kms-url", "kms.endpoint: Invalid value: \"unix:///%zz\": invalid endpoint"),
          Map.entry("kms-v1", "KMS v1 is not supported: use apiVersion v2"),
          Map.entry("kms-v3", "kms.apiVersion: Invalid value: \"v3\": unsupported apiVersion"),
          Map.entry("twice", "the same resource cannot be specified multiple times"),
          Map.entry("overlap", "using overlapping resources such as 'secrets' and '*.'"),
          Map.entry("overlap-all", "using overlapping resources such as 'secrets' and '*.'"));

  @TempDir Path directory;

  static Stream<Arguments> files() throws Exception {
    List<Arguments> all = new ArrayList<>();
    for (JsonNode one : new ObjectMapper().readTree(Golden.resource("configurations.json"))) {
      all.add(
          Arguments.of(
              one.get("name").asText(), one.get("file").asText(), one.get("error").asText()));
    }
    assertThat(all).hasSizeGreaterThan(50);
    return all.stream();
  }

  private Path file(String content) throws Exception {
    return Files.writeString(directory.resolve("encryption.yaml"), content);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("files")
  void whatUpstreamRefusesIsRefused(String name, String content, String error) throws Exception {
    Path file = file(content);
    Throwable thrown = catchThrowable(() -> EncryptionConfig.read(file));
    if (error.isEmpty()) {
      assertThat(thrown).isNull();
      return;
    }
    String expected =
        error
            .replace("error while parsing file: ", "")
            .replace("error while building transformers: ", "")
            .replace("FILE", file.toString())
            .lines()
            .findFirst()
            .orElseThrow();
    assertThat(thrown)
        .isInstanceOf(EncryptionConfigException.class)
        .hasMessageContaining(OWN_WORDS.getOrDefault(name, expected));
    assertThat(thrown.getMessage()).doesNotContain("\n", SECRET, "MDEyMzQ1", "*secret*");
  }

  @Test
  void aMissingFileIsNamed() {
    Path missing = directory.resolve("missing");
    assertThatThrownBy(() -> EncryptionConfig.read(missing))
        .hasMessage(
            "error reading encryption provider configuration file \"%s\": no such file or directory"
                .formatted(missing));
  }

  @Test
  void allProvidersAreReadInOrder() throws Exception {
    EncryptionConfig config =
        EncryptionConfig.read(
            file(
                """
                apiVersion: apiserver.config.k8s.io/v1
                kind: EncryptionConfiguration
                resources:
                - resources: [secrets, widgets.example.com, '*.apps']
                  providers:
                  - kms: {apiVersion: v2, name: vault, endpoint: 'unix:///run/kms.sock', timeout: 5s}
                  - secretbox: {keys: [{name: a, secret: %1$s}]}
                  - aescbc: {keys: [{name: b, secret: %1$s}, {name: c, secret: %1$s}]}
                  - aesgcm: {keys: [{name: d, secret: %1$s}]}
                  - identity: {}
                """
                    .formatted(SECRET)));
    EncryptionConfig.Rule rule = config.rules().getFirst();
    assertThat(rule.resources())
        .containsExactly(
            new GroupResource("", "secrets"),
            new GroupResource("example.com", "widgets"),
            new GroupResource("apps", "*"));
    assertThat(rule.providers()).hasSize(5);
    assertThat(rule.providers().get(0))
        .isEqualTo(new Provider.Kms("vault", Path.of("/run/kms.sock"), Duration.ofSeconds(5)));
    Provider.AesCbc cbc = (Provider.AesCbc) rule.providers().get(2);
    assertThat(cbc.keys()).extracting(Provider.Key::name).containsExactly("b", "c");
    assertThat(cbc.keys().getFirst().secret()).isEqualTo(Golden.KEY);
    assertThat(rule.providers().getLast()).isEqualTo(new Provider.Identity());
    assertThat(config.toString()).doesNotContain(SECRET, "0123456789");
  }
}
