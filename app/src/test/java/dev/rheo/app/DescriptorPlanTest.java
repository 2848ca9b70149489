package dev.rheo.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.cache.CacheSettings;
import dev.rheo.store.RocksSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DescriptorPlanTest {
  @ParameterizedTest
  @ValueSource(longs = {300, 512, 1024, 1025, 4096, 65_536, 1 << 20, Long.MAX_VALUE})
  void theSharesAreWithinTheLimit(long limit) {
    DescriptorPlan plan = DescriptorPlan.of(limit);
    assertThat((long) plan.reserved() + plan.connections()).isLessThanOrEqualTo(limit);
    assertThat(plan.connections()).isGreaterThanOrEqualTo(64);
  }

  @Test
  void whereThereAreFewStoreAndCacheTake128() {
    assertThat(DescriptorPlan.of(300)).extracting(p -> p.store() + p.cache()).isEqualTo(128);
    // Too few for the parts, but a server may be tried with such a limit.
    assertThat(DescriptorPlan.of(100).connections()).isEqualTo(16);
  }

  private static CacheSettings forms(CacheSettings settings, long bytes) {
    return new CacheSettings(
        settings.hotBytes(),
        settings.segmentBytes(),
        settings.diskBytes(),
        settings.historyBytes(),
        settings.logBytes(),
        settings.decodedEvents(),
        settings.snapshotBytes(),
        settings.minHistory(),
        settings.loaders(),
        bytes,
        settings.formHeapBytes(),
        settings.formMakers());
  }

  @ParameterizedTest
  @ValueSource(longs = {300, 65_536})
  void thePartsKeepToTheirShares(long limit) {
    DescriptorPlan plan = DescriptorPlan.of(limit);
    assertThat(RocksSettings.defaults().withDescriptors(plan.store()).descriptors())
        .isEqualTo(plan.store());
    CacheSettings cache = CacheSettings.defaults().withDescriptors(plan.cache());
    assertThat(cache.descriptors()).isLessThanOrEqualTo(plan.cache());
    assertThat(cache.segmentBytes()).isGreaterThanOrEqualTo(64 << 20);
    // A small budget of forms is still spread over 16 files.
    CacheSettings fewForms = forms(CacheSettings.defaults(), 1 << 30).withDescriptors(plan.cache());
    assertThat(fewForms.descriptors()).isBetween(17, plan.cache());
  }
}
