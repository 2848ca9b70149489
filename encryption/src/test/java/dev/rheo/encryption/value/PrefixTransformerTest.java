package dev.rheo.encryption.value;

import static dev.rheo.encryption.Golden.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rheo.encryption.Golden;
import dev.rheo.encryption.value.PrefixTransformer.Choice;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.Test;

class PrefixTransformerTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final byte[] CONTEXT = utf8("/registry/secrets/a/b");
  private static final Choice ONE = new Choice("k8s:enc:1:", new AesCbc(Golden.KEY, RANDOM));
  private static final Choice TWO = new Choice("k8s:enc:2:", new AesGcm(Golden.KEY, RANDOM));
  private static final Choice PLAIN = new Choice("", IdentityTransformer.INSTANCE);

  private static PrefixTransformer of(Choice... choices) {
    return new PrefixTransformer(List.of(choices), "nothing fits");
  }

  private static byte[] written(Choice... choices) throws TransformException {
    return of(choices).write(new byte[0], utf8("value"), CONTEXT);
  }

  private static Transformer.Plain read(byte[] stored, Choice... choices)
      throws TransformException {
    return of(choices).read(stored, 0, CONTEXT);
  }

  @Test
  void theFirstWritesAndAllRead() throws Exception {
    byte[] stored = written(TWO, ONE);
    assertThat(stored).startsWith(utf8("k8s:enc:2:"));
    assertThat(read(stored, ONE, TWO).value()).isEqualTo(utf8("value"));
  }

  @Test
  void whatAnotherThanTheFirstReadIsStale() throws Exception {
    byte[] stored = written(ONE);
    assertThat(read(stored, ONE, TWO).stale()).isFalse();
    assertThat(read(stored, TWO, ONE).stale()).isTrue();
    assertThat(read(stored, PLAIN, ONE).stale()).isTrue();
    assertThat(read(utf8("value"), PLAIN, ONE).stale()).isFalse();
    assertThat(read(utf8("value"), ONE, PLAIN).stale()).isTrue();
  }

  @Test
  void staleIsPassedOnFromWithin() throws Exception {
    Choice keys = new Choice("outer:", of(TWO, ONE));
    byte[] old =
        new PrefixTransformer(List.of(new Choice("outer:", of(ONE))), "")
            .write(new byte[0], utf8("value"), CONTEXT);
    assertThat(old).startsWith(utf8("outer:k8s:enc:1:"));
    assertThat(read(old, keys).stale()).isTrue();
    assertThat(read(old, keys).value()).isEqualTo(utf8("value"));
  }

  @Test
  void ofTwoWithOnePrefixTheOneThatCanReadDoes() throws Exception {
    Choice otherKey = new Choice("k8s:enc:2:", new AesGcm(Golden.SHORT_KEY, RANDOM));
    byte[] stored = written(TWO);
    assertThat(read(stored, otherKey, TWO).value()).isEqualTo(utf8("value"));
    assertThat(read(stored, otherKey, TWO).stale()).isTrue();
    assertThatThrownBy(() -> read(stored, otherKey))
        .hasMessage("cipher: message authentication failed");
  }

  @Test
  void identityDoesNotTakeCipherTextForPlainText() {
    assertThatThrownBy(() -> read(utf8("k8s:enc:aescbc:v1:x:"), PLAIN)).hasMessage("nothing fits");
    assertThatThrownBy(() -> IdentityTransformer.INSTANCE.read(utf8("k8s:enc:any"), 0, CONTEXT))
        .hasMessage("identity transformer tried to read encrypted data");
  }

  @Test
  void whatBeginsWithNoPrefixIsRefused() {
    assertThatThrownBy(() -> read(utf8("3:x"), ONE, TWO)).hasMessage("nothing fits");
  }
}
