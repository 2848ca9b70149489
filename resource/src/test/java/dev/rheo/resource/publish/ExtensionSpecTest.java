package dev.rheo.resource.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.codec.io.MalformedException;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.resource.builtin.BuiltInResources;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExtensionSpecTest {
  private static final String OWN = "io.k8s.apimachinery.pkg.apis.meta.v1.Preconditions";

  private static byte[] json(String text) {
    return text.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
  }

  private static ExtensionSpec spec(String group, String definitions) {
    return ExtensionSpec.of(
        json(
            """
            {'swagger':'2.0','paths':{
              '/apis/%1$s/v1/things':{'get':{'parameters':[{'$ref':'#/parameters/limit'}],
                'responses':{'200':{'description':'OK','schema':{'$ref':'#/definitions/Thing'}}}}},
              '/apis/%1$s/v2/others':{'get':{'responses':{'200':{'description':'OK',
                'schema':{'$ref':'#/definitions/Other'}}}}},
              '/version/':{'get':{'responses':{'200':{'description':'OK'}}}}},
             'parameters':{'limit':{'name':'limit','in':'query','type':'integer'}},
             'definitions':{%2$s}}"""
                .formatted(group, definitions)),
        "/apis/" + group + "/v1/");
  }

  private static JsonNode tree(byte[] json) {
    return ObjectDecoder.decode(json, ObjectDecoder.MAX_DEPTH).tree();
  }

  private static JsonNode merged(ExtensionSpec... specs) {
    Supplier<OpenApi.Extensions> with =
        () -> new OpenApi.Extensions(Map.of(), Map.of(), List.of(specs));
    OpenApi openApi = new OpenApi(BuiltInResources::registry, with);
    assertThat(openApi.v2(true).bytes()).isNotEmpty();
    return tree(openApi.v2(false).bytes());
  }

  private static final String THINGS =
      """
      'Thing':{'type':'object','properties':{'part':{'$ref':'#/definitions/Part'}}},
      'Part':{'type':'string'},'Other':{'type':'integer'},'Loose':{'type':'boolean'}""";

  @Test
  void onlyTheOwnGroupVersionIsKept() {
    JsonNode document = tree(spec("a.example.com", THINGS).document().bytes());
    assertThat(document.path("paths").properties())
        .extracting(Map.Entry::getKey)
        .containsExactly("/apis/a.example.com/v1/things");
    // Upstream keeps what no path refers to.
    assertThat(document.path("definitions").properties())
        .extracting(Map.Entry::getKey)
        .containsExactly("Thing", "Part", "Loose");
    assertThat(
            document.at("/paths/~1apis~1a.example.com~1v1~1things/get/parameters/0/name").asText())
        .isEqualTo("limit");
  }

  @Test
  void theSameDefinitionIsWrittenOnceAndAnotherOfItsNameGetsANewOne() {
    ExtensionSpec first = spec("a.example.com", THINGS);
    ExtensionSpec second = spec("b.example.com", THINGS.replace("'string'", "'number'"));
    JsonNode document = merged(first, second);
    JsonNode definitions = document.path("definitions");
    assertThat(definitions.at("/Part/type").asText()).isEqualTo("string");
    assertThat(definitions.at("/Part_v2/type").asText()).isEqualTo("number");
    assertThat(definitions.at("/Thing/properties/part/$ref").asText())
        .isEqualTo("#/definitions/Part");
    assertThat(document.path("paths").path("/apis/b.example.com/v1/things")).isNotEmpty();
  }

  @Test
  void referencesFollowTheNewName() {
    ExtensionSpec first = spec("a.example.com", "'Thing':{'type':'string'}");
    ExtensionSpec second = spec("b.example.com", "'Thing':{'type':'number'},'Thing_v2':{}");
    JsonNode document = merged(first, second);
    assertThat(
            document
                .path("paths")
                .path("/apis/b.example.com/v1/things")
                .at("/get/responses/200/schema/$ref")
                .asText())
        .isEqualTo("#/definitions/Thing_v3");
    assertThat(document.at("/definitions/Thing_v3/type").asText()).isEqualTo("number");
  }

  @Test
  void definitionsThatDifferInTheirDescriptionsAreTheSame() {
    JsonNode own = merged().path("definitions").path(OWN);
    assertThat(own.isObject()).isTrue();
    String theirs = own.toString().replaceFirst("\\{", "{\"description\":\"Of an extension.\",");
    JsonNode document =
        merged(
            spec(
                "a.example.com",
                "'Thing':{'$ref':'#/definitions/" + OWN + "'},'" + OWN + "':" + theirs));
    assertThat(document.path("definitions").has(OWN + "_v2")).isFalse();
    assertThat(document.path("definitions").path(OWN)).isEqualTo(own);
  }

  @Test
  void theKindsOfTheSameDefinitionAreMerged() {
    String kinds =
        "'Thing':{'x-kubernetes-group-version-kind':[{'group':'%s','kind':'Thing','version':'v1'}]}";
    JsonNode document =
        merged(
            spec("b.example.com", kinds.formatted("b.example.com")),
            spec("a.example.com", kinds.formatted("a.example.com")));
    assertThat(document.at("/definitions/Thing/x-kubernetes-group-version-kind"))
        .extracting(kind -> kind.path("group").asText())
        .containsExactly("a.example.com", "b.example.com");
    assertThat(document.path("definitions").has("Thing_v2")).isFalse();
  }

  @Test
  void nothingTakesThePlaceOfAnOwnPath() {
    JsonNode document =
        merged(
            ExtensionSpec.of(
                json("{'paths':{'/apis/apps/v1/deployments':{'get':{'operationId':'theirs'}}}}"),
                "/apis/apps/v1/"));
    assertThat(document.path("paths").path("/apis/apps/v1/deployments").toString())
        .doesNotContain("theirs");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "nothing",
        "{'paths':{'/apis/a/v1/x':{}",
        "{'paths':{}} {}",
        "{'paths':{'/apis/a/v1/x':tru}}"
      })
  void whatIsNoDocumentIsRefused(String text) {
    assertThatThrownBy(() -> ExtensionSpec.of(json(text), "/apis/a/v1/"))
        .isInstanceOf(MalformedException.class);
  }

  @Test
  void aDocumentThatIsTooDeepIsRefused() {
    String deep = "[".repeat(5000) + "]".repeat(5000);
    assertThatThrownBy(
            () -> ExtensionSpec.of(json("{'paths':{'/apis/a/v1/x':" + deep + "}}"), "/apis/a/v1/"))
        .isInstanceOf(MalformedException.class);
  }

  /** The judge of converted-v3.json was kube-openapi's own conversion (pkg/openapiconv). */
  @Test
  void aDocumentOfVersion2IsToldAsOneOfVersion3() throws IOException {
    ExtensionSpec spec = ExtensionSpec.of(resource("converted-v2.json"), "/apis/a.example.com/v1/");
    OpenApi.Compressed converted = ConvertedDocument.of(spec);
    assertThat(tree(converted.bytes())).isEqualTo(tree(resource("converted-v3.json")));
    OpenApi openApi =
        new OpenApi(
            BuiltInResources::registry,
            () ->
                new OpenApi.Extensions(
                    Map.of(
                        "apis/a.example.com/v1", OpenApi.url("apis/a.example.com/v1", converted)),
                    Map.of("apis/a.example.com/v1", converted),
                    List.of()));
    assertThat(openApi.document("apis/a.example.com/v1")).isSameAs(converted);
    assertThat(
            tree(openApi.index()).at("/paths/apis~1a.example.com~1v1/serverRelativeURL").asText())
        .isEqualTo("/openapi/v3/apis/a.example.com/v1?hash=" + converted.hash());
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = ExtensionSpecTest.class.getResourceAsStream(name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    }
  }
}
