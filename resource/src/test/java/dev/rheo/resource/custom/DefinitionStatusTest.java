package dev.rheo.resource.custom;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.Trees;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DefinitionStatusTest {
  private static final Instant NOW = Instant.parse("2030-01-02T03:04:05.678Z");
  private static final Instant LATER = Instant.parse("2030-01-02T03:05:00Z");

  @Test
  void namesThatAreFreeAreAcceptedAndTheResourceIsEstablished() {
    ObjectNode definition = definition("things", "thing", "Thing", "ThingList", "th");
    ObjectNode before = definition.deepCopy();
    ObjectNode status = DefinitionStatus.of(definition, List.of(), NOW);
    assertThat(definition).as("not changed").isEqualTo(before);
    assertThat(status)
        .isEqualTo(
            tree(
                """
                {"storedVersions": ["v1"],
                 "acceptedNames": {"plural": "things", "singular": "thing", "kind": "Thing",
                   "listKind": "ThingList", "shortNames": ["th"], "categories": ["all"]},
                 "conditions": [
                   {"type": "NamesAccepted", "lastTransitionTime": "2030-01-02T03:04:05Z",
                    "status": "True", "reason": "NoConflicts", "message": "no conflicts found"},
                   {"type": "Established", "lastTransitionTime": "2030-01-02T03:04:05Z",
                    "status": "True", "reason": "InitialNamesAccepted",
                    "message": "the initial names have been accepted"}]}
                """));
    definition.set("status", status);
    assertThat(DefinitionStatus.of(definition, List.of(), LATER)).isSameAs(status);
  }

  /** What one asks for that another one of its group has; the last conflict is told. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          things | other | Other | OtherList | x | PluralConflict     | "things" is already in use
          others | thing | Other | OtherList | x | SingularConflict   | "thing" is already in use
          others | th    | Other | OtherList | x | SingularConflict   | "th" is already in use
          others | other | Other | OtherList | th| ShortNamesConflict | "th" is already in use
          others | other | Thing | OtherList | x | KindConflict       | "Thing" is already in use
          others | other | Other | Thing     | x | ListKindConflict   | "Thing" is already in use
          things | other | Thing | OtherList | x | KindConflict       | "Thing" is already in use
          """)
  void namesOfOthersAreRefused(
      String plural,
      String singular,
      String kind,
      String listKind,
      String shortName,
      String reason,
      String message) {
    ObjectNode first = accepted(definition("things", "thing", "Thing", "ThingList", "th"));
    ObjectNode second = definition(plural, singular, kind, listKind, shortName);
    second.set("status", DefinitionStatus.of(second, List.of(first), NOW));
    assertThat(condition(second, "NamesAccepted")).isEqualTo("False " + reason + " " + message);
    assertThat(condition(second, "Established"))
        .isEqualTo("False NotAccepted not all names are accepted");
    ObjectNode names = Trees.object(second, "status", "acceptedNames");
    assertThat(Trees.strings(names, "categories")).containsExactly("all");
    assertThat(Trees.text(names, "plural")).isEqualTo(plural.equals("things") ? "" : plural);

    // of another group, or gone
    ObjectNode other = first.deepCopy();
    Trees.need(other, "spec").put("group", "example.org");
    second.set("status", DefinitionStatus.of(second, List.of(other), LATER));
    assertThat(condition(second, "NamesAccepted")).startsWith("True");
    assertThat(condition(second, "Established")).startsWith("True InitialNamesAccepted");
  }

  @Test
  void severalShortNamesAreToldTogether() {
    ObjectNode first = accepted(definition("things", "thing", "Thing", "ThingList", "th"));
    ObjectNode second = definition("others", "other", "Other", "OtherList", "th");
    Trees.needArray(Trees.need(Trees.need(second, "spec"), "names"), "shortNames").add("thing");
    second.set("status", DefinitionStatus.of(second, List.of(first), NOW));
    assertThat(condition(second, "NamesAccepted"))
        .isEqualTo(
            "False ShortNamesConflict [\"th\" is already in use, \"thing\" is already in use]");
  }

  @Test
  void whatIsEstablishedStaysSoAndKeepsItsNamesUntilNewOnesAreFree() {
    ObjectNode first = accepted(definition("things", "thing", "Thing", "ThingList", "th"));
    ObjectNode second = accepted(definition("others", "other", "Other", "OtherList", "ot"));
    Trees.need(Trees.need(second, "spec"), "names").put("singular", "thing");
    second.set("status", DefinitionStatus.of(second, List.of(first), LATER));
    assertThat(condition(second, "NamesAccepted")).startsWith("False SingularConflict");
    assertThat(condition(second, "Established")).startsWith("True InitialNamesAccepted");
    assertThat(Trees.text(second, "status", "acceptedNames", "singular")).isEqualTo("other");
    assertThat(second.at("/status/conditions/0/lastTransitionTime").asText())
        .isEqualTo("2030-01-02T03:05:00Z");
    assertThat(second.at("/status/conditions/1/lastTransitionTime").asText())
        .isEqualTo("2030-01-02T03:04:05Z");
  }

  @Test
  void ownNamesCannotChangeTheirPlaces() {
    ObjectNode definition = accepted(definition("things", "thing", "Thing", "ThingList", "th"));
    Trees.need(Trees.need(definition, "spec"), "names").put("singular", "th");
    definition.set("status", DefinitionStatus.of(definition, List.of(), LATER));
    assertThat(condition(definition, "NamesAccepted"))
        .isEqualTo("False SingularConflict \"th\" is already in use");
  }

  @Test
  void aWebhookThatCannotBeTrustedIsNotEstablished() {
    ObjectNode definition = definition("things", "thing", "Thing", "ThingList", "th");
    ObjectNode client =
        Trees.need(
            Trees.need(Trees.need(Trees.need(definition, "spec"), "conversion"), "webhook"),
            "clientConfig");
    client.put("caBundle", "eA==");
    definition.set("status", DefinitionStatus.of(definition, List.of(), NOW));
    assertThat(condition(definition, "Established"))
        .isEqualTo("False InvalidCABundle The conversion webhook CABundle is invalid");
    assertThat(DefinitionStatus.of(definition, List.of(), LATER))
        .isSameAs(definition.get("status"));
    client.remove("caBundle");
    definition.set("status", DefinitionStatus.of(definition, List.of(), LATER));
    assertThat(condition(definition, "Established")).startsWith("True InitialNamesAccepted");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          https://x.example/1 | True ApprovedAnnotation approved in https://x.example/1
          unapproved, a test  | False UnapprovedAnnotation not approved: "unapproved, a test"
          nobody              | False InvalidAnnotation protected groups must have approval annotation "api-approved.kubernetes.io" with either a URL or a reason starting with "unapproved", see https://github.com/kubernetes/enhancements/pull/1111
                              | False MissingAnnotation protected groups must have approval annotation "api-approved.kubernetes.io", see https://github.com/kubernetes/enhancements/pull/1111
          """)
  void groupsOfTheCommunityAreApproved(String annotation, String expected) {
    ObjectNode definition = definition("things", "thing", "Thing", "ThingList", "th");
    Trees.need(definition, "spec").put("group", "x.k8s.io");
    if (annotation != null) {
      Trees.need(Trees.metadata(definition), "annotations")
          .put("api-approved.kubernetes.io", annotation);
    }
    definition.set("status", DefinitionStatus.of(definition, List.of(), NOW));
    assertThat(condition(definition, "KubernetesAPIApprovalPolicyConformant")).isEqualTo(expected);
  }

  @Test
  void schemasThatAreNotStructuralAreTold() {
    ObjectNode definition = definition("things", "thing", "Thing", "ThingList", "th");
    Trees.need(definition, "spec").put("preserveUnknownFields", true);
    definition.set("status", DefinitionStatus.of(definition, List.of(), NOW));
    assertThat(condition(definition, "NonStructuralSchema"))
        .isEqualTo(
            "True Violations spec.preserveUnknownFields: Invalid value: true: must be false");
    Trees.need(definition, "spec").remove("preserveUnknownFields");
    definition.set("status", DefinitionStatus.of(definition, List.of(), LATER));
    assertThat(condition(definition, "NonStructuralSchema")).isEmpty();
  }

  private static ObjectNode accepted(ObjectNode definition) {
    definition.set("status", DefinitionStatus.of(definition, List.of(), NOW));
    return definition;
  }

  private static String condition(ObjectNode definition, String type) {
    ObjectNode found = DefinitionConditions.find(definition, type);
    return found == null
        ? ""
        : Trees.text(found, "status")
            + " "
            + Trees.text(found, "reason")
            + " "
            + Trees.text(found, "message");
  }

  private static ObjectNode definition(
      String plural, String singular, String kind, String listKind, String shortName) {
    ObjectNode definition =
        tree(
            """
            {"metadata": {"name": "things.example.com"},
             "spec": {"group": "example.com", "names": {"categories": ["all"]},
               "versions": [{"name": "v1", "served": true, "storage": true,
                 "schema": {"openAPIV3Schema": {"type": "object"}}}]},
             "status": {"storedVersions": ["v1"]}}
            """);
    ObjectNode names = Trees.need(Trees.need(definition, "spec"), "names");
    names
        .put("plural", plural)
        .put("singular", singular)
        .put("kind", kind)
        .put("listKind", listKind);
    names.putArray("shortNames").add(shortName);
    return definition;
  }

  private static ObjectNode tree(String json) {
    try {
      return (ObjectNode) new ObjectMapper().readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(json, e);
    }
  }
}
