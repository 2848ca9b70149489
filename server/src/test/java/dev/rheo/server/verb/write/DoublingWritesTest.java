package dev.rheo.server.verb.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rheo.api.feature.FeatureGates;
import dev.rheo.api.media.MediaType;
import dev.rheo.api.options.DeleteOptions;
import dev.rheo.api.options.FieldValidation;
import dev.rheo.api.options.ListOptions;
import dev.rheo.api.options.WriteOptions;
import dev.rheo.api.select.FieldSelector;
import dev.rheo.api.select.LabelSelector;
import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.Status;
import dev.rheo.testing.Growth;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Requests designed to be expensive: through the verbs, their cost grows no faster than their size
 * and that of their target object, and the size of their refusals is bounded.
 */
class DoublingWritesTest {
  private static final WriteOptions DRY = new WriteOptions(true, "", FieldValidation.WARN, null);
  private static final int SIZE = 24_000;

  @TempDir Path spool;
  private Cluster cluster;
  private final Growth growth = new Growth();

  @BeforeEach
  void open() {
    cluster = new Cluster(spool);
    cluster.namespace("ns");
  }

  @AfterEach
  void close() {
    cluster.close();
  }

  private static String each(int n, String format) {
    return IntStream.range(0, n)
        .mapToObj(i -> format.replace("#", Integer.toString(i)))
        .collect(Collectors.joining(","));
  }

  /** Different texts with the same hash code. */
  private static String colliding(int i) {
    StringBuilder text = new StringBuilder();
    for (int bit = 0; bit < 16; bit++) {
      text.append((i >> bit & 1) == 0 ? "Aa" : "BB");
    }
    return text.toString();
  }

  private static String colliding(int n, String format) {
    return IntStream.range(0, n)
        .mapToObj(i -> format.replace("#", colliding(i)))
        .collect(Collectors.joining(","));
  }

  private void create(String name, String resource, IntFunction<String> json) {
    growth.check(
        "create " + name,
        SIZE,
        size -> {
          RequestBody body = Cluster.body(json.apply(size));
          ObjectPath path =
              cluster.path(resource, cluster.type(resource).namespaced() ? "ns" : "", "");
          return () -> cluster.writes.create(path, body, DRY, Cluster.USER);
        });
  }

  private static String meta(String field) {
    return "{'metadata':{'name':'a'," + field + "}}";
  }

  @Test
  void metadata() {
    String owner = "{'apiVersion':'v1','kind':'Pod','name':'p#','uid':'u#'";
    create("owners", "configmaps", n -> meta("'ownerReferences':[" + each(n, owner + "}") + "]"));
    create(
        "owners of one uid",
        "configmaps",
        n -> meta("'ownerReferences':[" + each(n, owner.replace("u#", "u") + "}") + "]"));
    create(
        "owners of one hash code",
        "configmaps",
        n -> meta("'ownerReferences':[" + colliding(n / 4, owner + "}") + "]"));
    create(
        "the same owner",
        "configmaps",
        n -> meta("'ownerReferences':[" + each(n, owner.replace("#", "") + "}") + "]"));
    create(
        "controllers",
        "configmaps",
        n -> meta("'ownerReferences':[" + each(n, owner + ",'controller':true}") + "]"));
    create("empty finalizers", "configmaps", n -> meta("'finalizers':[" + each(4 * n, "''") + "]"));
    create("finalizers", "configmaps", n -> meta("'finalizers':[" + each(n, "'f#'") + "]"));
    create("labels", "configmaps", n -> meta("'labels':{" + each(n, "'!#':'?#'") + "}"));
    create(
        "labels of one hash code",
        "configmaps",
        n -> meta("'labels':{" + colliding(n / 4, "'#':'#'") + "}"));
    create(
        "managed fields",
        "configmaps",
        n -> meta("'managedFields':[" + each(n, "{'manager':'m#','fieldsV1':{'f:a':{}}}") + "]"));
    create("unknown fields", "configmaps", n -> meta(each(n, "'x#':#")));
    create("fields that are known twice", "configmaps", n -> meta(each(n, "'uid':'#'")));
    create(
        "bad keys",
        "configmaps",
        n -> "{'metadata':{'name':'a'},'data':{" + each(n, "'/#':''") + "}}");
    assertThat(growth.faults()).isEmpty();
  }

