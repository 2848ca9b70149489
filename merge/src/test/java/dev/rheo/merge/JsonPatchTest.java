package dev.rheo.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonPatchTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static JsonNode json(String text) throws IOException {
    return JSON.readTree(text.replace('\'', '"'));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{} | [{'op':'add','path':'/a','value':1}] | {'a':1}",
        "{'a':1} | [{'op':'add','path':'/a','value':2}] | {'a':2}",
        "{'a':[1,3]} | [{'op':'add','path':'/a/1','value':2}] | {'a':[1,2,3]}",
        "{'a':[1]} | [{'op':'add','path':'/a/-','value':2}] | {'a':[1,2]}",
        "{'a':[1,2]} | [{'op':'add','path':'/a/-1','value':3}] | {'a':[1,2,3]}",
        "{'a':[1,2]} | [{'op':'remove','path':'/a/-1'}] | {'a':[1]}",
        "{'a':1,'b':2} | [{'op':'remove','path':'/a'}] | {'b':2}",
        "{'a':1} | [{'op':'replace','path':'/a','value':null}] | {'a':null}",
        "{'a':1} | [{'op':'replace','path':'','value':{'b':1}}] | {'b':1}",
        "{'a':1} | [{'op':'move','from':'/a','path':'/b'}] | {'b':1}",
        "{'a':{'x':1}} | [{'op':'copy','from':'/a','path':'/b'}] | {'a':{'x':1},'b':{'x':1}}",
        "{'a/b':{'c~d':1}} | [{'op':'remove','path':'/a~1b/c~0d'}] | {'a/b':{}}",
        "{'a':1} | [{'op':'test','path':'/a','value':1.0}] | {'a':1}",
        "{'a':null} | [{'op':'test','path':'/a','value':null}] | {'a':null}",
        "{'a':{'b':[1,{'c':2}]}} | [{'op':'test','path':'/a','value':{'b':[1,{'c':2}]}}] | {'a':{'b':[1,{'c':2}]}}",
        "{} | [{'op':'replace','path':'/a','value':1}] | {'a':1}",
        "{} | [{'op':'test','path':'/a','value':null}] | {}",
        "{} | [{'op':'test','path':'/a'}] | {}",
        "{} | [{'op':'copy','from':'/a','path':'/b'}] | {'b':null}",
        "{} | [] | {}",
      })
  void operations(String document, String patch, String result) throws Exception {
    ObjectNode before = (ObjectNode) json(document);
    assertThat(JsonPatch.of(json(patch)).apply(before)).isEqualTo(json(result));
    assertThat(before).isEqualTo(json(document));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{} | [{'op':'add','path':'/a/b','value':1}]",
        "{} | [{'op':'add','path':'a','value':1}]",
        "{} | [{'op':'remove','path':'/a'}]",
        "{} | [{'op':'replace','path':'/a/b','value':1}]",
        "{'a':[1]} | [{'op':'replace','path':'/a/1','value':1}]",
        "{} | [{'op':'copy','from':'/a/b','path':'/c'}]",
        "{} | [{'op':'test','path':'/a/b','value':null}]",
        "{} | [{'op':'move','from':'/a','path':'/b'}]",
        "{'a':[1]} | [{'op':'add','path':'/a/2','value':1}]",
        "{'a':[1]} | [{'op':'remove','path':'/a/1'}]",
        "{'a':[1]} | [{'op':'remove','path':'/a/-2'}]",
        "{'a':[1]} | [{'op':'add','path':'/a/x','value':1}]",
        "{'a':1} | [{'op':'add','path':'/a/b','value':1}]",
        "{'a':1} | [{'op':'test','path':'/a','value':2}]",
        "{'a':1} | [{'op':'test','path':'/b','value':2}]",
        "{'a':1} | [{'op':'nope','path':'/a'}]",
        "{'a':1} | [{'op':'replace','path':'','value':1}]",
        "{'a':{}} | [{'op':'move','from':'/b','path':'/a/c'}]",
      })
  void whatDoesNotFit(String document, String patch) throws Exception {
    ObjectNode before = (ObjectNode) json(document);
    assertThatThrownBy(() -> JsonPatch.of(json(patch)).apply(before))
        .isInstanceOfSatisfying(
            PatchException.class,
            e -> assertThat(e.fault()).isEqualTo(PatchException.Fault.NOT_APPLICABLE));
    assertThat(before).isEqualTo(json(document));
  }

  @Test
  void whatIsNoPatch() {
    for (String text : new String[] {"{}", "[1]", "[{'op':1}]"}) {
      assertThatThrownBy(() -> JsonPatch.of(json(text)))
          .isInstanceOfSatisfying(
              PatchException.class,
              e -> assertThat(e.fault()).isEqualTo(PatchException.Fault.MALFORMED));
    }
  }

  @Test
  void membersOfNoOperationAreNamed() throws Exception {
    String text = "[{'op':'add','path':'/a','value':{'more':1}},{'Op':'x','path':'/','more':1}]";
    assertThat(JsonPatch.unknownMembers(json(text))).containsExactly("[1].Op", "[1].more");
  }

  @Test
  void limits() throws Exception {
    ArrayNode many = JSON.createArrayNode();
    for (int i = 0; i <= JsonPatch.MAX_OPERATIONS; i++) {
      many.addObject().put("op", "remove").put("path", "/a");
    }
    assertThatThrownBy(() -> JsonPatch.of(many))
        .hasMessage("The allowed maximum operations in a JSON patch is 10000, got 10001");
    // a document that doubles with each operation
    ArrayNode doubling = JSON.createArrayNode();
    for (int i = 0; i < 30; i++) {
      doubling.addObject().put("op", "copy").put("from", "/a").put("path", "/a/x" + i);
    }
    ObjectNode document = (ObjectNode) json("{'a':{'b':'0123456789'}}");
    assertThatThrownBy(() -> JsonPatch.of(doubling).apply(document))
        .isInstanceOfSatisfying(
            PatchException.class,
            e -> assertThat(e.fault()).isEqualTo(PatchException.Fault.TOO_LARGE));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'a':'b'} | {'a':'c'} | {'a':'c'}",
        "{'a':'b'} | {'b':'c'} | {'a':'b','b':'c'}",
        "{'a':'b'} | {'a':null} | {}",
        "{'a':['b']} | {'a':'c'} | {'a':'c'}",
        "{'a':{'b':'c'}} | {'a':{'b':'d','c':null}} | {'a':{'b':'d'}}",
        "{'a':[{'b':'c'}]} | {'a':[1]} | {'a':[1]}",
        "{} | {'a':{'bb':{'ccc':null}}} | {'a':{'bb':{}}}",
        "{'a':1} | {'a':{'b':null,'c':1}} | {'a':{'c':1}}",
      })
  void mergePatch(String document, String patch, String result) throws Exception {
    assertThat(MergePatch.apply((ObjectNode) json(document), json(patch))).isEqualTo(json(result));
  }
}
