package dev.rheo.encryption;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What kube-apiserver 1.36.3 wrote into etcd, and the keys with which it did: {@code secrets} by
 * aescbc with {@link #KEY}, {@code configmaps} by aesgcm with {@link #SHORT_KEY}, {@code
 * serviceaccounts} by secretbox with {@link #KEY}, {@code widgets.example.com} by the KMS plugin of
 * compat/encryption with the key {@code kek-1}.
 */
public final class Golden {
  public static final byte[] KEY =
      "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  public static final byte[] SHORT_KEY = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  public static final String SECRET = "/registry/secrets/default/golden";
  public static final String CONFIG_MAP = "/registry/configmaps/default/golden";
  public static final String ACCOUNT = "/registry/serviceaccounts/default/golden";
  public static final String WIDGET = "/registry/example.com/widgets/default/golden";

  private Golden() {}

  /** The stored values by key. */
  public static Map<String, byte[]> values() {
    Map<String, byte[]> values = new LinkedHashMap<>();
    resource("kube-apiserver-1.36.3.txt")
        .lines()
        .map(line -> line.split(" "))
        .forEach(line -> values.put(line[0], Base64.getDecoder().decode(line[1])));
    return values;
  }

  public static byte[] value(String key) {
    return values().get(key);
  }

  public static String resource(String name) {
    try (InputStream in = Golden.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  public static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