  @Test
  void pods() {
    String container = "{'name':'c#','image':'i','resources':{'limits':{'r#':'1'}}}";
    String sidecar = container.replace("'i',", "'i','restartPolicy':'Always',");
    String pod =
        "{'metadata':{'name':'a','labels':{'a':'b'}},'spec':{'containers':[{'name':'c','image':'i'}],";
    create(
        "init containers",
        "pods",
        n ->
            pod
                + "'resources':{'limits':{'cpu':'1'}},'initContainers':["
                + each(n / 4, sidecar)
                + ","
                + each(n / 4, container.replace("c#", "d#"))
                + "]}}");
    create(
        "ports",
        "pods",
        n ->
            pod.replace(
                    "'image':'i'", "'image':'i','ports':[" + each(n, "{'containerPort':#}") + "]")
                + "'x':1}}");
    create("volumes", "pods", n -> pod + "'volumes':[" + each(n, "{'name':'V#'}") + "]}}");
    create(
        "label keys",
        "pods",
        n ->
            pod
                + "'topologySpreadConstraints':[{'labelSelector':{},'matchLabelKeys':["
                + each(n, "'a'")
                + "]}]}}");
    create(
        "tolerations",
        "pods",
        n -> pod + "'tolerations':[" + each(n, "{'key':'k#','effect':'NoSchedule'}") + "]}}");
    create(
        "selectors",
        "apps/v1/deployments",
        n ->
            "{'metadata':{'name':'a'},'spec':{'selector':{'matchExpressions':["
                + each(n, "{'key':'k#','operator':'In','values':['/','b']}")
                + "]},'template':{'metadata':{'labels':{"
                + each(n, "'k#':'b'")
                + "}}}}}");
    create(
        "service ports",
        "services",
        n ->
            "{'metadata':{'name':'a'},'spec':{'ports':["
                + each(n, "{'name':'p','port':#}")
                + "]}}");
    create(
        "metrics in an annotation",
        "autoscaling/v1/horizontalpodautoscalers",
        n ->
            meta(
                "'annotations':{'autoscaling.alpha.kubernetes.io/metrics':'["
                    + each(n, "{}")
                    + "]'}"));
    assertThat(growth.faults()).isEmpty();
  }

  /** Checks updates in which the stored and the new object both have the given size. */
  private void update(String name, String resource, String subresource, IntFunction<String> json) {
    growth.check(
        "update " + name,
        6000,
        size -> {
          String id = name.replaceAll("[^a-z]", "") + size;
          String object = json.apply(size).replace("'name':'a'", "'name':'" + id + "'");
          String namespace = cluster.type(resource).namespaced() ? "ns" : "";
          if (cluster.stored(resource, namespace, id) == null) {
            cluster.create(resource, namespace, object);
          }
          RequestBody body = Cluster.body(object);
          ObjectPath path = cluster.path(resource, namespace, id, subresource);
          return () -> cluster.writes.update(path, body, DRY, Cluster.USER);
        });
  }

