package dev.rheo.resource.rules.extension;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.FieldError;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.resource.type.WriteRules;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExtensionRulesTest {
  private static final String DEFINITION =
      """
      {"metadata": {"name": "things.example.com"},
       "spec": {"group": "example.com", "scope": "Namespaced",
         "names": {"plural": "things", "singular": "thing", "kind": "Thing",
                   "listKind": "ThingList", "shortNames": ["th"], "categories": ["all"]},
         "conversion": {"strategy": "None"},
         "versions": [
           {"name": "v1", "served": true, "storage": true,
            "schema": {"openAPIV3Schema": {"type": "object"}},
            "subresources": {"status": {}, "scale": {"specReplicasPath": ".spec.replicas",
              "statusReplicasPath": ".status.replicas", "labelSelectorPath": ".status.selector"}},
            "additionalPrinterColumns": [{"name": "Age", "type": "date", "jsonPath": ".a.b"}]}]},
       "status": {"storedVersions": ["v1"], "acceptedNames": {}}}
      """;
  private static final String API_SERVICE =
      """
      {"metadata": {"name": "v1.example.com"},
       "spec": {"group": "example.com", "version": "v1", "groupPriorityMinimum": 1000,
         "versionPriority": 15, "service": {"namespace": "a", "name": "b", "port": 443}}}
      """;

  /** One value that is changed, and the messages of upstream. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          /spec/group | "example" | spec.group: Invalid value: "example": should be a domain with at least one dot
          /spec/scope | "Other" | spec.scope: Unsupported value: "Other": supported values: "Cluster", "Namespaced"
          /spec/names/listKind | "Thing" | spec.names.listKind: Invalid value: "Thing": kind and listKind may not be the same
          /spec/names/singular | "" | spec.names.singular: Required value
          /spec/names/shortNames/0 | "A" | spec.names.shortNames[0]: Invalid value: "A": a DNS-1035 label
          /spec/versions/0/name | "1" | spec.version: Invalid value: "1": a DNS-1035 label
          /spec/versions/0/storage | false | spec.versions: Invalid value: [{"Name":"v1","Served":true,"Storage":false,"Deprecated":false,"DeprecationWarning":null,"Schema":null,"Subresources":null,"AdditionalPrinterColumns":null,"SelectableFields":null}]: must have exactly one version marked as storage version
          /spec/versions/0/schema | {} | spec.versions[0].schema.openAPIV3Schema: Required value
          /spec/versions/0/deprecationWarning | "x" | spec.versions[0].deprecationWarning: Invalid value: "x": can only be set for deprecated versions
          /spec/versions/0/subresources/scale/specReplicasPath | ".x" | spec.subresources.scale.specReplicasPath: Invalid value: ".x": should be a json path under .spec
          /spec/versions/0/subresources/scale/statusReplicasPath | "x" | spec.subresources.scale.statusReplicasPath: Invalid value: "x": must be a simple json path starting with .
          /spec/versions/0/additionalPrinterColumns/0/type | "x" | spec.additionalPrinterColumns[0].type: Invalid value: "x": must be one of boolean,date,integer,number,string
          /spec/versions/0/additionalPrinterColumns/0/jsonPath | "" | spec.additionalPrinterColumns[0].JSONPath: Required value
          /spec/conversion | {"strategy":"Webhook"} | spec.conversion.webhookClientConfig: Required value: required when strategy is set to Webhook
          /spec/preserveUnknownFields | true | spec.preserveUnknownFields: Invalid value: true: cannot set to true
          /status/storedVersions | ["v1","v0"] | status.storedVersions[1]: Invalid value: "v0": missing from spec.versions; v0 was previously a storage version
          /status/acceptedNames/plural | "A" | status.acceptedNames.plural: Invalid value: "A": a DNS-1035 label
          /metadata/name | "x.example.com" | metadata.name: Invalid value: "x.example.com": must be spec.names.plural+"."+spec.group
          """)
  void definitions(String path, String value, String message) {
    assertThat(create(new CustomResourceDefinitionRules(), DEFINITION, path, value))
        .anyMatch(found -> found.startsWith(message));
  }

  @Test
  void partsThatVersionsDoNotShareAreReportedThere() {
    ObjectNode definition = tree(DEFINITION);
    ObjectNode second = (ObjectNode) definition.at("/spec/versions/0").deepCopy();
    second.put("name", "v2").put("storage", false).remove("subresources");
    definition.withArray("/spec/versions").add(second);
    set(definition, "/spec/versions/0/subresources/scale/specReplicasPath", "\".x\"");
    assertThat(create(new CustomResourceDefinitionRules(), definition))
        .containsExactly(
            "spec.versions[0].subresources.scale.specReplicasPath: Invalid value: \".x\": should be"
                + " a json path under .spec");
  }

  @Test
  void groupsOfTheCommunityNeedApproval() {
    ObjectNode definition = tree(DEFINITION);
    set(definition, "/spec/group", "\"x.k8s.io\"");
    set(definition, "/metadata/name", "\"things.x.k8s.io\"");
    String field = "metadata.annotations[api-approved.kubernetes.io]: ";
    assertThat(create(new CustomResourceDefinitionRules(), definition).getFirst())
        .startsWith(field + "Required value: protected groups must have approval annotation");
    ObjectNode old = definition.deepCopy();
    assertThat(update(new CustomResourceDefinitionRules(), definition, old)).isEmpty();
    ObjectNode annotations = (ObjectNode) definition.get("metadata");
    annotations = annotations.putObject("annotations");
    annotations.put("api-approved.kubernetes.io", "nobody");
    assertThat(update(new CustomResourceDefinitionRules(), definition, old).getFirst())
        .startsWith(field + "Invalid value: \"nobody\": ");
    annotations.put("api-approved.kubernetes.io", "https://github.com/kubernetes/x/pull/1");
    assertThat(create(new CustomResourceDefinitionRules(), definition)).isEmpty();
  }

  @Test
  void namesAreFixedOnceEstablished() {
    ObjectNode old = tree(DEFINITION);
    ObjectNode now = old.deepCopy();
    set(now, "/spec/names/kind", "\"Other\"");
    set(now, "/spec/names/plural", "\"others\"");
    WriteRules rules = new CustomResourceDefinitionRules();
    assertThat(update(rules, now, old))
        .containsExactly("spec.names.plural: Invalid value: \"others\": field is immutable");
    set(old, "/status/conditions", "[{\"type\":\"Established\",\"status\":\"True\"}]");
    assertThat(update(rules, now, old))
        .containsExactly(
            "spec.names.kind: Invalid value: \"Other\": field is immutable",
            "spec.names.plural: Invalid value: \"others\": field is immutable");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          /metadata/name | "v2.example.com" | metadata.name: Invalid value: "v2.example.com": must be `spec.version+"."+spec.group`: "v1.example.com"
          /spec/group | "" | spec.group: Required value: only v1 may have an empty group
          /spec/version | "1" | spec.version: Invalid value: "1": a DNS-1035 label
          /spec/groupPriorityMinimum | 20001 | spec.groupPriorityMinimum: Invalid value: 20001: must be positive and less than 20000
          /spec/versionPriority | 0 | spec.versionPriority: Invalid value: 0: must be positive and less than 1000
          /spec/service/name | "" | spec.service.name: Required value
          /spec/service/port | 0 | spec.service.port: Invalid value: 0: port is not valid: must be between 1 and 65535, inclusive
          """)
  void apiServices(String path, String value, String message) {
    ObjectNode object = tree(API_SERVICE);
    set(object, path, value);
    if (path.equals("/spec/group")) {
      set(object, "/spec/version", "\"v2\"");
    }
    assertThat(create(new ApiServiceRules(), object)).anyMatch(f -> f.startsWith(message));
  }

  @Test
  void localApiServicesHaveNoCertificates() {
    ObjectNode object = tree(API_SERVICE);
    ObjectNode spec = (ObjectNode) object.get("spec");
    spec.remove("service");
    spec.put("caBundle", "eHl6eg==").put("insecureSkipTLSVerify", true);
    assertThat(create(new ApiServiceRules(), object))
        .containsExactly(
            "spec.caBundle: Invalid value: \"4 bytes\": local APIServices may not have a caBundle",
            "spec.insecureSkipTLSVerify: Invalid value: true: local APIServices may not have"
                + " insecureSkipTLSVerify");
  }

  @Test
  void whatIsValidHasNoFaults() {
    assertThat(create(new CustomResourceDefinitionRules(), tree(DEFINITION))).isEmpty();
    assertThat(create(new ApiServiceRules(), tree(API_SERVICE))).isEmpty();
  }

  private static List<String> create(WriteRules rules, String object, String path, String value) {
    ObjectNode tree = tree(object);
    set(tree, path, value);
    return create(rules, tree);
  }

  private static List<String> create(WriteRules rules, ObjectNode object) {
    FieldErrors errors = new FieldErrors();
    rules.create(object, errors);
    return errors.toList().stream().map(FieldError::message).toList();
  }

  private static List<String> update(WriteRules rules, ObjectNode object, ObjectNode old) {
    FieldErrors errors = new FieldErrors();
    rules.update(object, old, "", errors);
    return errors.toList().stream().map(FieldError::message).toList();
  }

  private static void set(ObjectNode object, String path, String json) {
    int slash = path.lastIndexOf('/');
    String name = path.substring(slash + 1);
    try {
      var value = new ObjectMapper().readTree(json);
      if (object.at(path.substring(0, slash)) instanceof ObjectNode parent) {
        parent.set(name, value);
      } else {
        object.withArray(path.substring(0, slash)).set(Integer.parseInt(name), value);
      }
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(json, e);
    }
  }

  private static ObjectNode tree(String json) {
    try {
      return (ObjectNode) new ObjectMapper().readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(json, e);
    }
  }
}
