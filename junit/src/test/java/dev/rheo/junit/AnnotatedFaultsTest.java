package dev.rheo.junit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.junit.fault.Fault;
import dev.rheo.junit.fault.Faults;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** Faults by annotation: in force for the test, and for no other. */
@RheoServer
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@WithFault(value = WithFault.Kind.INTERNAL_ERROR, resource = "secrets", times = 1)
class AnnotatedFaultsTest {

  private Faults faults;
  private @TestNamespace KubernetesClient client;

  @Test
  @Order(1)
  @WithFault(value = WithFault.Kind.CONFLICT, resource = "configmaps", times = 1)
  void theUpdateIsAConflict() {
    ConfigMap map =
        client
            .resource(new ConfigMapBuilder().withNewMetadata().withName("a").endMetadata().build())
            .create();
    Assertions.assertThatThrownBy(() -> client.resource(map).update())
        .isInstanceOfSatisfying(
            KubernetesClientException.class, e -> assertThat(e.getCode()).isEqualTo(409));
    assertThat(faults.active()).extracting(Fault::fired).containsExactly(0L, 1L);
    client.resource(map).update();
    // Not by annotation; it ends with the test all the same.
    faults.onList("*").internalError();
  }

  @Test
  @Order(2)
  void onlyThoseOfTheClassAreLeft() {
    assertThat(faults.active())
        .singleElement()
        .hasToString("requests: refused with 500")
        .extracting(Fault::fired)
        .isEqualTo(0L);
  }

  @Test
  @Order(3)
  @WithFault(WithFault.Kind.CUT_WATCH)
  @WithFault(value = WithFault.Kind.CUT_INITIAL_EVENTS, after = 1)
  @WithFault(value = WithFault.Kind.CUT_AT_BYTE, after = 100)
  @WithFault(WithFault.Kind.END_WATCH)
  @WithFault(WithFault.Kind.STALL_WATCH)
  @WithFault(WithFault.Kind.EXPIRE_WATCH)
  @WithFault(WithFault.Kind.EXPIRE_HISTORY)
  @WithFault(value = WithFault.Kind.DELAY, millis = 50)
  @WithFault(WithFault.Kind.STALL)
  @WithFault(WithFault.Kind.CUT_DUPLICATE_WATCHES)
  @WithFault(WithFault.Kind.IGNORE_WATCH_LISTS)
  @WithFault(WithFault.Kind.REFUSE_WATCH_LISTS)
  @WithFault(WithFault.Kind.REFUSE_MATCHED_WATCHES)
  @WithFault(WithFault.Kind.NO_END_BOOKMARK)
  @WithFault(value = WithFault.Kind.TOO_MANY_REQUESTS, millis = 2000)
  @WithFault(WithFault.Kind.UNAVAILABLE)
  void eachKindIsPutInForce() {
    assertThat(faults.active())
        .extracting(Fault::toString)
        .containsExactly(
            "requests: refused with 500",
            "watches of *: cut after 0 events",
            "watches of *: cut after 1 initial events",
            "requests: cut at byte 100",
            "watches of *: ended after 0 events",
            "watches of *: stalled after 0 events",
            "watches of *: expired after 0 events",
            "requests: delayed by PT0.05S",
            "requests: not answered",
            "watches of *: cut as a second one",
            "watches of *: taken for a plain watch",
            "watches of *: refused as a watch list",
            "watches of *: refused for its resourceVersionMatch",
            "watches of *: without the end bookmark",
            "requests: refused with 429",
            "requests: refused with 503");
  }

  @Nested
  @WithFault(value = WithFault.Kind.INTERNAL_ERROR, resource = "pods")
  class Inner {
    @Test
    void hasThoseAroundItToo() {
      assertThat(faults.active()).hasSize(2);
    }
  }
}
