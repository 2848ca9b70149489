package dev.rheo.api.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rheo.api.status.ApiException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContinueTokenTest {
  private static String token(String json) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(json.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void isKubeApiserversToken() {
    String encoded = ContinueToken.after("default/a", 42).encode();
    assertThat(new String(Base64.getUrlDecoder().decode(encoded), StandardCharsets.UTF_8))
        .isEqualTo("{\"v\":\"meta.k8s.io/v1\",\"rv\":42,\"start\":\"default/a\\u0000\"}");
    assertThat(ContinueToken.decode(encoded)).isEqualTo(new ContinueToken(42, "default/a\0"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{ | not JSON",
        "{\"v\":\"v2\",\"rv\":1,\"start\":\"a\"} | server does not recognize this encoded version v2",
        "{\"v\":\"meta.k8s.io/v1\",\"start\":\"a\"} | incorrect encoded start resourceVersion (version meta.k8s.io/v1)",
        "{\"v\":\"meta.k8s.io/v1\",\"rv\":1} | encoded start key empty (version meta.k8s.io/v1)",
        "{\"v\":\"meta.k8s.io/v1\",\"rv\":1,\"start\":\"../a\"} | ../a",
        "{\"v\":\"meta.k8s.io/v1\",\"rv\":1,\"start\":\"a//b\"} | a//b",
        "{\"v\":\"meta.k8s.io/v1\",\"rv\":\"1\",\"start\":\"a\"} | a member is of the wrong type",
      })
  void faults(String json, String why) {
    assertThatThrownBy(() -> ContinueToken.decode(token(json)))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(400))
        .hasMessage("invalid continue token: continue key is not valid: " + why);
  }

  @Test
  void whatIsNoTokenAtAll() {
    for (String text : new String[] {"%%", "a", "YQ==", token("[]"), token("{"), token("")}) {
      assertThatThrownBy(() -> ContinueToken.decode(text))
          .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(400));
    }
  }
}
