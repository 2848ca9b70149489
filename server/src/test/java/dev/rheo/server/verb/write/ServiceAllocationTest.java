package dev.rheo.server.verb.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.options.WriteOptions;
import dev.rheo.api.status.ApiException;
import dev.rheo.codec.protobuf.ProtobufCodec;
import dev.rheo.server.allocation.PortRange;
import dev.rheo.server.allocation.PortRecord;
import dev.rheo.server.allocation.ServiceNetwork;
import dev.rheo.store.MemoryRevisionStore;
import dev.rheo.store.RevisionStore;
import dev.rheo.store.RevisionStore.Op;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Cluster IPs and node ports, taken and given back by the commits of Services. */
@Timeout(120)
class ServiceAllocationTest {
  @TempDir Path spool;
  private Cluster cluster;

  private Cluster start(String ranges, String ports) {
    cluster =
        new Cluster(
            spool.resolve("a"),
            new MemoryRevisionStore(),
            new Random(1),
            new ServiceNetwork(ServiceNetwork.parseRanges(ranges), PortRange.parse(ports)));
    cluster.namespace("ns");
    cluster.settle();
    return cluster;
  }

  @AfterEach
  void close() {
    if (cluster != null) {
      cluster.close();
    }
  }

  private JsonNode create(String name, String spec) {
    return cluster.create("services", "ns", service(name, spec)).get("spec");
  }

  private static String service(String name, String spec) {
    return "{'metadata':{'name':'%s'},'spec':{%s}}".formatted(name, spec);
  }

  private JsonNode update(String name, Consumer<ObjectNode> change) {
    ObjectNode service = (ObjectNode) cluster.stored("services", "ns", name);
    ((ObjectNode) service.get("metadata")).remove("resourceVersion");
    change.accept((ObjectNode) service.get("spec"));
    return cluster.update("services", "ns", name, service).get("spec");
  }

  private void delete(String name) {
    cluster.delete("services", "ns", name);
  }

  private String refusal(int code, Runnable write) {
    ApiException refused = catchThrowableOfType(ApiException.class, write::run);
    assertThat(refused).as("a refusal").isNotNull();
    assertThat(refused.code()).as(refused.getMessage()).isEqualTo(code);
    return String.valueOf(refused.getMessage());
  }

  /** The names of the IPAddresses and the recorded ports, by Service. */
  private Map<String, Set<String>> held() {
    return held(cluster.store);
  }

  private static Map<String, Set<String>> held(RevisionStore store) {
    Map<String, Set<String>> held = new TreeMap<>();
    try (RevisionStore.RangeCursor cursor = store.range("/registry/", "/registry0", 0)) {
      for (var value = cursor.next(); value != null; value = cursor.next()) {
        if (value.key().startsWith("/registry/ipaddresses/")) {
          JsonNode address = Cluster.json(value.value());
          held.computeIfAbsent(address.at("/spec/parentRef/name").asText(), _ -> new TreeSet<>())
              .add(address.at("/metadata/name").asText());
        } else if (value.key().startsWith(PortRecord.PREFIX)) {
          held.computeIfAbsent(PortRecord.parse(value.value()).name(), _ -> new TreeSet<>())
              .add(Integer.toString(PortRecord.port(value.key())));
        }
      }
    } catch (Exception e) {
      throw new AssertionError(e);
    }
    return held;
  }

  @Test
  void aServiceGetsAnAddressAndItsObject() {
    start("10.0.0.0/24", "30000-32767");
    JsonNode spec = create("a", "'ports':[{'port':80}]");
    String address = spec.get("clusterIP").asText();
    assertThat(address).startsWith("10.0.0.");
    // Of the upper part.
    assertThat(Integer.parseInt(address.substring(7))).isBetween(17, 254);
    assertThat(spec.get("clusterIPs")).hasSize(1);
    assertThat(spec.get("ipFamilies").toString()).isEqualTo("[\"IPv4\"]");
    assertThat(spec.get("ipFamilyPolicy").asText()).isEqualTo("SingleStack");
    JsonNode object = cluster.stored("networking.k8s.io/v1/ipaddresses", "", address);
    assertThat(object.at("/metadata/labels/ipaddress.kubernetes.io~1ip-family").asText())
        .isEqualTo("IPv4");
    assertThat(object.at("/metadata/labels/ipaddress.kubernetes.io~1managed-by").asText())
        .isEqualTo("ipallocator.k8s.io");
    assertThat(object.at("/spec/parentRef").toString())
        .isEqualTo("{\"resource\":\"services\",\"namespace\":\"ns\",\"name\":\"a\"}");
    assertThat(object.at("/metadata/uid").asText()).isNotEmpty();
    delete("a");
    assertThat(held()).isEmpty();
  }

