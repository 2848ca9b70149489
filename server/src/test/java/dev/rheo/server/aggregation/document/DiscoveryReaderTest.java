package dev.rheo.server.aggregation.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rheo.codec.io.MalformedException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DiscoveryReaderTest {
  private static byte[] json(String text) {
    return text.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
  }

  private static String list(String resources) {
    return "{'kind':'APIGroupDiscoveryList','apiVersion':'apidiscovery.k8s.io/v2','items':["
        + "{'metadata':{'name':'a.b'},'versions':[{'version':'v1','resources':"
        + resources
        + "}]}]}";
  }

  @Test
  void knownFieldsAreWrittenInTheirOrder() {
    String found =
        DiscoveryReader.aggregated(
            json(
                list(
                    "[{'verbs':['get'],'more':1,'resource':'flunders','scope':'Namespaced',"
                        + "'categories':[],'subresources':[{'subresource':'status','verbs':null}]}]")),
            "a.b",
            "v1");
    assertThat(found.replace('"', '\''))
        .isEqualTo(
            "[{'resource':'flunders','responseKind':{'group':'','version':'','kind':''},"
                + "'scope':'Namespaced','singularResource':'','verbs':['get'],'subresources':["
                + "{'subresource':'status','responseKind':{'group':'','version':'','kind':''},"
                + "'verbs':null}]}]");
  }

  @Test
  void aVersionThatTheServerDoesNotTellHasNoResources() {
    assertThat(DiscoveryReader.aggregated(json(list("[]")), "a.b", "v1")).isEmpty();
    assertThat(DiscoveryReader.aggregated(json(list("[{'resource':'x'}]")), "a.b", "v2")).isEmpty();
    assertThat(DiscoveryReader.aggregated(json(list("[{'resource':'x'}]")), "a.c", "v1")).isEmpty();
  }

  @Test
  void theOldListIsConverted() {
    String found =
        DiscoveryReader.legacy(
            json(
                "{'kind':'APIResourceList','groupVersion':'a.b/v1','resources':["
                    + "{'name':'flunders/status','namespaced':true,'kind':'Flunder','verbs':['get']},"
                    + "{'name':'flunders','singularName':'flunder','namespaced':true,'kind':'Flunder',"
                    + "'verbs':['get','list'],'shortNames':['fl']},"
                    + "{'name':'lone/part','namespaced':false,'kind':'','verbs':['get']}]}"));
    assertThat(found.replace('"', '\''))
        .isEqualTo(
            "[{'resource':'flunders','responseKind':{'group':'','version':'','kind':'Flunder'},"
                + "'scope':'Namespaced','singularResource':'flunder','verbs':['get','list'],"
                + "'shortNames':['fl'],'subresources':[{'subresource':'status','responseKind':"
                + "{'group':'','version':'','kind':'Flunder'},'verbs':['get']}]},"
                + "{'resource':'lone','responseKind':{'group':'','version':'','kind':''},"
                + "'scope':'Cluster','singularResource':'','verbs':null,'subresources':["
                + "{'subresource':'part','responseKind':{'group':'','version':'','kind':''},"
                + "'verbs':['get']}]}]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "<html>",
        "[]",
        "{'kind':'APIGroupDiscoveryList','apiVersion':'v1','items':[]}",
        "{'kind':'Status','apiVersion':'apidiscovery.k8s.io/v2','items':[]}",
        "{'kind':'APIGroupDiscoveryList','apiVersion':'apidiscovery.k8s.io/v2','items':5}",
      })
  void whatIsNoDocumentIsRefused(String text) {
    assertThatThrownBy(() -> DiscoveryReader.aggregated(json(text), "a.b", "v1"))
        .isInstanceOf(RuntimeException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"[5]", "{}", "[{'resource':5}]", "[{'verbs':'get'}]", "[{'verbs':[1]}]"})
  void aFieldOfAnotherTypeIsRefused(String resources) {
    assertThatThrownBy(() -> DiscoveryReader.aggregated(json(list(resources)), "a.b", "v1"))
        .isInstanceOf(MalformedException.class);
  }

  @Test
  void aSubresourceOfAnotherScopeIsRefused() {
    assertThatThrownBy(
            () ->
                DiscoveryReader.legacy(
                    json(
                        "{'kind':'APIResourceList','resources':[{'name':'a','namespaced':true},"
                            + "{'name':'a/b','namespaced':false}]}")))
        .isInstanceOf(MalformedException.class);
  }
}
