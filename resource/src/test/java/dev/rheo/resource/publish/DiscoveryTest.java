package dev.rheo.resource.publish;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.resource.builtin.BuiltInResources;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.resource.type.ServedTypes;
import dev.rheo.resource.type.Widgets;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Compares with answers of kube-apiserver 1.36.3 with default flags, from discovery.tsv. */
class DiscoveryTest {
  private final Discovery discovery = new Discovery(BuiltInResources::registry, "0.1.0");

  @Test
  void followsTheServedTypes() {
    ServedTypes served = new ServedTypes(BuiltInResources.registry());
    Discovery following = new Discovery(served, "0.1.0");
    byte[] groups = following.groups();
    String etag = following.aggregatedGroups().etag();
    ResourceType widgets = Widgets.type(7);
    served.update(now -> now.with(widgets));
    assertThat(new String(following.resources("example.com", "v1"), StandardCharsets.UTF_8))
        .contains("\"name\":\"widgets7\"");
    assertThat(following.group("example.com")).isNotNull();
    assertThat(following.aggregatedGroups().etag()).isNotEqualTo(etag);
    served.update(now -> now.without(widgets));
    assertThat(following.resources("example.com", "v1")).isNull();
    assertThat(following.group("example.com")).isNull();
    assertThat(following.groups()).isEqualTo(groups);
    assertThat(following.aggregatedGroups().etag()).isEqualTo(etag);
  }

  @Test
  void everyDocumentIsWhatKubeApiserverAnswers() throws IOException {
    Map<String, String> recorded = recorded();
    assertThat(recorded).hasSize(46);
    recorded.forEach((path, body) -> assertThat(answer(path)).as(path).isEqualTo(body + "\n"));
  }

  @Test
  void theRecordKnowsNoMore() {
    assertThat(discovery.group("nothing.k8s.io")).isNull();
    assertThat(discovery.resources("", "v2")).isNull();
    assertThat(discovery.resources("apps", "v1beta1")).isNull();
  }

  @Test
  void aDocumentIsRecognisedByItsTag() {
    Document document = discovery.aggregatedGroups();
    assertThat(document.etag()).matches("\"[0-9A-F]{128}\"");
    assertThat(document.etag()).isNotEqualTo(discovery.aggregatedCore().etag());
    assertThat(document.matches(document.etag())).isTrue();
    assertThat(document.matches("\"x\", W/" + document.etag())).isTrue();
    assertThat(document.matches("\"x\"")).isFalse();
  }

  @Test
  void theVersionIsOneThatClientsParse() {
    assertThat(text(discovery.version()))
        .contains("\"major\":\"1\",\"minor\":\"36\"")
        .contains("\"gitVersion\":\"v1.36.3+rheo-0.1.0\"")
        .endsWith("}\n");
  }

  private String answer(String path) {
    if (path.endsWith(" aggregated")) {
      Document document =
          path.startsWith("/apis") ? discovery.aggregatedGroups() : discovery.aggregatedCore();
      return text(document.body());
    }
    String[] part = path.substring(1).split("/");
    return text(
        Objects.requireNonNull(
            switch (part[0] + part.length) {
              case "api1" -> discovery.versions("192.0.2.2:26443");
              case "api2" -> discovery.resources("", part[1]);
              case "apis1" -> discovery.groups();
              case "apis2" -> discovery.group(part[1]);
              default -> discovery.resources(part[1], part[2]);
            }));
  }

  private static Map<String, String> recorded() throws IOException {
    Map<String, String> lines = new LinkedHashMap<>();
    try (InputStream in = DiscoveryTest.class.getResourceAsStream("discovery.tsv")) {
      for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
        int tab = line.indexOf('\t');
        lines.put(line.substring(0, tab), line.substring(tab + 1));
      }
    }
    return lines;
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