  @Test
  void updates() {
    update(
        "tolerations",
        "pods",
        "",
        n ->
            "{'metadata':{'name':'a'},'spec':{'containers':[{'name':'c','image':'i'}],"
                + "'tolerations':["
                + each(n, "{'key':'k#','operator':'Exists','effect':'NoSchedule'}")
                + "],"
                + "'schedulingGates':["
                + each(n, "{'name':'g#'}")
                + "]}}");
    String conditions = each(6000, "{'type':'t#','status':'True'}");
    update(
        "conditions",
        "certificates.k8s.io/v1/certificatesigningrequests",
        "status",
        n ->
            "{'metadata':{'name':'a'},'spec':{'request':'"
                + SigningRequestTest.PEM
                + "','signerName':'a.b/c','usages':['any']},'status':{'conditions':["
                + each(n, "{'type':'t#','status':'True'}")
                + "]}}");
    assertThat(conditions).isNotEmpty();
    update("finalizers", "configmaps", "", n -> meta("'finalizers':[" + each(n, "'a.b/f#'") + "]"));
    assertThat(growth.faults()).isEmpty();
  }

  private void patch(
      String name,
      int size,
      String mediaType,
      IntFunction<String> target,
      IntFunction<String> json) {
    growth.check(
        mediaType + " " + name,
        size,
        n -> {
          String id = "p" + Integer.toHexString((name + mediaType + n).hashCode());
          if (cluster.stored("pods", "ns", id) == null) {
            cluster.create(
                "pods", "ns", target.apply(n).replace("'name':'a'", "'name':'" + id + "'"));
          }
          RequestBody body =
              new RequestBody(
                  json.apply(n).replace('\'', '"').getBytes(StandardCharsets.UTF_8), mediaType);
          ObjectPath path = cluster.path("pods", "ns", id);
          return () -> cluster.writes.patch(path, body, DRY, Cluster.USER);
        });
  }

  private static String pod(String spec) {
    return "{'metadata':{'name':'a'},'spec':{'containers':[{'name':'c','image':'i'" + spec + "}]}}";
  }

  @Test
  void patches() {
    IntFunction<String> env = n -> pod(",'env':[" + each(n, "{'name':'e#','value':'v'}") + "]");
    IntFunction<String> small = n -> pod("");
    String strategic = MediaType.STRATEGIC_MERGE_PATCH;
    patch(
        "of each element",
        8000,
        strategic,
        env,
        n ->
            pod(",'env':[" + each(n, "{'name':'e#','value':'w'}") + "]")
                .replace("'name':'a'", "'x':1"));
    patch(
        "of one element",
        8000,
        strategic,
        env,
        n ->
            "{'spec':{'containers':["
                + each(n, "{'name':'c','env':[{'name':'e#','value':'w'}]}")
                + "]}}");
    patch(
        "that deletes",
        8000,
        strategic,
        env,
        n ->
            "{'spec':{'containers':[{'name':'c','env':["
                + each(n, "{'$patch':'delete','name':'e#'}")
                + "]}]}}");
    patch(
        "that orders",
        8000,
        strategic,
        env,
        n ->
            "{'spec':{'containers':[{'name':'c','$setElementOrder/env':["
                + each(n, "{'name':'e#'}")
                + "]}]}}");
    patch(
        "of elements of one hash code",
        16_000,
        strategic,
        small,
        n ->
            "{'spec':{'containers':[{'name':'c','env':["
                + colliding(n, "{'name':'#','value':'w'}")
                + "]}]}}");
    patch(
        "of finalizers of one hash code",
        16_000,
        strategic,
        small,
        n ->
            "{'metadata':{'finalizers':["
                + colliding(n, "'#'")
                + "],'$deleteFromPrimitiveList/finalizers':["
                + colliding(n, "'#'")
                + "]}}");
    patch(
        "that retains",
        8000,
        strategic,
        n ->
            pod("").replace("'name':'a'", "'name':'a','annotations':{" + each(n, "'k#':'v'") + "}"),
        n -> "{'metadata':{'annotations':{'$retainKeys':[" + each(n, "'k#'") + "]}}}");
    patch(
        "at the head",
        8000,
        MediaType.JSON_PATCH,
        env,
        n ->
            "["
                + each(n, "{'op':'add','path':'/spec/containers/0/env/0','value':{'name':'h#'}}")
                + "]");
    patch(
        "from the head",
        8000,
        MediaType.JSON_PATCH,
        env,
        n -> "[" + each(n, "{'op':'remove','path':'/spec/containers/0/env/0'}") + "]");
    patch(
        "that moves",
        8000,
        MediaType.JSON_PATCH,
        env,
        n ->
            "["
                + each(
                    n,
                    "{'op':'move','from':'/spec/containers/0/env/0','path':'/spec/containers/0/env/-'}")
                + "]");
    patch(
        "that tests",
        8000,
        MediaType.JSON_PATCH,
        env,
        n ->
            "["
                + each(n, "{'op':'test','path':'/spec/containers/0/env/#/name','value':'e#'}")
                + "]");
    patch(
        "that copies",
        8000,
        MediaType.JSON_PATCH,
        small,
        n -> "[" + each(n, "{'op':'copy','from':'/spec','path':'/metadata/x#'}") + "]");
    patch(
        "of members",
        24_000,
        MediaType.MERGE_PATCH,
        small,
        n -> meta("'annotations':{" + each(n, "'!#':'v'") + "}").replace("'name':'a',", ""));
    assertThat(growth.faults()).isEmpty();
  }

