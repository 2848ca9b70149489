package dev.rheo.junit;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** How long a server is used, and what is given to whom. */
class ScopesTest {

  @Nested
  @RheoServer(scope = RheoServer.Scope.METHOD, manifests = "crds/widgets.yaml")
  class PerMethod {
    private static final List<RheoApiServer> SEEN = new ArrayList<>();

    private RheoApiServer server;
    private KubernetesClient client;

    @RepeatedTest(3)
    void eachHasItsOwn(RheoApiServer parameter) {
      assertThat(parameter).isSameAs(server);
      assertThat(SEEN).doesNotContain(server).allMatch(other -> !other.isRunning());
      SEEN.add(server);
      assertThat(client.configMaps().inNamespace("default").list().getItems())
          .noneMatch(map -> map.getMetadata().getName().equals("mark"));
      server.apply("mark.yaml");
      assertThat(client.configMaps().inNamespace("default").withName("mark").get()).isNotNull();
    }
  }

  @Nested
  @RheoServer(scope = RheoServer.Scope.METHOD)
  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  class PerMethodOnOneInstance {
    private RheoApiServer server;
    private @Nullable Object last;

    @RepeatedTest(2)
    void fieldsAreGivenAgain() {
      assertThat(server.isRunning()).isTrue();
      assertThat(server).isNotSameAs(last);
      last = server;
    }
  }

  @Nested
  @RheoServer
  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  class PerClassOnOneInstance {
    private KubernetesClient client;
    private @TestNamespace String namespace;
    private @Nullable Object last;
    private @Nullable String lastNamespace;

    @RepeatedTest(2)
    void fieldsAreGivenOnce(@TestNamespace String ofTest) {
      assertThat(client.namespaces().withName(namespace).get()).isNotNull();
      assertThat(ofTest).isNotEqualTo(namespace);
      assertThat(last == null || last == client).isTrue();
      assertThat(lastNamespace == null || lastNamespace.equals(namespace)).isTrue();
      last = client;
      lastNamespace = namespace;
    }
  }

  @Nested
  @RheoServer
  class PerClass {
    private static final List<String> NAMESPACES = new ArrayList<>();

    private KubernetesClient client;
    private @TestNamespace String namespace;
    private @Kubeconfig String kept = "its own";

    @AfterEach
    void remember() {
      NAMESPACES.add(namespace);
    }

    @RepeatedTest(2)
    void aNamespaceEndsWithItsTest() {
      assertThat(NAMESPACES).doesNotContain(namespace);
      for (String before : NAMESPACES) {
        dev.rheo.testing.Await.until(
            "the namespace of another test is gone",
            () -> client.namespaces().withName(before).get() == null);
      }
    }

    @Test
    void aFieldKeepsItsValue() {
      assertThat(kept).isEqualTo("its own");
    }
  }

  private static final List<RheoApiServer> RUNNING = new ArrayList<>();

  private static void isShared(RheoApiServer server) {
    assertThat(RUNNING).allMatch(other -> other == server);
    RUNNING.add(server);
  }

  @Nested
  @RheoServer(scope = RheoServer.Scope.RUN)
  class Shared {
    @Test
    void hasTheServerOfTheRun(RheoApiServer server) {
      isShared(server);
    }
  }

  @Nested
  @RheoServer(scope = RheoServer.Scope.RUN, manifests = "mark.yaml")
  class SharedToo {
    @Test
    void hasTheServerOfTheRunWithItsManifests(RheoApiServer server, KubernetesClient client) {
      isShared(server);
      assertThat(client.configMaps().inNamespace("default").withName("mark").get()).isNotNull();
    }
  }

  @Nested
  @RheoServer(scope = RheoServer.Scope.RUN, featureGates = "WatchList=false")
  class SharedWithOtherOptions {
    @Test
    void hasAServerOfItsOwn(RheoApiServer server) {
      assertThat(RUNNING).doesNotContain(server);
    }
  }
}
