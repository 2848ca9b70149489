package dev.rheo.encryption.value;

import static dev.rheo.encryption.Golden.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rheo.encryption.Golden;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Values that kube-apiserver wrote are read, and what is written has the same form. */
class GoldenValuesTest {
  private static final SecureRandom RANDOM = new SecureRandom();

  static Stream<Arguments> providers() {
    return Stream.of(
        Arguments.of(
            "k8s:enc:aescbc:v1:key1:",
            Golden.SECRET,
            new AesCbc(Golden.KEY, RANDOM),
            new AesCbc(Golden.SHORT_KEY, RANDOM),
            "marker-of-plain-text"),
        Arguments.of(
            "k8s:enc:aesgcm:v1:key1:",
            Golden.CONFIG_MAP,
            new AesGcm(Golden.SHORT_KEY, RANDOM),
            new AesGcm(Golden.KEY, RANDOM),
            "marker-of-plain-text"),
        Arguments.of(
            "k8s:enc:secretbox:v1:key1:",
            Golden.ACCOUNT,
            new Secretbox(Golden.KEY, RANDOM),
            new Secretbox(utf8("123456789abcdef0123456789abcdef0"), RANDOM),
            "ServiceAccount"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("providers")
  void whatUpstreamWroteIsRead(
      String prefix, String key, Transformer transformer, Transformer other, String within)
      throws Exception {
    byte[] stored = Golden.value(key);
    assertThat(new String(stored, StandardCharsets.ISO_8859_1)).startsWith(prefix);
    byte[] plain = transformer.read(stored, prefix.length(), utf8(key)).value();
    assertThat(new String(plain, StandardCharsets.UTF_8)).startsWith("k8s\0").contains(within);
    assertThatThrownBy(() -> other.read(stored, prefix.length(), utf8(key)))
        .isInstanceOf(TransformException.class);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("providers")
  void whatIsWrittenHasTheFormOfUpstreamAndIsReadAgain(
      String prefix, String key, Transformer transformer, Transformer other, String within)
      throws Exception {
    byte[] golden = Golden.value(key);
    byte[] plain = transformer.read(golden, prefix.length(), utf8(key)).value();
    byte[] written = transformer.write(utf8(prefix), plain, utf8(key));
    assertThat(written).hasSameSizeAs(golden).startsWith(utf8(prefix)).isNotEqualTo(golden);
    assertThat(transformer.read(written, prefix.length(), utf8(key)).value()).isEqualTo(plain);
    assertThat(transformer.write(utf8(prefix), plain, utf8(key))).isNotEqualTo(written);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("providers")
  void anySizeIsWrittenAndRead(
      String prefix, String key, Transformer transformer, Transformer other, String within)
      throws Exception {
    for (int size : new int[] {0, 1, 15, 16, 17, 31, 32, 63, 64, 65, 1 << 20}) {
      byte[] plain = new byte[size];
      RANDOM.nextBytes(plain);
      byte[] written = transformer.write(utf8(prefix), plain, utf8(key));
      assertThat(transformer.read(written, prefix.length(), utf8(key)).value()).isEqualTo(plain);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("providers")
  void truncatedValuesAreRefused(
      String prefix, String key, Transformer transformer, Transformer other, String within) {
    byte[] stored = Golden.value(key);
    for (int length = prefix.length(); length < prefix.length() + 28; length++) {
      byte[] cut = java.util.Arrays.copyOf(stored, length);
      assertThatThrownBy(() -> transformer.read(cut, prefix.length(), utf8(key)))
          .isInstanceOf(TransformException.class);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("providers")
  void changedValuesAreRefusedByWhatAuthenticates(
      String prefix, String key, Transformer transformer, Transformer other, String within) {
    if (transformer instanceof AesCbc) {
      return; // It does not authenticate.
    }
    byte[] stored = Golden.value(key);
    for (int i = prefix.length(); i < stored.length; i += 7) {
      byte[] changed = stored.clone();
      changed[i] ^= 1;
      assertThatThrownBy(() -> transformer.read(changed, prefix.length(), utf8(key)))
          .isInstanceOf(TransformException.class);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("providers")
  void aesGcmIsBoundToTheKeyInTheStore(
      String prefix, String key, Transformer transformer, Transformer other, String within) {
    if (transformer instanceof AesGcm) {
      assertThatThrownBy(
              () -> transformer.read(Golden.value(key), prefix.length(), utf8(key + "2")))
          .hasMessage("cipher: message authentication failed");
    }
  }
}
