package dev.rheo.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.rheo.junit.fault.Fault;
import dev.rheo.junit.fault.Faults;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/** Tests that run at once, on one server and on several. */
class ParallelTest {

  /** What each test does: it sees its own object, and nothing of another test. */
  private static void use(KubernetesClient client, String namespace, Faults faults) {
    Fault mine = faults.onList("configmaps").inNamespace(namespace).conflict().times(1);
    ConfigMap map = new ConfigMapBuilder().withNewMetadata().withName("a").endMetadata().build();
    client.resource(map).create();
    org.assertj.core.api.Assertions.assertThatThrownBy(() -> client.configMaps().list())
        .hasMessageContaining("has been modified");
    assertThat(client.configMaps().list().getItems()).hasSize(1);
    assertThat(mine.fired()).isEqualTo(1);
  }

  @RheoServer
  static class OneForAll {
    @RepeatedTest(8)
    void used(
        @TestNamespace KubernetesClient client, @TestNamespace String namespace, Faults faults) {
      use(client, namespace, faults);
    }
  }

  @RheoServer(scope = RheoServer.Scope.METHOD)
  static class OneForEach {
    @TestNamespace KubernetesClient client;
    @TestNamespace String namespace;
    Faults faults;

    @RepeatedTest(4)
    void used() {
      use(client, namespace, faults);
    }
  }

  @RheoServer(scope = RheoServer.Scope.RUN)
  static class OneForTheRun {
    @RepeatedTest(4)
    void used(
        @TestNamespace KubernetesClient client, @TestNamespace String namespace, Faults faults) {
      use(client, namespace, faults);
    }
  }

  @RheoServer(scope = RheoServer.Scope.RUN, manifests = "mark.yaml")
  static class TheSame {
    @RepeatedTest(4)
    void used(
        @TestNamespace KubernetesClient client, @TestNamespace String namespace, Faults faults) {
      use(client, namespace, faults);
    }
  }

  @Test
  void testsThatRunAtOnceDoNotDisturbOneAnother() {
    LauncherDiscoveryRequest run =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(
                selectClass(OneForAll.class),
                selectClass(OneForEach.class),
                selectClass(OneForTheRun.class),
                selectClass(TheSame.class))
            .configurationParameter("junit.jupiter.execution.parallel.enabled", "true")
            .configurationParameter("junit.jupiter.execution.parallel.mode.default", "concurrent")
            .configurationParameter(
                "junit.jupiter.execution.parallel.mode.classes.default", "concurrent")
            .configurationParameter("junit.jupiter.execution.parallel.config.strategy", "fixed")
            .configurationParameter(
                "junit.jupiter.execution.parallel.config.fixed.parallelism", "4")
            .build();
    SummaryGeneratingListener summary = new SummaryGeneratingListener();
    LauncherFactory.create().execute(run, summary);
    StringWriter failures = new StringWriter();
    summary.getSummary().printFailuresTo(new PrintWriter(failures, true));
    assertThat(summary.getSummary().getTotalFailureCount()).as(failures.toString()).isZero();
    assertThat(summary.getSummary().getTestsSucceededCount()).isEqualTo(20);
  }
}