  private static final String BITMAP = "/registry/ranges/servicenodeports";

  private static byte[] bitmap(int... bits) {
    BigInteger data = BigInteger.ZERO;
    for (int bit : bits) {
      data = data.setBit(bit);
    }
    byte[] bytes = data.toByteArray();
    bytes = bytes[0] == 0 ? Arrays.copyOfRange(bytes, 1, bytes.length) : bytes;
    return ProtobufCodec.builtIn()
        .toProtobuf(
            ("{\"kind\":\"RangeAllocation\",\"apiVersion\":\"v1\",\"metadata\":{},\"range\":\"30000-30127\",\"data\":\""
                    + Base64.getEncoder().encodeToString(bytes)
                    + "\"}")
                .getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void kubeApiserversBitmapOfPortsIsReadAndKept() throws Exception {
    start("10.0.0.0/24", "30000-30127");
    String ports = "'type':'NodePort','ports':[{'port':80,'nodePort':%d}]";
    create("before", ports.formatted(30005));
    // Only a kube-apiserver makes it.
    assertThat(cluster.store.get(BITMAP, 0)).isNull();
    cluster.store.commit(List.of(new Op.Put(BITMAP, bitmap(0, 5, 100, 127), Op.ABSENT)));

    assertThat(refusal(422, () -> create("a", ports.formatted(30100))))
        .contains("provided port is already allocated");
    create("a", ports.formatted(30001));
    assertThat(cluster.store.get(BITMAP, 0).value()).isEqualTo(bitmap(0, 1, 5, 100, 127));
    update("a", spec -> ((ObjectNode) spec.at("/ports/0")).put("nodePort", 30126));
    assertThat(cluster.store.get(BITMAP, 0).value()).isEqualTo(bitmap(0, 5, 100, 126, 127));
    long before = cluster.store.get(BITMAP, 0).modRevision();
    update("a", spec -> spec.put("externalTrafficPolicy", "Local"));
    assertThat(cluster.store.get(BITMAP, 0).modRevision()).isEqualTo(before);
    delete("a");
    delete("before");
    assertThat(cluster.store.get(BITMAP, 0).value()).isEqualTo(bitmap(0, 100, 127));

    Set<Integer> given = new HashSet<>();
    for (int i = 0; i < 125; i++) {
      given.add(
          create("s" + i, "'type':'NodePort','ports':[{'port':80}]")
              .at("/ports/0/nodePort")
              .asInt());
    }
    assertThat(given).hasSize(125).doesNotContain(30000, 30100, 30127);
    assertThat(refusal(500, () -> create("full", "'type':'NodePort','ports':[{'port':80}]")))
        .contains("range is full");
  }

  @Test
  void addressesThatClientsChooseAreTheirsIfFree() {
    start("10.0.0.0/24", "30000-32767");
    assertThat(create("a", "'clusterIP':'10.0.0.10','ports':[{'port':80}]").get("clusterIPs"))
        .hasSize(1);
    assertThat(refusal(422, () -> create("b", "'clusterIP':'10.0.0.10','ports':[{'port':80}]")))
        .isEqualTo(
            "Service \"b\" is invalid: spec.clusterIPs: Invalid value: [\"10.0.0.10\"]: failed to"
                + " allocate IP 10.0.0.10: provided IP is already allocated");
    assertThat(refusal(422, () -> create("b", "'clusterIP':'10.0.1.10','ports':[{'port':80}]")))
        .isEqualTo(
            "Service \"b\" is invalid: spec.clusterIPs: Invalid value: [\"10.0.1.10\"]: failed to"
                + " allocate IP 10.0.1.10: the provided network does not match the current range");
    // As upstream, the address is refused before the name.
    assertThat(refusal(422, () -> create("a", "'clusterIP':'10.0.0.10','ports':[{'port':80}]")))
        .contains("already allocated");
    assertThat(refusal(422, () -> create("b", "'clusterIP':'10.0.0.300','ports':[{'port':80}]")))
        .contains("spec.clusterIPs[0]: Invalid value: \"10.0.0.300\": must be a valid IP address");
    delete("a");
    create("b", "'clusterIP':'10.0.0.10','ports':[{'port':80}]");
    assertThat(held()).isEqualTo(Map.of("b", Set.of("10.0.0.10")));
  }

  @Test
  void aFullRangeIsToldAndUsedAgain() {
    start("10.0.0.0/29", "30000-30003");
    Set<String> given = new HashSet<>();
    for (int i = 0; i < 6; i++) {
      given.add(create("s" + i, "'ports':[{'port':80}]").get("clusterIP").asText());
    }
    assertThat(given).hasSize(6);
    assertThat(refusal(500, () -> create("x", "'ports':[{'port':80}]")))
        .isEqualTo(
            "Internal error occurred: failed to allocate a serviceIP for Service \"x\": range is"
                + " full");
    delete("s3");
    create("x", "'ports':[{'port':80}]");
    // A further range is usable once it is there.
    cluster.create(
        "networking.k8s.io/v1/servicecidrs",
        "",
        "{'metadata':{'name':'more'},'spec':{'cidrs':['10.9.0.0/30']}}");
    assertThat(create("y", "'ports':[{'port':80}]").get("clusterIP").asText())
        .startsWith("10.9.0.");
    cluster.patch(
        cluster.path("networking.k8s.io/v1/servicecidrs", "", "more", "status"),
        "application/merge-patch+json",
        "{'status':{'conditions':[{'type':'Ready','status':'False','reason':'x','message':'',"
            + "'lastTransitionTime':'2026-01-01T00:00:00Z'}]}}");
    refusal(500, () -> create("z", "'ports':[{'port':80}]"));
  }

  @Test
  void theLowerPartIsUsedWhenTheUpperIsFull() {
    start("10.0.0.0/27", "30000-30003");
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      String address = create("s" + i, "'ports':[{'port':80}]").get("clusterIP").asText();
      order.add(Integer.parseInt(address.substring(address.lastIndexOf('.') + 1)));
    }
    assertThat(order.subList(0, 14)).allMatch(n -> n >= 17);
    assertThat(order.subList(14, 30)).allMatch(n -> n <= 16);
    assertThat(new HashSet<>(order)).hasSize(30);
  }

  @Test
  void manyTakenAddressesAreSkippedByABitmap() {
    start("10.0.0.0/23", "30000-32767");
    Set<String> given = new HashSet<>();
    for (int i = 0; i < 510; i++) {
      given.add(create("s" + i, "'ports':[{'port':80}]").get("clusterIP").asText());
    }
    assertThat(given).hasSize(510);
    refusal(500, () -> create("x", "'ports':[{'port':80}]"));
  }

  @Test
  void dualStack() {
    start("10.0.0.0/24,fd00::/112", "30000-32767");
    JsonNode both = create("a", "'ipFamilyPolicy':'RequireDualStack','ports':[{'port':80}]");
    assertThat(both.get("ipFamilies").toString()).isEqualTo("[\"IPv4\",\"IPv6\"]");
    assertThat(both.at("/clusterIPs/1").asText()).startsWith("fd00::");
    assertThat(held().get("a")).hasSize(2);
    JsonNode six = create("b", "'ipFamilies':['IPv6'],'ports':[{'port':80}]");
    assertThat(six.get("clusterIP").asText()).startsWith("fd00::");
    // Downgraded: the second address is given back.
    JsonNode one = update("a", spec -> spec.put("ipFamilyPolicy", "SingleStack"));
    assertThat(one.get("clusterIPs")).hasSize(1);
    assertThat(one.get("clusterIP")).isEqualTo(both.get("clusterIP"));
    assertThat(held().get("a")).containsExactly(both.get("clusterIP").asText());
    // Upgraded again.
    JsonNode again = update("a", spec -> spec.put("ipFamilyPolicy", "PreferDualStack"));
    assertThat(again.get("clusterIPs")).hasSize(2);
    assertThat(held().get("a")).hasSize(2);
    assertThat(refusal(422, () -> update("a", spec -> spec.putArray("ipFamilies").add("IPv4"))))
        .contains("must be 'SingleStack' to release the secondary IP family");
    JsonNode chosen =
        create(
            "c",
            "'clusterIP':'fd00::5','clusterIPs':['fd00::5','10.0.0.5'],"
                + "'ipFamilyPolicy':'PreferDualStack','ports':[{'port':80}]");
    assertThat(chosen.get("ipFamilies").toString()).isEqualTo("[\"IPv6\",\"IPv4\"]");
    JsonNode headless = create("d", "'clusterIP':'None'");
    assertThat(headless.get("ipFamilies")).hasSize(2);
    assertThat(held()).doesNotContainKey("d");
  }

  @Test
  void aSingleStackClusterRefusesTwoFamilies() {
    start("10.0.0.0/24", "30000-32767");
    assertThat(
            refusal(
                422, () -> create("a", "'ipFamilyPolicy':'RequireDualStack','ports':[{'port':1}]")))
        .isEqualTo(
            "Service \"a\" is invalid: spec.ipFamilyPolicy: Invalid value: \"RequireDualStack\":"
                + " this cluster is not configured for dual-stack services");
    assertThat(refusal(422, () -> create("a", "'ipFamilies':['IPv6'],'ports':[{'port':1}]")))
        .isEqualTo(
            "Service \"a\" is invalid: spec.ipFamilies[0]: Invalid value: \"IPv6\": not configured"
                + " on this cluster");
    assertThat(refusal(422, () -> create("a", "'clusterIP':'fd00::1','ports':[{'port':1}]")))
        .contains("spec.clusterIPs[0]: Invalid value: [\"fd00::1\"]: IPv6 is not configured");
    JsonNode headless = create("h", "'clusterIP':'None'");
    assertThat(headless.get("ipFamilyPolicy").asText()).isEqualTo("RequireDualStack");
    assertThat(headless.get("ipFamilies").toString()).isEqualTo("[\"IPv4\",\"IPv6\"]");
    JsonNode selecting = create("i", "'clusterIP':'None','selector':{'a':'b'}");
    assertThat(selecting.get("ipFamilyPolicy").asText()).isEqualTo("SingleStack");
    assertThat(
            create("p", "'ipFamilyPolicy':'PreferDualStack','ports':[{'port':1}]")
                .get("ipFamilies"))
        .hasSize(1);
  }

  @Test
  void nodePortsAreSharedByProtocols() {
    start("10.0.0.0/24", "30000-32767");
    JsonNode spec =
        create(
            "a",
            "'type':'NodePort','ports':[{'name':'t','port':53,'protocol':'TCP'},"
                + "{'name':'u','port':53,'protocol':'UDP'},{'name':'x','port':54}]");
    int shared = spec.at("/ports/0/nodePort").asInt();
    assertThat(shared).isBetween(30_086, 32_767);
    assertThat(spec.at("/ports/1/nodePort").asInt()).isEqualTo(shared);
    assertThat(spec.at("/ports/2/nodePort").asInt()).isNotEqualTo(shared).isPositive();
    assertThat(
            refusal(
                422,
                () ->
                    create(
                        "b", "'type':'NodePort','ports':[{'port':1,'nodePort':" + shared + "}]")))
        .isEqualTo(
            "Service \"b\" is invalid: spec.ports[0].nodePort: Invalid value: "
                + shared
                + ": provided port is already allocated");
    assertThat(
            refusal(422, () -> create("b", "'type':'NodePort','ports':[{'port':1,'nodePort':80}]")))
        .contains(
            "Invalid value: 80: provided port is not in the valid range. The range of valid ports"
                + " is 30000-32767");
    // An update without node ports keeps them.
    JsonNode kept =
        update("a", s -> s.get("ports").forEach(port -> ((ObjectNode) port).remove("nodePort")));
    assertThat(kept.get("ports")).isEqualTo(spec.get("ports"));
    // Another type gives them back.
    update(
        "a",
        s -> {
          s.put("type", "ClusterIP");
          s.remove("externalTrafficPolicy");
        });
    assertThat(held().get("a")).hasSize(1);
    create("b", "'type':'NodePort','ports':[{'port':1,'nodePort':" + shared + "}]");
    delete("b");
    assertThat(held()).doesNotContainKey("b");
  }

  @Test
  void loadBalancers() {
    start("10.0.0.0/24", "30000-32767");
    JsonNode local =
        create("a", "'type':'LoadBalancer','externalTrafficPolicy':'Local','ports':[{'port':80}]");
    assertThat(local.get("healthCheckNodePort").asInt()).isPositive();
    assertThat(held().get("a")).hasSize(3);
    JsonNode none =
        create(
            "b",
            "'type':'LoadBalancer','allocateLoadBalancerNodePorts':false,'ports':[{'port':80}]");
    assertThat(none.at("/ports/0").has("nodePort")).isFalse();
    assertThat(held().get("b")).hasSize(1);
    JsonNode cluster = update("a", spec -> spec.put("externalTrafficPolicy", "Cluster"));
    assertThat(cluster.has("healthCheckNodePort")).isFalse();
    assertThat(held().get("a")).hasSize(2);
    update("a", spec -> spec.put("externalTrafficPolicy", "Local"));
    assertThat(held().get("a")).hasSize(3);
    int check = local.get("healthCheckNodePort").asInt();
    create(
        "c",
        "'type':'LoadBalancer','externalTrafficPolicy':'Local','healthCheckNodePort':31234,"
            + "'ports':[{'port':80}]");
    assertThat(
            refusal(
                500,
                () ->
                    create(
                        "d",
                        "'type':'LoadBalancer','externalTrafficPolicy':'Local',"
                            + "'healthCheckNodePort':31234,'ports':[{'port':80}]")))
        .isEqualTo(
            "Internal error occurred: failed to allocate requested HealthCheck NodePort 31234:"
                + " provided port is already allocated");
    assertThat(check).isNotEqualTo(31_234);
  }

  @Test
  void externalNames() {
    start("10.0.0.0/24", "30000-32767");
    create("a", "'type':'NodePort','ports':[{'port':80}]");
    JsonNode external =
        update(
            "a",
            spec -> {
              spec.put("type", "ExternalName").put("externalName", "example.org");
              spec.remove(List.of("internalTrafficPolicy", "externalTrafficPolicy"));
            });
    assertThat(external.has("clusterIP")).isFalse();
    assertThat(external.has("ipFamilies")).isFalse();
    assertThat(held()).isEmpty();
    JsonNode back =
        update(
            "a",
            spec -> {
              spec.put("type", "ClusterIP");
              spec.remove("externalName");
            });
    assertThat(held().get("a")).containsExactly(back.get("clusterIP").asText());
  }

  @Test
  void aDryRunTakesNothing() {
    start("10.0.0.0/24", "30000-32767");
    JsonNode shown =
        Cluster.json(
                cluster.writes.create(
                    cluster.path("services", "ns", ""),
                    Cluster.body(
                        service(
                            "a",
                            "'type':'NodePort','ports':[{'port':1},{'port':2,'name':'x'}]"
                                .replace("{'port':1}", "{'port':1,'name':'y'}"))),
                    WriteOptions.forCreate(Map.of("dryRun", List.of("All"))),
                    Cluster.USER))
            .get("spec");
    assertThat(shown.get("clusterIP").asText()).isEqualTo("10.0.0.0");
    assertThat(shown.at("/ports/0/nodePort").asInt()).isEqualTo(32_769);
    assertThat(shown.at("/ports/1/nodePort").asInt()).isEqualTo(32_770);
    assertThat(held()).isEmpty();
  }

  @Test
  void endpointsGoWithTheirService() {
    start("10.0.0.0/24", "30000-32767");
    create("a", "'ports':[{'port':80}]");
    cluster.create("endpoints", "ns", "{'metadata':{'name':'a'}}");
    delete("a");
    assertThat(cluster.stored("endpoints", "ns", "a")).isNull();
  }

  @Test
  void aServiceWithFinalizersKeepsItsAddressUntilItIsGone() {
    start("10.0.0.0/24", "30000-32767");
    cluster.create(
        "services",
        "ns",
        "{'metadata':{'name':'a','finalizers':['x.io/y']},'spec':{'ports':[{'port':80}]}}");
    delete("a");
    assertThat(held()).containsKey("a");
    cluster.patch(
        cluster.path("services", "ns", "a"),
        "application/merge-patch+json",
        "{'metadata':{'finalizers':null}}");
    assertThat(held()).isEmpty();
  }

  @Test
  void concurrentWritersNeverGetTheSame() throws Exception {
    start("10.0.0.0/25", "30000-30255");
    // Two servers on one store, in small ranges, and most Services are deleted again.
    Cluster second =
        new Cluster(
            spool.resolve("b"),
            cluster.store,
            new Random(2),
            new ServiceNetwork(
                ServiceNetwork.parseRanges("10.0.0.0/25"), PortRange.parse("30000-30255")));
    List<Cluster> servers = List.of(cluster, second);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> writers = new ArrayList<>();
      for (int i = 0; i < 24; i++) {
        int writer = i;
        Cluster server = servers.get(i % 2);
        writers.add(
            threads.submit(
                () -> {
                  for (int j = 0; j < 8; j++) {
                    String name = "s" + writer + "-" + j;
                    server.create(
                        "services", "ns", service(name, "'type':'NodePort','ports':[{'port':80}]"));
                    if (j % 2 == 0) {
                      server.delete("services", "ns", name);
                    }
                  }
                }));
      }
      for (Future<?> writer : writers) {
        writer.get();
      }
    }
    Map<String, Set<String>> held = held();
    assertThat(held).hasSize(96);
    Set<String> all = new HashSet<>();
    held.forEach(
        (name, values) -> {
          JsonNode spec = cluster.stored("services", "ns", name).get("spec");
          assertThat(values)
              .containsExactlyInAnyOrder(
                  spec.get("clusterIP").asText(), spec.at("/ports/0/nodePort").asText());
          values.forEach(value -> assertThat(all.add(value)).as(value).isTrue());
        });
    second.cache.close();
  }