  @Test
  void selectors() {
    for (int i = 0; i < 500; i++) {
      cluster.create(
          "configmaps", "ns", "{'metadata':{'name':'m" + i + "','labels':{'k':'v" + i + "'}}}");
    }
    cluster.settle();
    for (String format : List.of("k notin (#)", "k in (#)")) {
      growth.check(
          "selector " + format,
          32_000,
          n -> {
            String text = format.replace("#", each(n, "w#"));
            return () -> {
              LabelSelector selector = LabelSelector.parse(text);
              for (int i = 0; i < 500; i++) {
                String value = "v" + i;
                assertThat(selector.matches(key -> value)).isEqualTo(format.contains("notin"));
              }
            };
          });
    }
    for (String format : List.of("!a#", "a#=b", "a# in (b)", "a#,a#", "(#", "a#>1", "a#>b")) {
      growth.check(
          "selector " + format,
          16_000,
          n -> {
            String text = each(n, format);
            return () -> LabelSelector.parse(text);
          });
    }
    for (String format : List.of("a#=b", "a#!=b\\\\,", "#", "a#=b=c")) {
      growth.check(
          "fields " + format,
          16_000,
          n -> {
            String text = each(n, format);
            return () -> FieldSelector.parse(text).requiresExact("metadata.name");
          });
    }
    growth.check(
        "deletecollection",
        16_000,
        n -> {
          ListOptions list =
              ListOptions.parse(
                  Map.of("labelSelector", List.of("k in (" + each(n, "w#") + ")")),
                  false,
                  FeatureGates.defaults());
          return () ->
              cluster.writes.deleteCollection(
                  cluster.path("configmaps", "ns", ""),
                  list,
                  DeleteOptions.none().withDryRun(),
                  Cluster.USER);
        });
    assertThat(growth.faults()).isEmpty();
  }

