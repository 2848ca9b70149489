package dev.rheo.encryption.kms;

import dev.rheo.encryption.value.TransformException;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;
import java.util.regex.Pattern;

/**
 * What is stored of a value: upstream's message {@code EncryptedObject}.
 *
 * @param data the encrypted value
 * @param keyId the plugin's key that encrypted the source
 * @param encryptedSource the seed or key, encrypted by the plugin
 * @param annotations what the plugin wants back
 * @param sourceType {@link #KEY} or {@link #SEED}
 */
@SuppressWarnings("ArrayRecordComponent") // Cipher text is bytes; nobody changes it.
record EncryptedObject(
    byte[] data,
    String keyId,
    byte[] encryptedSource,
    SortedMap<String, byte[]> annotations,
    int sourceType) {
  /** The source is the key of AES-GCM. Only read: Kubernetes before 1.29 wrote it. */
  static final int KEY = 0;

  /** The source is a seed, from which a key follows for each value. */
  static final int SEED = 1;

  private static final int MOST_SOURCE = 1024;
  private static final int MOST_KEY_ID = 1024;
  private static final int MOST_ANNOTATIONS = 32 << 10;
  private static final Pattern DOMAIN =
      Pattern.compile(
          "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)+\\.?");

  static EncryptedObject read(byte[] stored, int from) throws TransformException {
    byte[][] bytes = {new byte[0], new byte[0]};
    String[] keyId = {""};
    int[] type = {KEY};
    SortedMap<String, byte[]> annotations = Proto.map();
    try {
      Proto.read(
          stored,
          from,
          (number, in) -> {
            switch (number) {
              case 1 -> bytes[0] = in.readByteArray();
              case 2 -> keyId[0] = in.readStringRequireUtf8();
              case 3 -> bytes[1] = in.readByteArray();
              case 4 -> Proto.entry(in, annotations);
              case 5 -> type[0] = in.readEnum();
              default -> {
                return false;
              }
            }
            return true;
          });
    } catch (IOException e) {
      throw new TransformException("the stored data is no encrypted object", e);
    }
    EncryptedObject object =
        new EncryptedObject(bytes[0], keyId[0], bytes[1], annotations, type[0]);
    if (object.data.length == 0) {
      throw new TransformException("encrypted data is empty");
    }
    object.check();
    return object;
  }

  /** Checks all but the data. */
  void check() throws TransformException {
    if (sourceType != KEY && sourceType != SEED) {
      throw new TransformException("unknown encryptedDEKSourceType: " + sourceType);
    }
    if (encryptedSource.length == 0 || encryptedSource.length > MOST_SOURCE) {
      throw new TransformException(
          "failed to validate encrypted DEK source: it has %d bytes, and must have 1 to %d"
              .formatted(encryptedSource.length, MOST_SOURCE));
    }
    checkKeyId(keyId);
    long size = 0;
    for (Map.Entry<String, byte[]> annotation : annotations.entrySet()) {
      if (annotation.getKey().length() > 253 || !DOMAIN.matcher(annotation.getKey()).matches()) {
        throw new TransformException(
            "failed to validate annotations: a name is no fully qualified domain name");
      }
      size += annotation.getKey().length() + annotation.getValue().length;
    }
    if (size > MOST_ANNOTATIONS) {
      throw new TransformException(
          "failed to validate annotations: they have %d bytes, at most %d are allowed"
              .formatted(size, MOST_ANNOTATIONS));
    }
  }

  static void checkKeyId(String keyId) throws TransformException {
    int size = Proto.utf8(keyId).length;
    if (size == 0 || size > MOST_KEY_ID) {
      throw new TransformException(
          "failed to validate key id: it has %d bytes, and must have 1 to %d"
              .formatted(size, MOST_KEY_ID));
    }
  }

  /** The message behind a prefix. */
  byte[] write(byte[] prefix) {
    byte[] rest =
        new Proto.Writer()
            .text(2, keyId)
            .bytes(3, encryptedSource)
            .map(4, annotations)
            .number(5, sourceType)
            .done();
    return Proto.join(prefix, 1, data, rest);
  }

  EncryptedObject with(byte[] encrypted) {
    return new EncryptedObject(encrypted, keyId, encryptedSource, annotations, sourceType);
  }

  /** The same for all objects with the same source, and different for others. */
  String sourceHash() {
    byte[] described = with(new byte[0]).write(new byte[0]);
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(described));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