  @Test
  void repairMakesRecordsAgreeWithServices() throws Exception {
    start("10.0.0.0/24", "30000-32767");
    String address =
        create("a", "'type':'NodePort','ports':[{'port':80}]").get("clusterIP").asText();
    create("b", "'ports':[{'port':80}]");
    Map<String, Set<String>> before = held();
    String bKey = cluster.path("services", "ns", "b").key();
    // An IPAddress is deleted, a Service vanishes without its own, a port leaks.
    cluster.store.commit(
        List.of(
            new Op.Delete("/registry/ipaddresses/" + address, Op.ANY),
            new Op.Delete(bKey, Op.ANY),
            new Op.Put(PortRecord.key(30_500), new PortRecord("ns", "a").toBytes(), Op.ABSENT)));
    cluster.writes.repair().run();
    assertThat(held()).isEqualTo(Map.of("a", before.get("a")));
    long revision = cluster.revision();
    cluster.writes.repair().run();
    assertThat(cluster.revision()).isEqualTo(revision);
  }

  @Test
  void repairGivesServicesOfEarlierReleasesAnAddress() throws Exception {
    start("10.0.0.0/24", "30000-32767");
    create("a", "'ports':[{'port':80}]");
    ObjectNode old = (ObjectNode) cluster.stored("services", "ns", "a");
    ((ObjectNode) old.get("spec")).remove(List.of("clusterIP", "clusterIPs"));
    String key = cluster.path("services", "ns", "a").key();
    String address = held().get("a").iterator().next();
    cluster.store.commit(
        List.of(
            new Op.Put(key, old.toString().getBytes(StandardCharsets.UTF_8), Op.ANY),
            new Op.Delete("/registry/ipaddresses/" + address, Op.ANY)));
    cluster.settle();
    cluster.writes.repair().run();
    String given = cluster.stored("services", "ns", "a").at("/spec/clusterIP").asText();
    assertThat(given).startsWith("10.0.0.");
    assertThat(held()).isEqualTo(Map.of("a", Set.of(given)));
  }
}
