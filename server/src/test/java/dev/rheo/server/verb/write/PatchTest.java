package dev.rheo.server.verb.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.api.media.MediaType;
import dev.rheo.api.options.FieldValidation;
import dev.rheo.api.options.WriteOptions;
import dev.rheo.api.status.ApiException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PatchTest {
  @TempDir Path spool;
  private Cluster cluster;
  private ObjectPath map;
  private ObjectPath pod;

  @BeforeEach
  void start() {
    cluster = new Cluster(spool);
    cluster.namespace("ns");
    cluster.create("configmaps", "ns", "{'metadata':{'name':'a'},'data':{'k':'1','l':'2'}}");
    cluster.create(
        "pods", "ns", "{'metadata':{'name':'p'},'spec':{'containers':[{'name':'c','image':'i'}]}}");
    map = cluster.path("configmaps", "ns", "a");
    pod = cluster.path("pods", "ns", "p");
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  private static void refused(int code, Runnable request) {
    assertThatThrownBy(request::run)
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  @Test
  void mergePatch() {
    JsonNode patched =
        Cluster.json(cluster.patch(map, MediaType.MERGE_PATCH, "{'data':{'k':null,'m':'3'}}"));
    assertThat(patched.path("data").toString()).isEqualTo("{\"l\":\"2\",\"m\":\"3\"}");
    assertThat(patched.path("metadata").path("resourceVersion").asLong())
        .isEqualTo(cluster.revision());
  }

  @Test
  void jsonPatch() {
    JsonNode patched =
        Cluster.json(
            cluster.patch(
                map,
                MediaType.JSON_PATCH,
                "[{'op':'test','path':'/data/k','value':'1'},"
                    + "{'op':'replace','path':'/data/k','value':'9'}]"));
    assertThat(patched.path("data").path("k").asText()).isEqualTo("9");
    refused(
        422,
        () ->
            cluster.patch(
                map, MediaType.JSON_PATCH, "[{'op':'test','path':'/data/k','value':'1'}]"));
    refused(400, () -> cluster.patch(map, MediaType.JSON_PATCH, "{'op':'test'}"));
  }

  @Test
  void strategicMergePatchKnowsTheTypes() {
    JsonNode patched =
        Cluster.json(
            cluster.patch(
                pod,
                MediaType.STRATEGIC_MERGE_PATCH,
                "{'metadata':{'labels':{'x':'y'}},"
                    + "'spec':{'containers':[{'name':'c','image':'j'}]}}"));
    assertThat(patched.path("spec").path("containers")).hasSize(1);
    assertThat(patched.path("spec").path("containers").path(0).path("image").asText())
        .isEqualTo("j");
    assertThat(
            patched.path("spec").path("containers").path(0).path("terminationMessagePath").asText())
        .isEqualTo("/dev/termination-log");
    assertThat(patched.path("metadata").path("labels").path("x").asText()).isEqualTo("y");
  }

  @Test
  void aPatchThatChangesNothingWritesNothing() {
    long before = cluster.revision();
    cluster.patch(map, MediaType.MERGE_PATCH, "{'data':{'k':'1'}}");
    assertThat(cluster.revision()).isEqualTo(before);
  }

  @Test
  void aPatchMayDemandAResourceVersion() {
    refused(
        409,
        () ->
            cluster.patch(
                map,
                MediaType.MERGE_PATCH,
                "{'metadata':{'resourceVersion':'1'},'data':{'k':'9'}}"));
    cluster.patch(
        map,
        MediaType.MERGE_PATCH,
        "{'metadata':{'resourceVersion':'"
            + cluster.stored("configmaps", "ns", "a").path("x").asText(revisionOf(map))
            + "'},'data':{'k':'9'}}");
  }

  private String revisionOf(ObjectPath path) {
    try {
      return Long.toString(cluster.store.get(path.key(), 0).modRevision());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void whatMustNotBePatched() {
    refused(400, () -> cluster.patch(map, MediaType.MERGE_PATCH, "{'metadata':{'name':'b'}}"));
    refused(422, () -> cluster.patch(map, MediaType.MERGE_PATCH, "{'kind':'Secret'}"));
    refused(400, () -> cluster.patch(map, MediaType.MERGE_PATCH, "[]"));
    refused(422, () -> cluster.patch(map, MediaType.MERGE_PATCH, "{'data':7}"));
    refused(
        404,
        () ->
            cluster.patch(
                cluster.path("configmaps", "ns", "no"), MediaType.MERGE_PATCH, "{'data':{}}"));
    assertThatThrownBy(() -> cluster.patch(map, "application/apply-patch+cbor", "{}"))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(415))
        .hasMessageContaining("application/apply-patch+yaml");
  }

  @Test
  void aRefusalSaysWhatIsWrongWithThePatch() {
    told(MediaType.MERGE_PATCH, "[]", "error decoding patch: an object is expected");
    told(
        MediaType.STRATEGIC_MERGE_PATCH,
        "{'data':{'k':{'b':null,'a':[1,'x']}}}",
        "\"map[data:map[k:map[a:[1 x] b:<nil>]]]\": json: cannot unmarshal object into Go struct"
            + " field ConfigMap.data of type string");
    told(
        MediaType.STRATEGIC_MERGE_PATCH,
        "{'data':{'$patch':'jump','a':'b'}}",
        "unknown patch type: jump in map: map[$patch:jump a:b]");
  }

  private void told(String type, String patch, String message) {
    assertThatThrownBy(() -> cluster.patch(map, type, patch)).hasMessageContaining(message);
  }

  @Test
  void aRefusedPatchWarnsOfItsFields() {
    assertThatThrownBy(
            () ->
                cluster.patch(
                    map, MediaType.MERGE_PATCH, "{'nope':1,'metadata':{'resourceVersion':'1'}}"))
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> {
              assertThat(e.code()).isEqualTo(409);
              assertThat(e.warnings()).containsExactly("unknown field \"nope\"");
            });
  }

  @Test
  void unknownFieldsOfAPatch() {
    WriteResult warned = cluster.patch(map, MediaType.MERGE_PATCH, "{'nope':1,'data':{'k':'5'}}");
    assertThat(warned.warnings()).containsExactly("unknown field \"nope\"");
    assertThatThrownBy(
            () ->
                cluster.writes.patch(
                    map,
                    new RequestBody(
                        "{\"nope\":1}".getBytes(StandardCharsets.UTF_8), MediaType.MERGE_PATCH),
                    new WriteOptions(false, "", FieldValidation.STRICT, null),
                    Cluster.USER))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(422))
        .hasMessageContaining(
            "strict decoding error: unknown field \\\"nope\\\"".replace("\\", ""));
  }

  @Test
  void aPatchOfAStatus() {
    JsonNode patched =
        Cluster.json(
            cluster.patch(
                cluster.path("pods", "ns", "p", "status"),
                MediaType.MERGE_PATCH,
                "{'status':{'phase':'Running'},'spec':{'nodeName':'n'}}"));
    assertThat(patched.path("status").path("phase").asText()).isEqualTo("Running");
    assertThat(patched.path("spec").has("nodeName")).isFalse();
  }

  @Test
  void numbersOutOfRangeAreNone() {
    refused(
        400,
        () ->
            cluster.patch(
                pod, MediaType.JSON_PATCH, "[{'op':'add','path':'/spec/priority','value':1e400}]"));
  }

  @Test
  void noPatchNestsDeeperThanWhatCanBeReadAgain() {
    String value = "[".repeat(600) + "]".repeat(600);
    StringBuilder patch = new StringBuilder("[");
    String at = "/data";
    for (int i = 0; i < 2; i++) {
      patch.append(i == 0 ? "" : ",");
      patch.append("{'op':'add','path':'" + at + "','value':" + value + "}");
      at += "/0".repeat(599) + "/-";
    }
    refused(422, () -> cluster.patch(map, MediaType.JSON_PATCH, patch + "]"));

    // Each copy doubles the depth.
    StringBuilder copies = new StringBuilder("[{'op':'add','path':'/data','value':{'a':{}}}");
    String end = "/data/a";
    for (int i = 0; i < 16; i++) {
      copies.append(",{'op':'copy','from':'/data','path':'" + end + "/a'}");
      end += end.substring(5) + "/a";
    }
    assertThatThrownBy(() -> cluster.patch(map, MediaType.JSON_PATCH, copies + "]"))
        .isInstanceOf(ApiException.class);
  }
}
