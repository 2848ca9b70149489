package dev.rheo.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A server in a test needs no native library. The tests of this module run with {@code
 * --illegal-native-access=deny}, so that a call of native code fails.
 */
class NoNativeLibraryTest {
  @Test
  void noneIsOnTheClassPath() {
    ClassLoader loader = getClass().getClassLoader();
    for (String library :
        List.of(
            "librocksdbjni-linux64.so",
            "META-INF/native/libnetty_transport_native_epoll_x86_64.so",
            "META-INF/native/libnetty_tcnative_linux_x86_64.so")) {
      assertThat(loader.getResource(library)).as(library).isNull();
    }
    assertThatThrownBy(() -> Class.forName("org.rocksdb.RocksDB"))
        .isInstanceOf(ClassNotFoundException.class);
  }

  @Test
  void nativeCodeIsNotCalled() {
    assertThat(getClass().getModule().isNativeAccessEnabled()).isFalse();
    try (RheoApiServer server = RheoApiServer.builder().manifests("mark.yaml").start()) {
      assertThat(server.url()).hasScheme("https");
    }
  }
}
