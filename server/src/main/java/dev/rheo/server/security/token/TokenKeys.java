package dev.rheo.server.security.token;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.access.PemFiles;
import dev.rheo.api.io.IoFailures;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The keys of service-account tokens: one that signs, and those that verify. Immutable.
 *
 * <p>The first start makes a key of the curve P-256, {@code sa.key} and {@code sa.pub}, named as
 * kubeadm names them, unless a file with another is given. An RSA key would take a first start a
 * few tenths of a second.
 */
public final class TokenKeys {

  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

  /** A key that verifies. */
  record VerifyingKey(String id, PublicKey key, SignatureAlgorithm algorithm) {}

  /** The key that signs. */
  record SigningKey(String id, PrivateKey secret, SignatureAlgorithm algorithm) {}

  private final SigningKey signing;
  private final Map<String, VerifyingKey> verifying;

  private TokenKeys(SigningKey signing, Map<String, VerifyingKey> verifying) {
    this.signing = signing;
    this.verifying = verifying;
  }

  /**
   * Reads the keys; makes the signing key if none is given and there is none yet.
   *
   * @param folder where the server's own key is kept
   * @param signingFile the file of another private key to sign with, or null
   * @param files files of further keys that verify: PEM, public or private ones
   * @throws IOException if a file cannot be read or written, or has no usable key; the message
   *     names it
   */
  public static TokenKeys open(Path folder, @Nullable Path signingFile, List<Path> files)
      throws IOException {
    Path file = signingFile == null ? folder.resolve("sa.key") : signingFile;
    if (signingFile == null && !Files.exists(file)) {
      PemFiles.createFolder(folder);
      KeyPair made = newKey();
      PemFiles.write(folder.resolve("sa.pub"), PemFiles.encode(made.getPublic()));
      PemFiles.write(file, PemFiles.encodeForClients(made.getPrivate(), made.getPublic()));
    }
    PrivateKey secret = privateKey(file);
    Path beside = folder.resolve("sa.pub");
    PublicKey shown =
        signingFile == null && Files.exists(beside)
            ? publicKeys(beside).getFirst()
            : publicKey(secret, file);
    Map<String, VerifyingKey> verifying = new LinkedHashMap<>();
    VerifyingKey own = verifying(shown, file);
    requirePair(own, secret, file);
    verifying.put(own.id(), own);
    for (Path other : files) {
      for (PublicKey key : publicKeys(other)) {
        VerifyingKey found = verifying(key, other);
        verifying.putIfAbsent(found.id(), found);
      }
    }
    return new TokenKeys(new SigningKey(own.id(), secret, own.algorithm()), verifying);
  }

  private static void requirePair(VerifyingKey key, PrivateKey secret, Path file)
      throws IOException {
    byte[] probe = {1, 2, 3};
    try {
      if (key.algorithm().verifies(key.key(), probe, key.algorithm().sign(secret, probe))) {
        return;
      }
    } catch (GeneralSecurityException e) {
      throw new IOException(file + " is not the key of its public key", e);
    }
    throw new IOException(file + " is not the key of its public key");
  }

  private static KeyPair newKey() throws IOException {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IOException("cannot make a key", e);
    }
  }

  private static PrivateKey privateKey(Path file) throws IOException {
    try {
      return PemFiles.privateKey(file);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static List<PublicKey> publicKeys(Path file) throws IOException {
    List<PublicKey> found;
    try {
      found = PemFiles.publicKeys(file);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
    return found.isEmpty() ? List.of(publicKey(privateKey(file), file)) : found;
  }

  private static IOException unreadable(Path file, IOException e) {
    String message = String.valueOf(e.getMessage());
    return message.startsWith(file + ": ")
        ? e
        : new IOException("cannot read %s: %s".formatted(file, IoFailures.reason(e)), e);
  }

  /** The public key of a private one. */
  private static PublicKey publicKey(PrivateKey secret, Path file) throws IOException {
    try {
      if (secret instanceof RSAPrivateCrtKey rsa) {
        return KeyFactory.getInstance("RSA")
            .generatePublic(new RSAPublicKeySpec(rsa.getModulus(), rsa.getPublicExponent()));
      }
      if (secret instanceof ECPrivateKey ec) {
        return EcPublicKey.of(ec);
      }
    } catch (GeneralSecurityException e) {
      throw new IOException(file + ": damaged private key: " + e.getMessage(), e);
    }
    throw new IOException(file + ": neither an RSA nor an EC key");
  }

  private static VerifyingKey verifying(PublicKey key, Path file) throws IOException {
    try {
      return new VerifyingKey(id(key), key, SignatureAlgorithm.of(key));
    } catch (GeneralSecurityException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  /** Upstream's id of a key, from which the key does not follow. */
  private static String id(PublicKey key) {
    try {
      return BASE64.encodeToString(MessageDigest.getInstance("SHA-256").digest(key.getEncoded()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  SigningKey signing() {
    return signing;
  }

  /** The keys that a token may be signed with: the one that it names, or all if it names none. */
  List<VerifyingKey> candidates(String id) {
    if (id.isEmpty()) {
      return List.copyOf(verifying.values());
    }
    VerifyingKey key = verifying.get(id);
    return key == null ? List.of() : List.of(key);
  }

  /** The algorithms of the keys that verify, sorted. */
  List<String> algorithms() {
    return verifying.values().stream()
        .map(key -> key.algorithm().name())
        .distinct()
        .sorted()
        .toList();
  }

  /** The keys that verify as a JSON Web Key Set (RFC 7517). */
  byte[] jwks() {
    ObjectNode set = JsonNodeFactory.instance.objectNode();
    ArrayNode keys = set.putArray("keys");
    for (VerifyingKey key : verifying.values()) {
      ObjectNode out = keys.addObject().put("use", "sig");
      switch (key.key()) {
        case RSAPublicKey rsa ->
            out.put("kty", "RSA")
                .put("kid", key.id())
                .put("alg", key.algorithm().name())
                .put("n", unsigned(rsa.getModulus(), 0))
                .put("e", unsigned(rsa.getPublicExponent(), 0));
        case ECPublicKey ec -> {
          int bits = ec.getParams().getCurve().getField().getFieldSize();
          int bytes = (bits + Byte.SIZE - 1) / Byte.SIZE;
          out.put("kty", "EC")
              .put("kid", key.id())
              .put("crv", "P-" + bits)
              .put("alg", key.algorithm().name())
              .put("x", unsigned(ec.getW().getAffineX(), bytes))
              .put("y", unsigned(ec.getW().getAffineY(), bytes));
        }
        default -> throw new IllegalStateException(key.key().getAlgorithm());
      }
    }
    return set.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** A number without sign, in base64url, padded with zeros to a length. */
  private static String unsigned(BigInteger number, int atLeast) {
    byte[] bytes = number.toByteArray();
    int skip = bytes[0] == 0 ? 1 : 0;
    int length = Math.max(atLeast, bytes.length - skip);
    byte[] out = new byte[length];
    System.arraycopy(bytes, skip, out, length - (bytes.length - skip), bytes.length - skip);
    return BASE64.encodeToString(out);
  }
}
