package dev.rheo.store.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Where the store's keys are in etcd. */
class EtcdKeysTest {
  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static String bounds(EtcdKeys keys, String start, String end) {
    EtcdKeys.Bounds bounds = keys.bounds(start, end);
    return bounds.empty() ? "empty" : text(bounds.start()) + " " + text(bounds.end());
  }

  @Test
  void keysLieBelowThePrefix() {
    EtcdKeys keys = new EtcdKeys("/some/place");
    assertThat(text(keys.encode("/registry/pods/a/b"))).isEqualTo("/some/place/pods/a/b");
    assertThat(keys.decode("/some/place/pods/a/b".getBytes(StandardCharsets.UTF_8)))
        .isEqualTo("/registry/pods/a/b");
    assertThat(text(new EtcdKeys("/registry").encode("/registry/x"))).isEqualTo("/registry/x");
    assertThatThrownBy(() -> keys.encode("compact_rev_key"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void noRangeReachesOverThePrefix() {
    EtcdKeys keys = new EtcdKeys("/p");
    assertThat(bounds(keys, "", "")).isEqualTo("/p/ /p0");
    assertThat(bounds(keys, "\u0001", "\udbff\udfff")).isEqualTo("/p/ /p0");
    assertThat(bounds(keys, "/registry/pods/", "/registry/pods0")).isEqualTo("/p/pods/ /p/pods0");
    assertThat(bounds(keys, "/registry/z", "zzz")).isEqualTo("/p/z /p0");
    assertThat(bounds(keys, "a", "b")).isEqualTo("empty");
    assertThat(bounds(keys, "", "/a")).isEqualTo("empty");
    assertThat(bounds(keys, "/registry/b", "/registry/a")).isEqualTo("empty");
  }

  @Test
  void withoutAPrefixAllOfEtcdIsTheStores() {
    EtcdKeys keys = new EtcdKeys("");
    assertThat(text(keys.encode("compact_rev_key"))).isEqualTo("compact_rev_key");
    assertThat(bounds(keys, "", "")).isEqualTo("\0 \0");
    assertThat(bounds(keys, "a", "")).isEqualTo("a \0");
    assertThat(bounds(keys, "", "b")).isEqualTo("\0 b");
    assertThat(bounds(keys, "b", "b")).isEqualTo("empty");
  }
}
