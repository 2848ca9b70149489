package dev.rheo.server.verb.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rheo.api.status.ApiException;
import dev.rheo.codec.io.Meter;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The object that a write reads is charged before it is read. */
class VersionsTest {
  private static final int SIZE = 200_000;

  @TempDir Path spool;
  private Cluster cluster;
  private ObjectPath map;
  private Versions versions;

  private interface Reading {
    @Nullable Version read();
  }

  @BeforeEach
  void start() {
    cluster = new Cluster(spool);
    cluster.namespace("ns");
    String data = "x".repeat(SIZE);
    cluster.create(
        "configmaps", "ns", "{'metadata':{'name':'a'},'data':{'k':'%s'}}".formatted(data));
    cluster.settle();
    map = cluster.path("configmaps", "ns", "a");
    versions = new Versions(cluster.store, cluster.cache);
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  /**
   * @param bytes while it is read
   * @param kept afterwards
   */
  private static void costs(long bytes, long kept, Reading reading) {
    CountingMeter purse = new CountingMeter(2 * bytes);
    Version version = Meter.within(purse, reading::read);
    assertThat(version).isNotNull();
    assertThat(purse.charged()).isBetween(kept, kept + 2000);
    long taken = purse.most();
    assertThat(taken).isBetween(bytes, bytes + 2000);
    assertThatThrownBy(() -> Meter.within(new CountingMeter(taken - 1), reading::read))
        .isInstanceOf(ApiException.class);
  }

  @Test
  void theCachesIsReadAndThenCopiedWithoutItsRevision() {
    costs(
        2L * SIZE, SIZE, () -> versions.cachedOrCurrent(map.type().storage(), map.key()).version());
  }

  @Test
  void theStoresIsAsLargeAsTheCachesBeforeItIsKnown() {
    costs(SIZE, SIZE, () -> versions.current(map.type().storage(), map.key()));
  }

  @Test
  void whatIsNotThereCostsNothing() {
    assertThat(
            Meter.<@Nullable Version, RuntimeException>within(
                new CountingMeter(0),
                () -> versions.current(map.type().storage(), map.key() + "x")))
        .isNull();
  }
}
