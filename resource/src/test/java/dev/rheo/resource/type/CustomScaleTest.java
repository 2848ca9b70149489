package dev.rheo.resource.type;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.codec.json.ObjectHeader;
import dev.rheo.codec.json.SelectableField;
import dev.rheo.merge.manager.ManagedFields;
import dev.rheo.merge.manager.ScaleFields;
import dev.rheo.merge.path.FieldPath;
import dev.rheo.resource.published.Vectors;
import dev.rheo.schema.ScalePaths;
import dev.rheo.schema.StructuralReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The messages are those that kube-apiserver 1.36.3 answered. */
class CustomScaleTest {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(JsonReadFeature.ALLOW_UNQUOTED_FIELD_NAMES)
          .enable(JsonReadFeature.ALLOW_SINGLE_QUOTES)
          .build();

  private static final CustomScale SCALE =
      CustomScale.of(
          json(
              "{specReplicasPath:'.spec.replicas',statusReplicasPath:'.status.n',"
                  + "labelSelectorPath:'.status.sel'}"));

  private static ObjectNode json(String text) {
    try {
      return (ObjectNode) JSON.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String refusal(CustomScale scale, String object) {
    return told(() -> scale.read(json(object)));
  }

  private static String told(Runnable refused) {
    ApiException e = catchThrowableOfType(ApiException.class, refused::run);
    return e.code() + " " + e.reason() + ": " + e.getMessage();
  }

  private static String faults(String object, boolean statusOnly) {
    FieldErrors errors = new FieldErrors();
    SCALE.paths().check(json(object), !statusOnly, errors);
    return told(() -> errors.refuse("scale.example.com", "Loose", "a"));
  }

  @Test
  void aScaleTellsWhatItsPathsLeadTo() {
    ObjectNode scale =
        SCALE.read(
            json(
                "{metadata:{name:'a',namespace:'default',uid:'u',labels:{x:'y'}},"
                    + "spec:{replicas:5},status:{n:4,sel:'a=b'}}"));
    assertThat(scale)
        .isEqualTo(
            json(
                "{kind:'Scale',apiVersion:'autoscaling/v1',"
                    + "metadata:{name:'a',namespace:'default',uid:'u'},"
                    + "spec:{replicas:5},status:{replicas:4,selector:'a=b'}}"));
    assertThat(SCALE.changed(json("{metadata:{name:'a'},spec:{replicas:0},status:null}")))
        .isEqualTo(
            json(
                "{kind:'Scale',apiVersion:'autoscaling/v1',metadata:{name:'a'},spec:{},"
                    + "status:{replicas:0}}"));
  }

  @Test
  void anObjectWithoutReplicasHasNoScale() {
    assertThat(refusal(SCALE, "{metadata:{name:'a'},spec:{i:3}}"))
        .isEqualTo(
            "500 InternalError: Internal error occurred: the spec replicas field"
                + " \".spec.replicas\" does not exist");
  }

  @Test
  void valuesOfOtherTypesAreToldOf() {
    CustomScale deep = new CustomScale(new ScalePaths(".spec.i.j", ".status.n", null));
    assertThat(refusal(deep, "{spec:{i:3}}"))
        .isEqualTo(
            "500 : .spec.i.j accessor error: 3 is of the type int64, expected"
                + " map[string]interface{}");
    assertThat(told(() -> deep.changed(json("{spec:{i:3}}"))))
        .startsWith("400 BadRequest: .spec.i.j accessor error: 3");
    assertThat(refusal(SCALE, "{spec:{replicas:null}}"))
        .isEqualTo(
            "500 : .spec.replicas accessor error: <nil> is of the type <nil>, expected int64");
  }

  @Test
  void replicasAreSetWhereThePathLeads() {
    ObjectNode object = json("{metadata:{name:'a'}}");
    ObjectNode present = SCALE.present(object);
    assertThat(told(() -> SCALE.apply(present, object)))
        .isEqualTo("400 BadRequest: the spec replicas field \".spec.replicas\" cannot be empty");
    SCALE.apply(json("{spec:{replicas:-3}}"), object);
    assertThat(object).isEqualTo(json("{metadata:{name:'a'},spec:{replicas:-3}}"));
    SCALE.apply(json("{spec:{}}"), object);
    assertThat(object).isEqualTo(json("{metadata:{name:'a'},spec:{replicas:0}}"));
    assertThat(told(() -> SCALE.apply(json("{spec:{replicas:1}}"), json("{spec:'x'}"))))
        .isEqualTo("500 : value cannot be set because .spec is not a map[string]interface{}");
  }

  @Test
  void whatIsWrittenMustBeScalable() {
    String head = "422 Invalid: Loose.scale.example.com \"a\" is invalid: ";
    assertThat(faults("{spec:{replicas:-3}}", false))
        .isEqualTo(head + ".spec.replicas: Invalid value: -3: should be a non-negative integer");
    assertThat(faults("{spec:{replicas:3000000000}}", false))
        .isEqualTo(
            head
                + ".spec.replicas: Invalid value: 3000000000: should be less than or equal to"
                + " 2147483647");
    assertThat(faults("{spec:{replicas:1.5}}", false))
        .isEqualTo(
            head
                + ".spec.replicas: Invalid value: 0: .spec.replicas accessor error: 1.5 is of the"
                + " type float64, expected int64");
    assertThat(faults("{spec:{replicas:'x'},status:{n:-1,sel:[1,{}]}}", true))
        .isEqualTo(
            head
                + "[.status.n: Invalid value: -1: should be a non-negative integer, .status.sel:"
                + " Invalid value: \"\": .status.sel accessor error: [1 map[]] is of the type"
                + " []interface {}, expected string]");
  }

  @Test
  void selectableFieldsAreReadByTheirTypes() {
    JsonNode schema =
        json(
            "{type:'object',properties:{spec:{type:'object',properties:{color:{type:'string'},"
                + "sides:{type:'integer'},filled:{type:'boolean'}}}}}");
    JsonNode paths =
        json("{a:[{jsonPath:'.spec.color'},{jsonPath:'.spec.sides'},{jsonPath:'.spec.filled'}]}")
            .get("a");
    List<SelectableField> fields = CustomFields.of(paths, StructuralReader.read(schema));
    assertThat(fields)
        .extracting(SelectableField::name)
        .containsExactly("spec.color", "spec.sides", "spec.filled");
    assertThat(
            values(
                fields,
                "{'metadata':{'name':'a'},'spec':{'color':'red','sides':3,'filled':false}}"))
        .containsExactly("red", "3", "false");
    assertThat(values(fields, "{'metadata':{'name':'a'},'spec':{'sides':null}}"))
        .containsExactly("", "", "");
  }

  private static List<String> values(List<SelectableField> fields, String object) {
    byte[] bytes = object.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    return ObjectHeader.scan(bytes, fields).fieldValues();
  }

  @Test
  void otherLabelsAreRefused() {
    ResourceInfo info =
        new ResourceInfo(
            "scale.example.com",
            "v1",
            "loose",
            "loose",
            "Loose",
            false,
            Set.of(),
            List.of(),
            List.of(),
            "",
            Map.of());
    FieldLabels labels = CustomFields.labels(info, List.of(SelectableField.string("spec.color")));
    assertThat(labels.resolve("spec.color")).isEqualTo("spec.color");
    assertThat(labels.resolve("metadata.name")).isEqualTo("metadata.name");
    for (String label : List.of("spec.x", "metadata.namespace")) {
      assertThat(told(() -> labels.resolve(label)))
          .isEqualTo("400 BadRequest: field label not supported: " + label);
    }
  }

  /** What the program in tools/published recorded of upstream's handler of scales. */
  @Test
  void managersOfAScaleAreThoseOfItsReplicasInEveryVersion() throws ManagedFields.InvalidException {
    Map<String, FieldPath> replicas =
        Map.of(
            "example.com/v1", FieldPath.of("spec", "replicas"),
            "example.com/v2", FieldPath.of("spec", "size", "count"),
            "example.com/v3", ScaleFields.NOWHERE);
    for (JsonNode line : Vectors.read("scaling")) {
      ScaleFields fields = ScaleFields.of(line.get("parent"), "example.com/v1", replicas);
      assertThat(entries(fields.toScale()))
          .as(line.toString())
          .isEqualTo(entries(line.get("scale")));
      assertThat(entries(fields.toParent(line.get("sent"))))
          .as(line.toString())
          .isEqualTo(entries(line.get("after")));
    }
  }

  private static Set<JsonNode> entries(JsonNode list) {
    return list.valueStream().collect(Collectors.toSet());
  }
}
