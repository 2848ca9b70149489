package dev.rheo.encryption.kms;

import static dev.rheo.encryption.Golden.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rheo.encryption.Golden;
import dev.rheo.encryption.value.AesGcm;
import dev.rheo.encryption.value.TransformException;
import dev.rheo.encryption.value.Transformer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KmsTransformerTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final byte[] CONTEXT = utf8("/registry/secrets/a/b");
  private static final byte[] VALUE = utf8("the value");

  @TempDir Path directory;
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private final InstantSource clock = () -> now;
  private FakePlugin plugin;
  private PluginConnection connection;
  private KmsTransformer transformer;

  @BeforeEach
  void start() throws Exception {
    plugin = new FakePlugin(socket());
    connection = new PluginConnection(socket(), Duration.ofSeconds(2));
    transformer = transformer();
  }

  @AfterEach
  void stop() throws Exception {
    transformer.close();
    connection.close();
    plugin.close();
  }

  private Path socket() {
    return directory.resolve("kms.sock");
  }

  private KmsTransformer transformer() {
    return new KmsTransformer(connection, new KmsProbe("fake", connection, RANDOM, clock), RANDOM);
  }

  private byte[] write() throws TransformException {
    return transformer.write(new byte[0], VALUE, CONTEXT);
  }

  private Transformer.Plain read(byte[] stored) throws TransformException {
    return transformer.read(stored, 0, CONTEXT);
  }

  private void later(Duration time) {
    now = now.plus(time);
  }

  @Test
  void whatUpstreamWroteIsRead() throws Exception {
    assertThat(transformer.check()).isNull();
    byte[] stored = Golden.value(Golden.WIDGET);
    String prefix = "k8s:enc:kms:v2:fake:";
    assertThat(new String(stored, StandardCharsets.ISO_8859_1)).startsWith(prefix);
    Transformer.Plain plain = transformer.read(stored, prefix.length(), utf8(Golden.WIDGET));
    assertThat(new String(plain.value(), StandardCharsets.UTF_8))
        .contains("\"kind\":\"Widget\"", "\"size\":3");
    // Another server's seed, but of the plugin's present key.
    assertThat(plain.stale()).isFalse();
    assertThatThrownBy(() -> transformer.read(stored, prefix.length(), utf8(Golden.WIDGET + "2")))
        .hasMessage("cipher: message authentication failed");
  }

  @Test
  void aSeedIsDecryptedOnceForAllValues() throws Exception {
    assertThat(transformer.check()).isNull();
    byte[] first = write();
    byte[] second = write();
    assertThat(second).isNotEqualTo(first);
    KmsTransformer other = transformer();
    assertThat(other.check()).isNull();
    assertThat(other.read(first, 0, CONTEXT).value()).isEqualTo(VALUE);
    assertThat(other.read(second, 0, CONTEXT).value()).isEqualTo(VALUE);
    assertThat(plugin.decrypts).hasValue(1);
    assertThat(read(first).value()).isEqualTo(VALUE);
    assertThat(plugin.decrypts).as("the own seed is known").hasValue(1);
  }

  @Test
  void anotherKeyOfThePluginMakesValuesStale() throws Exception {
    assertThat(transformer.check()).isNull();
    byte[] old = write();
    assertThat(read(old).stale()).isFalse();
    plugin.keyId = "kek-2";
    assertThat(transformer.check()).as("remembered").isNull();
    assertThat(read(old).stale()).isFalse();
    later(KmsProbe.GOOD);
    assertThat(transformer.check()).isNull();
    assertThat(read(old).stale()).isTrue();
    assertThat(read(old).value()).isEqualTo(VALUE);
    assertThat(read(write()).stale()).isFalse();
    assertThat(plugin.encrypts).hasValue(2);
  }

  @Test
  void theSameKeyKeepsTheSeed() throws Exception {
    for (int i = 0; i < 5; i++) {
      assertThat(transformer.check()).isNull();
      later(Duration.ofMinutes(1));
    }
    assertThat(plugin.encrypts).hasValue(1);
    assertThat(read(write()).value()).isEqualTo(VALUE);
  }

  @Test
  void anIllPluginIsEncryptedWithForThreeMinutesAndReadWithForEver() throws Exception {
    assertThat(transformer.check()).isNull();
    byte[] stored = write();
    plugin.health = "the vault is sealed";
    plugin.keyId = "";
    later(KmsProbe.SEED_LIFE);
    assertThat(transformer.check())
        .contains(
            "got unexpected healthz status: the vault is sealed", "failed to validate key id");
    assertThat(read(write()).value()).isEqualTo(VALUE);
    later(Duration.ofMillis(1));
    assertThatThrownBy(this::write).hasMessageContaining("its last key expired at");
    assertThat(read(stored).value()).isEqualTo(VALUE);
    plugin.health = "ok";
    plugin.keyId = "kek-1";
    later(KmsProbe.BAD);
    assertThat(transformer.check()).isNull();
    assertThat(read(write()).value()).isEqualTo(VALUE);
  }

  @Test
  void aPluginThatIsNotThereRefusesReadsAndWritesUntilItComes() throws Exception {
    plugin.close();
    connection.close();
    connection = new PluginConnection(socket(), Duration.ofMillis(300));
    transformer = transformer();
    assertThat(transformer.check()).contains("DEADLINE_EXCEEDED");
    assertThatThrownBy(this::write).hasMessageContaining("has not been healthy");
    assertThatThrownBy(
            () ->
                transformer.read(
                    Golden.value(Golden.WIDGET), "k8s:enc:kms:v2:fake:".length(), CONTEXT))
        .hasMessageContaining("has not been healthy");
    plugin = new FakePlugin(socket());
    later(KmsProbe.BAD);
    assertThat(transformer.check()).isNull();
    assertThat(read(write()).value()).isEqualTo(VALUE);
  }

  @Test
  void aPluginThatGoesAwayIsLeftAloneForAMoment() throws Exception {
    assertThat(transformer.check()).isNull();
    KmsTransformer other = transformer();
    assertThat(other.check()).isNull();
    byte[] foreign = other.write(new byte[0], VALUE, CONTEXT);
    plugin.close();
    connection.close();
    connection = new PluginConnection(socket(), Duration.ofMillis(300));
    KmsTransformer cut = new KmsTransformer(connection, probeOf(transformer), RANDOM);
    assertThatThrownBy(() -> cut.read(foreign, 0, CONTEXT))
        .hasMessageContaining("failed to decrypt DEK, error: rpc error");
    assertThatThrownBy(() -> cut.read(foreign, 0, CONTEXT))
        .hasMessageContaining("is not asked for a moment");
    plugin = new FakePlugin(socket());
  }

  /** A probe that has been well. */
  private KmsProbe probeOf(KmsTransformer well) throws Exception {
    assertThat(well.check()).isNull();
    plugin = new FakePlugin(socket());
    try (PluginConnection before = new PluginConnection(socket(), Duration.ofSeconds(2))) {
      KmsProbe probe = new KmsProbe("fake", before, RANDOM, clock);
      assertThat(probe.check()).isNull();
      return probe;
    } finally {
      plugin.close();
    }
  }

  @Test
  void aPluginThatContradictsItselfIsNotHealthy() {
    plugin.encryptsWith = "kek-9";
    assertThat(transformer.check()).isEqualTo("the plugin encrypts with another key than it tells");
    plugin.encryptsWith = "";
    plugin.version = "v3";
    later(KmsProbe.BAD);
    assertThat(transformer.check()).isEqualTo("expected KMSv2 API version v2, got v3");
    plugin.version = "v2";
    later(KmsProbe.BAD);
    assertThat(transformer.check()).isNull();
    plugin.version = "v2beta1";
    later(KmsProbe.GOOD);
    assertThat(transformer.check()).startsWith("KMSv2 API version should not change");
  }

  @Test
  void aKeyInsteadOfASeedIsReadAndStale() throws Exception {
    assertThat(transformer.check()).isNull();
    // As Kubernetes 1.28 wrote it: the plugin encrypts the key itself.
    byte[] key = new byte[32];
    RANDOM.nextBytes(key);
    KmsMessages.Encrypted encrypted = connection.encrypt(key);
    byte[] stored =
        new EncryptedObject(
                new AesGcm(key, RANDOM).write(new byte[0], VALUE, CONTEXT),
                encrypted.keyId(),
                encrypted.ciphertext(),
                encrypted.annotations(),
                EncryptedObject.KEY)
            .write(new byte[0]);
    assertThat(read(stored).value()).isEqualTo(VALUE);
    assertThat(read(stored).stale()).isTrue();
  }

  @Test
  void whatIsNoEncryptedObjectIsRefused() {
    assertThat(transformer.check()).isNull();
    assertThatThrownBy(() -> read(utf8("anything"))).isInstanceOf(TransformException.class);
    assertThatThrownBy(() -> read(new byte[0])).hasMessage("encrypted data is empty");
  }
}