  @Test
  void refusalsAreBounded() {
    String owner = "{'apiVersion':'v1','kind':'Pod','name':'p#','uid':'u#','controller':true}";
    List<String> bodies =
        List.of(
            meta("'ownerReferences':[" + each(3000, owner) + "]"),
            meta("'finalizers':[" + each(100_000, "''") + "]"),
            meta("'finalizers':[" + each(100_000, "'#'") + "]"),
            meta("'labels':{'" + "x".repeat(1 << 20) + "':'" + "y".repeat(1 << 20) + "'}"),
            meta("'labels':{" + each(50_000, "'!#':'?#'") + "}"),
            "{'metadata':{'name':'" + "X.".repeat(1 << 20) + "'}}",
            "{'metadata':{'name':'a'},'data':{'" + "/".repeat(1 << 20) + "':'a'}}",
            "{'kind':'" + "k".repeat(1 << 20) + "'}",
            "{'apiVersion':'" + "k".repeat(1 << 20) + "'}");
    for (String body : bodies) {
      refused(() -> cluster.create("configmaps", "ns", body));
    }
    cluster.create("configmaps", "ns", "{'metadata':{'name':'a'}}");
    refused(
        () ->
            cluster.patch(
                cluster.path("configmaps", "ns", "a"),
                MediaType.JSON_PATCH,
                "[{'op':'add','path':'/metadata/finalizers','value':["
                    + each(100_000, "''")
                    + "]}]"));
    for (String op :
        List.of(
            "'op':'" + "o".repeat(1 << 20) + "'",
            "'op':'add','path':'" + "/p".repeat(1 << 20) + "'",
            "'op':'test','path':'/metadata','value':'" + "v".repeat(1 << 20) + "'",
            "'op':'" + "x".repeat(1 << 20) + "','path':1")) {
      refused(
          () ->
              cluster.patch(
                  cluster.path("configmaps", "ns", "a"), MediaType.JSON_PATCH, "[{" + op + "}]"));
    }
    refused(
        () ->
            cluster.update(
                "configmaps",
                "ns",
                "a",
                Cluster.json(
                    meta("'resourceVersion':'" + "9".repeat(1 << 20) + "'")
                        .replace('\'', '"')
                        .getBytes(StandardCharsets.UTF_8))));
    refused(() -> LabelSelector.parse("a in (" + each(10_000, "!#") + ")"));
    refused(() -> FieldSelector.parse("x".repeat(1 << 15)));
    refused(
        () -> WriteOptions.forCreate(Map.of("fieldManager", List.of("\u0001".repeat(1 << 15)))));
    refused(
        () ->
            ListOptions.parse(
                Map.of("limit", List.of("9".repeat(1 << 15))), false, FeatureGates.defaults()));
    refused(() -> cluster.delete("configmaps", "ns", "n".repeat(1 << 15)));
  }

  private static void refused(Runnable request) {
    assertThatThrownBy(request::run)
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> {
              assertThat(e.status().toJson().length).isLessThanOrEqualTo(Status.MAX_BYTES);
              assertThat(e.status().details() == null ? 0 : e.status().details().causes().size())
                  .isLessThanOrEqualTo(100);
            });
  }

  /** Forty copies of a list into itself would make 2^40 elements. */
  @Test
  void copiesThatDoubleAreRefused() {
    cluster.create("configmaps", "ns", "{'metadata':{'name':'a','annotations':{'a':'b'}}}");
    assertThatThrownBy(
            () ->
                cluster.patch(
                    cluster.path("configmaps", "ns", "a"),
                    MediaType.JSON_PATCH,
                    "["
                        + each(
                            40,
                            "{'op':'copy','from':'/metadata/annotations','path':'/metadata/annotations/x#'}")
                        + "]"))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(413));
  }

  @Test
  void anElementThatIsPatchedAgainAndAgainIsRefused() {
    String env = each(20_000, "{'name':'e#','value':'v'}");
    cluster.create("pods", "ns", pod(",'env':[" + env + "]"));
    assertThatThrownBy(
            () ->
                cluster.patch(
                    cluster.path("pods", "ns", "a"),
                    MediaType.STRATEGIC_MERGE_PATCH,
                    "{'spec':{'containers':["
                        + each(40_000, "{'name':'c','env':[{'name':'e','value':'w'}]}")
                        + "]}}"))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(413));
  }

  @Test
  void operationsThatMoveTooMuchAreRefused() {
    String add = "{'op':'add','path':'/metadata/x','value':[" + each(200_000, "0") + "]},";
    cluster.create("configmaps", "ns", "{'metadata':{'name':'a'}}");
    assertThatThrownBy(
            () ->
                cluster.patch(
                    cluster.path("configmaps", "ns", "a"),
                    MediaType.JSON_PATCH,
                    "[" + add + each(9_000, "{'op':'add','path':'/metadata/x/0','value':1}") + "]"))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(413));
  }
}
