package dev.rheo.encryption;

import static dev.rheo.encryption.Golden.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rheo.api.name.GroupResource;
import dev.rheo.encryption.config.EncryptionConfigException;
import dev.rheo.encryption.kms.FakePlugin;
import dev.rheo.store.MemoryRevisionStore;
import dev.rheo.store.RevisionStore;
import dev.rheo.store.RevisionStore.KeyValue;
import dev.rheo.store.RevisionStore.Op;
import dev.rheo.store.StoreException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EncryptedStoreTest {
  private static final String KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
  private static final String OTHER_KEY = "MTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZjA=";
  private static final Map<String, GroupResource> RESOURCES =
      Map.of(
          "secrets", new GroupResource("", "secrets"),
          "configmaps", new GroupResource("", "configmaps"),
          "serviceaccounts", new GroupResource("", "serviceaccounts"),
          "deployments", new GroupResource("apps", "deployments"),
          "example.com", new GroupResource("example.com", "widgets"));

  @TempDir Path directory;
  private final MemoryRevisionStore engine = new MemoryRevisionStore();
  private final List<AutoCloseable> opened = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable one : opened) {
      one.close();
    }
  }

  private Encryption encryption(String rules) throws Exception {
    Encryption encryption =
        Encryption.open(write(rules), true, new SecureRandom(), InstantSource.system());
    opened.add(encryption);
    return encryption;
  }

  private Path write(String rules) throws Exception {
    return Files.writeString(
        directory.resolve("encryption.yaml"),
        "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n"
            + rules);
  }

  private static String rule(String resources, String... providers) {
    return "- resources: [%s]\n  providers: [%s]\n"
        .formatted(resources, String.join(", ", providers));
  }

  private static String keyed(String provider, String name, String secret) {
    return "{%s: {keys: [{name: %s, secret: %s}]}}".formatted(provider, name, secret);
  }

  private RevisionStore store(Encryption encryption) {
    return new EncryptedStore(
        engine, encryption, key -> RESOURCES.get(key.split("/")[2]), UnaryOperator.identity());
  }

  private static void put(RevisionStore store, String key, String value) throws Exception {
    long ignored = store.commit(List.of(new Op.Put(key, utf8(value), Op.ANY)));
  }

  private String stored(String key) throws Exception {
    return new String(engine.get(key, 0).value(), StandardCharsets.ISO_8859_1);
  }

  private static String text(KeyValue value) {
    return new String(value.value(), StandardCharsets.UTF_8);
  }

  @Test
  void whatUpstreamWroteIsRead() throws Exception {
    try (FakePlugin plugin = new FakePlugin(directory.resolve("kms.sock"))) {
      RevisionStore store =
          store(
              encryption(
                  rule("secrets", keyed("aescbc", "key1", KEY))
                      + rule("configmaps", keyed("aesgcm", "key1", "MDEyMzQ1Njc4OWFiY2RlZg=="))
                      + rule("serviceaccounts", keyed("secretbox", "key1", KEY))
                      + rule(
                          "widgets.example.com",
                          "{kms: {apiVersion: v2, name: fake, endpoint: 'unix://%s'}}"
                              .formatted(directory.resolve("kms.sock")))));
      for (Map.Entry<String, byte[]> golden : Golden.values().entrySet()) {
        long ignored =
            engine.commit(List.of(new Op.Put(golden.getKey(), golden.getValue(), Op.ANY)));
        KeyValue read = store.get(golden.getKey(), 0);
        assertThat(text(read)).contains("golden");
        assertThat(read.stale()).isFalse();
      }
      assertThat(plugin.decrypts).hasValue(1);
    }
  }

  @Test
  void theMostParticularRuleCounts() throws Exception {
    RevisionStore store =
        store(
            encryption(
                rule("secrets", keyed("aescbc", "one", KEY))
                    + rule("'*.apps'", keyed("aesgcm", "two", KEY))
                    + rule("'*.'", keyed("secretbox", "three", KEY))
                    + rule("'*.*'", keyed("aescbc", "four", KEY))));
    for (String key :
        List.of(
            "/registry/secrets/a/b",
            "/registry/deployments/a/b",
            "/registry/configmaps/a/b",
            "/registry/example.com/widgets/a/b",
            "/registry/masterleases/192.0.2.2")) {
      put(store, key, "plain");
      assertThat(text(store.get(key, 0))).isEqualTo("plain");
    }
    assertThat(stored("/registry/secrets/a/b")).startsWith("k8s:enc:aescbc:v1:one:");
    assertThat(stored("/registry/deployments/a/b")).startsWith("k8s:enc:aesgcm:v1:two:");
    assertThat(stored("/registry/configmaps/a/b")).startsWith("k8s:enc:secretbox:v1:three:");
    assertThat(stored("/registry/example.com/widgets/a/b")).startsWith("k8s:enc:aescbc:v1:four:");
    assertThat(stored("/registry/masterleases/192.0.2.2")).isEqualTo("plain");
  }

  @Test
  void keysAreRotatedStepByStep() throws Exception {
    String key = "/registry/secrets/a/b";
    put(engine, key, "plain");
    // Plain text, until it is written again.
    String first = keyed("aesgcm", "one", KEY);
    RevisionStore store = store(encryption(rule("secrets", first, "{identity: {}}")));
    assertThat(store.get(key, 0).stale()).isTrue();
    put(store, key, text(store.get(key, 0)));
    assertThat(store.get(key, 0).stale()).isFalse();
    assertThat(stored(key)).startsWith("k8s:enc:aesgcm:v1:one:");
    // A second key that reads only, so that all servers know it.
    String both = "{aesgcm: {keys: [{name: %s, secret: %s}, {name: %s, secret: %s}]}}";
    store = store(encryption(rule("secrets", both.formatted("one", KEY, "two", OTHER_KEY))));
    assertThat(store.get(key, 0).stale()).isFalse();
    // It writes.
    store = store(encryption(rule("secrets", both.formatted("two", OTHER_KEY, "one", KEY))));
    assertThat(store.get(key, 0).stale()).isTrue();
    put(store, key, text(store.get(key, 0)));
    assertThat(stored(key)).startsWith("k8s:enc:aesgcm:v1:two:");
    // The first key is not needed any more.
    store = store(encryption(rule("secrets", keyed("aesgcm", "two", OTHER_KEY))));
    assertThat(text(store.get(key, 0))).isEqualTo("plain");
    assertThat(store.get(key, 0).stale()).isFalse();
    // And off again.
    store = store(encryption(rule("secrets", "{identity: {}}", keyed("aesgcm", "two", OTHER_KEY))));
    assertThat(store.get(key, 0).stale()).isTrue();
    put(store, key, text(store.get(key, 0)));
    assertThat(stored(key)).isEqualTo("plain");
  }

  @Test
  void anUnreadableValueHarmsNoOther() throws Exception {
    RevisionStore before = store(encryption(rule("secrets", keyed("aescbc", "one", KEY))));
    put(before, "/registry/secrets/a/a", "lost");
    RevisionStore store = store(encryption(rule("secrets", keyed("aescbc", "two", OTHER_KEY))));
    put(store, "/registry/secrets/a/b", "readable");
    put(store, "/registry/configmaps/a/c", "plain");
    assertThatThrownBy(() -> store.get("/registry/secrets/a/a", 0))
        .isInstanceOfSatisfying(
            StoreException.class,
            e -> assertThat(e.fault()).isEqualTo(StoreException.Fault.UNREADABLE))
        .hasMessage(
            "unable to transform key \"/registry/secrets/a/a\": no matching key was found for the"
                + " provided AES transformer");
    List<byte[]> values = new ArrayList<>();
    try (RevisionStore.RangeCursor range = store.range("/registry/", "", 0)) {
      for (KeyValue next = range.next(); next != null; next = range.next()) {
        values.add(next.value());
      }
    }
    assertThat(values).containsExactly(utf8("plain"), RevisionStore.UNREADABLE, utf8("readable"));
    assertThat(values.get(1)).isSameAs(RevisionStore.UNREADABLE);
    try (RevisionStore.WatchCursor watch = store.watch("/registry/", "", 2)) {
      assertThat(watch.next(Duration.ofSeconds(1)).events())
          .extracting(RevisionStore.Event::value)
          .containsExactly(RevisionStore.UNREADABLE, utf8("readable"), utf8("plain"));
    }
  }

  @Test
  void withoutConfigurationItIsSaidWhatIsMissing() throws Exception {
    put(
        store(encryption(rule("secrets", keyed("aescbc", "one", KEY)))),
        "/registry/secrets/a/a",
        "value");
    RevisionStore store = store(Encryption.none());
    assertThatThrownBy(() -> store.get("/registry/secrets/a/a", 0))
        .hasMessage(
            "unable to transform key \"/registry/secrets/a/a\": it is encrypted"
                + " (k8s:enc:aescbc:v1:one:), and the server has no --encryption-provider-config");
  }

  @Test
  void aChangedFileComesIntoForce() throws Exception {
    Encryption encryption = encryption(rule("secrets", keyed("aescbc", "one", KEY)));
    RevisionStore store = store(encryption);
    assertThat(encryption.reload()).isFalse();
    Path ignored =
        write(rule("secrets", keyed("aescbc", "two", OTHER_KEY), keyed("aescbc", "one", KEY)));
    put(store, "/registry/secrets/a/a", "value");
    assertThat(encryption.reload()).isTrue();
    assertThat(encryption.reload()).isFalse();
    assertThat(text(store.get("/registry/secrets/a/a", 0))).isEqualTo("value");
    assertThat(store.get("/registry/secrets/a/a", 0).stale()).isTrue();
    put(store, "/registry/secrets/a/a", "value");
    assertThat(stored("/registry/secrets/a/a")).startsWith("k8s:enc:aescbc:v1:two:");
  }

  @Test
  void aBadFileChangesNothing() throws Exception {
    Encryption encryption = encryption(rule("secrets", keyed("aescbc", "one", KEY)));
    RevisionStore store = store(encryption);
    Path ignored = write(rule("Secrets", keyed("aescbc", "two", OTHER_KEY)));
    assertThatThrownBy(encryption::reload)
        .isInstanceOf(EncryptionConfigException.class)
        .hasMessageContaining("capital letters");
    put(store, "/registry/secrets/a/a", "value");
    assertThat(stored("/registry/secrets/a/a")).startsWith("k8s:enc:aescbc:v1:one:");
  }

  @Test
  void keyServicesHaveAHealthCheck() throws Exception {
    assertThat(Encryption.none().isChecked()).isFalse();
    Path socket = directory.resolve("kms.sock");
    try (FakePlugin plugin = new FakePlugin(socket)) {
      Encryption encryption =
          Encryption.open(
              write(
                  rule(
                      "secrets",
                      "{kms: {apiVersion: v2, name: fake, endpoint: 'unix://%s'}}"
                          .formatted(socket))),
              false,
              new SecureRandom(),
              InstantSource.system());
      opened.add(encryption);
      assertThat(encryption.isChecked()).isTrue();
      assertThat(encryption.isHealthy()).isTrue();
      RevisionStore store = store(encryption);
      put(store, "/registry/secrets/a/a", "value");
      assertThat(stored("/registry/secrets/a/a")).startsWith("k8s:enc:kms:v2:fake:");
      assertThat(plugin.keyId).isEqualTo("kek-1");
    }
  }
}
