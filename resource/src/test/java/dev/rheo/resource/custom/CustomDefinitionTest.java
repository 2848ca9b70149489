package dev.rheo.resource.custom;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.junit.jupiter.api.Test;

class CustomDefinitionTest {
  @Test
  void aDeprecatedVersionIsToldTogetherWithTheBestThatIsPreferredToIt() throws Exception {
    assertThat(
            warnings(
                """
                {"name": "v1alpha1", "served": true, "deprecated": true},
                {"name": "v1beta1", "served": true},
                {"name": "v2", "served": true, "deprecated": true},
                {"name": "v3", "served": false},
                {"name": "v1beta2", "served": true}
                """))
        .containsExactly(
            "example.com/v1alpha1 Thing is deprecated; use example.com/v1beta2 Thing",
            "",
            "example.com/v2 Thing is deprecated",
            "",
            "");
  }

  @Test
  void aDefinitionsOwnWarningIsToldAsItIs() throws Exception {
    assertThat(
            warnings(
                """
                {"name": "v1beta1", "served": true, "deprecated": true,
                 "deprecationWarning": "leave it"},
                {"name": "v1", "served": true}
                """))
        .containsExactly("leave it", "");
  }

  private static List<String> warnings(String versions) throws JsonProcessingException {
    ObjectNode tree =
        (ObjectNode)
            new ObjectMapper()
                .readTree(
                    """
                    {"metadata": {"name": "things.example.com", "uid": "1"},
                     "spec": {"group": "example.com", "scope": "Namespaced",
                       "names": {"plural": "things", "kind": "Thing"},
                       "versions": [%s]},
                     "status": {"acceptedNames": {"plural": "things", "kind": "Thing"}}}
                    """
                        .formatted(versions));
    return CustomDefinition.of(tree).versions().stream()
        .map(CustomDefinition.Version::deprecationWarning)
        .toList();
  }
}
