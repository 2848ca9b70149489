package dev.rheo.server.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.ApiException;
import dev.rheo.server.verb.write.Cluster;
import dev.rheo.server.verb.write.LiveObjects;
import dev.rheo.store.MemoryRevisionStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServiceAccountAdmissionTest {
  private static final String PATH = "/var/run/secrets/kubernetes.io/serviceaccount";
  private static final String CONTAINER = "{'name':'c','image':'i'}";

  @TempDir private Path directory;
  private Cluster cluster;
  private LiveObjects objects;
  private final AtomicInteger waits = new AtomicInteger();
  private Runnable meanwhile = () -> {};

  @BeforeEach
  void open() {
    ServiceAccountAdmission plugin =
        new ServiceAccountAdmission(
            this::account,
            new Random(1),
            () -> {
              waits.incrementAndGet();
              meanwhile.run();
            });
    cluster = new Cluster(directory, new MemoryRevisionStore(), new Random(1), List.of(plugin));
    objects = new LiveObjects(cluster.store, cluster.cache, cluster.registry);
    cluster.namespace("ns");
    cluster.create(
        "serviceaccounts", "ns", "{'metadata':{'name':'sa'},'imagePullSecrets':[{'name':'pull'}]}");
    cluster.create(
        "serviceaccounts",
        "ns",
        "{'metadata':{'name':'quiet'},'automountServiceAccountToken':false}");
    cluster.create(
        "serviceaccounts",
        "ns",
        "{'metadata':{'name':'strict','annotations':{'kubernetes.io/enforce-mountable-secrets':'true'}},'secrets':[{'name':'ok'}]}");
  }

  @AfterEach
  void close() {
    cluster.close();
  }

  private ObjectNode account(String namespace, String name) {
    return objects.serviceAccount(namespace, name);
  }

  private JsonNode pod(String metadata, String spec) {
    return cluster.create(
        "pods",
        "ns",
        "{'metadata':{'name':'p'"
            + metadata
            + "},'spec':{'containers':["
            + CONTAINER
            + "]"
            + spec
            + "}}");
  }

  private void refused(String metadata, String spec, String why) {
    assertThatThrownBy(() -> pod(metadata, spec))
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> {
              assertThat(e.code()).isEqualTo(403);
              assertThat(e.status().message()).isEqualTo("pods \"p\" is forbidden: " + why);
            });
  }

  @Test
  void aPodGetsATokenAndThePullSecretsOfItsAccount() {
    JsonNode spec = pod("", ",'serviceAccountName':'sa'").path("spec");
    String volume = spec.at("/volumes/0/name").asText();
    assertThat(volume).matches("kube-api-access-[a-z0-9]{5}");
    assertThat(spec.at("/containers/0/volumeMounts").toString())
        .isEqualTo(
            "[{\"name\":\"" + volume + "\",\"readOnly\":true,\"mountPath\":\"" + PATH + "\"}]");
    assertThat(spec.at("/volumes/0/projected").toString())
        .isEqualTo(
            "{\"sources\":[{\"serviceAccountToken\":{\"expirationSeconds\":3607,\"path\":\"token\"}},{\"configMap\":{\"name\":\"kube-root-ca.crt\",\"items\":[{\"key\":\"ca.crt\",\"path\":\"ca.crt\"}]}},{\"downwardAPI\":{\"items\":[{\"path\":\"namespace\",\"fieldRef\":{\"apiVersion\":\"v1\",\"fieldPath\":\"metadata.namespace\"}}]}}],\"defaultMode\":420}");
    assertThat(spec.at("/imagePullSecrets").toString()).isEqualTo("[{\"name\":\"pull\"}]");
    assertThat(spec.at("/serviceAccount").asText()).isEqualTo("sa");
  }

  @Test
  void whatAPodHasStays() {
    JsonNode spec =
        pod(
                "",
                ",'serviceAccountName':'sa','imagePullSecrets':[{'name':'own'}],'volumes':[{'name':'v','emptyDir':{}}],'initContainers':[{'name':'i','image':'i','volumeMounts':[{'name':'v','mountPath':'"
                    + PATH
                    + "'}]}]")
            .path("spec");
    assertThat(spec.at("/initContainers/0/volumeMounts")).hasSize(1);
    assertThat(spec.at("/volumes")).hasSize(2);
    assertThat(spec.at("/imagePullSecrets/0/name").asText()).isEqualTo("own");
    assertThat(spec.at("/imagePullSecrets")).hasSize(1);
  }

  @Test
  void aVolumeOfThatNameIsUsed() {
    JsonNode spec =
        pod(
                "",
                ",'serviceAccountName':'sa','volumes':[{'name':'kube-api-access-mine','emptyDir':{}}]")
            .path("spec");
    assertThat(spec.at("/volumes")).hasSize(1);
    assertThat(spec.at("/containers/0/volumeMounts/0/name").asText())
        .isEqualTo("kube-api-access-mine");
  }

  @ParameterizedTest
  @CsvSource({
    "quiet, '', false",
    "quiet, ',''automountServiceAccountToken'':true', true",
    "sa, ',''automountServiceAccountToken'':false', false",
    "sa, '', true"
  })
  void thePodDecidesThenItsAccount(String account, String spec, boolean mounted) {
    JsonNode pod = pod("", ",'serviceAccountName':'" + account + "'" + spec);
    assertThat(pod.at("/spec/volumes").size()).isEqualTo(mounted ? 1 : 0);
  }

  @Test
  void aPodNeedsAnAccountThatExists() {
    refused(
        "",
        ",'serviceAccountName':'none'",
        "error looking up service account ns/none: serviceaccount \"none\" not found");
    assertThat(waits).as("nobody is going to make it").hasValue(0);
    refused(
        "",
        "",
        "error looking up service account ns/default: serviceaccount \"default\" not found");
    assertThat(waits).hasValue(9);
    meanwhile = () -> cluster.create("serviceaccounts", "ns", "{'metadata':{'name':'default'}}");
    assertThat(pod("", "").at("/spec/serviceAccountName").asText()).isEqualTo("default");
    assertThat(waits).as("a controller makes it").hasValue(10);
  }

  @Test
  void aRefusalNamesWhatIsToBeNamed() {
    assertThatThrownBy(
            () ->
                cluster.create(
                    "pods",
                    "ns",
                    "{'metadata':{'generateName':'g-'},'spec':{'serviceAccountName':'none','containers':["
                        + CONTAINER
                        + "]}}"))
        .hasMessageStartingWith("pods \"g-\" is forbidden: error looking up");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        ",'serviceAccountName':'sa' | a mirror pod may not reference service accounts",
        ",'volumes':[{'name':'v','secret':{'secretName':'x'}}] | a mirror pod may not reference secrets",
        ",'imagePullSecrets':[{'name':'x'}] | a mirror pod may not reference secrets",
        ",'volumes':[{'name':'v','csi':{'driver':'d','nodePublishSecretRef':{'name':'x'}}}] | a mirror pod may not reference secrets",
        ",'volumes':[{'name':'v','projected':{'sources':[{'serviceAccountToken':{'path':'x'}}]}}] | a mirror pod may not use ServiceAccountToken volume projections"
      })
  void whatAMirrorPodMayNotHave(String spec, String why) {
    refused(",'annotations':{'kubernetes.io/config.mirror':'x'}", spec, why);
  }

  @Test
  void aMirrorPodGetsNothing() {
    JsonNode spec =
        pod(",'annotations':{'kubernetes.io/config.mirror':'x'}", ",'nodeName':'n'").path("spec");
    List<String> fields = new ArrayList<>();
    spec.fieldNames().forEachRemaining(fields::add);
    assertThat(fields).doesNotContain("serviceAccountName", "serviceAccount", "volumes");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        ",'volumes':[{'name':'v','secret':{'secretName':'x'}}] | volume with secret.secretName=\"x\" is not allowed because service account strict does not reference that secret",
        ",'imagePullSecrets':[{'name':'x'}] | imagePullSecrets[0].name=\"x\" is not allowed because service account strict does not reference that imagePullSecret",
        ",'initContainers':[{'name':'i','image':'i','envFrom':[{'secretRef':{'name':'x'}}]}] | init container i with envFrom referencing secret.secretName=\"x\" is not allowed because service account strict does not reference that secret",
        ",'initContainers':[{'name':'i','image':'i','env':[{'name':'E','valueFrom':{'secretKeyRef':{'name':'x','key':'k'}}}]}] | init container i with envVar E referencing secret.secretName=\"x\" is not allowed because service account strict does not reference that secret"
      })
  void anAccountMayLimitTheSecretsOfItsPods(String spec, String why) {
    refused("", ",'serviceAccountName':'strict'" + spec, why);
    assertThat(
            pod(
                    "",
                    ",'serviceAccountName':'strict','volumes':[{'name':'v','secret':{'secretName':'ok'}}]")
                .has("spec"))
        .isTrue();
  }
}
