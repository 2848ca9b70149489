package dev.rheo.server.controller;

import static dev.rheo.server.controller.Controllers.GARBAGE_COLLECTOR;
import static dev.rheo.server.controller.Controllers.NAMESPACE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ControllersTest {
  @Test
  void areSwitchedOnAndOff() {
    assertThat(Controllers.parse("*")).containsExactly(NAMESPACE, GARBAGE_COLLECTOR);
    assertThat(Controllers.parse("")).isEmpty();
    assertThat(Controllers.parse("*,-garbage-collector-controller")).containsExactly(NAMESPACE);
    assertThat(Controllers.parse("-garbagecollector,*")).containsExactly(NAMESPACE);
    assertThat(Controllers.parse("namespace")).containsExactly(NAMESPACE);
    assertThat(Controllers.parse("-namespace")).isEmpty();
  }

  @Test
  void theFirstNameCounts() {
    assertThat(Controllers.parse("namespace,-namespace-controller")).containsExactly(NAMESPACE);
    assertThat(Controllers.parse("-namespace,namespace-controller,*"))
        .containsExactly(GARBAGE_COLLECTOR);
  }

  @ParameterizedTest
  @ValueSource(strings = {"nope", "-nope", "*,", "-*", " *", "--namespace"})
  void anUnknownNameIsRefused(String list) {
    assertThatThrownBy(() -> Controllers.parse(list))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is not in the list of known controllers");
  }
}
