package dev.rheo.api.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rheo.api.feature.FeatureGates.Gate;
import org.junit.jupiter.api.Test;

class FeatureGatesTest {
  @Test
  void defaultsAndSettings() {
    assertThat(FeatureGates.defaults().enabled(Gate.WATCH_LIST)).isTrue();
    assertThat(FeatureGates.parse("WatchList=false").enabled(Gate.WATCH_LIST)).isFalse();
    assertThat(FeatureGates.parse(" WatchList = True , ").enabled(Gate.WATCH_LIST)).isTrue();
    assertThat(FeatureGates.parse("AllBeta=false").enabled(Gate.WATCH_LIST)).isFalse();
    assertThat(FeatureGates.parse("WatchList=true,AllBeta=false").enabled(Gate.WATCH_LIST))
        .isTrue();
    assertThat(FeatureGates.parse("AllAlpha=false").enabled(Gate.WATCH_LIST)).isTrue();
  }

  @Test
  void faults() {
    assertThatThrownBy(() -> FeatureGates.parse("Nope=true"))
        .hasMessageContaining("unrecognized feature gate: Nope")
        .hasMessageContaining("WatchList=true|false (BETA - default=true)");
    assertThatThrownBy(() -> FeatureGates.parse("WatchList"))
        .hasMessage("missing bool value for WatchList");
    assertThatThrownBy(() -> FeatureGates.parse("WatchList=yes"))
        .hasMessageContaining("invalid value of WatchList=yes");
  }
}
