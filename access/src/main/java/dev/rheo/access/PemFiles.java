package dev.rheo.access;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Reads PEM files (RFC 7468), and writes files that only their owner can read. */
public final class PemFiles {

  private static final String CERTIFICATE = "CERTIFICATE";
  private static final String PRIVATE_KEY = "PRIVATE KEY";
  private static final String EC_PRIVATE_KEY = "EC PRIVATE KEY";

  private PemFiles() {}

  public static X509Certificate certificate(Path file) throws IOException {
    return certificates(file).getFirst();
  }

  /** The certificates in a file, at least one. */
  public static List<X509Certificate> certificates(Path file) throws IOException {
    List<X509Certificate> found = new ArrayList<>();
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      for (byte[] der : blocks(file, CERTIFICATE)) {
        found.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der)));
      }
    } catch (CertificateException e) {
      throw new IOException(file + ": damaged certificate: " + e.getMessage(), e);
    }
    return found;
  }

  /**
   * @param algorithm the key's, such as {@code EC}
   */
  public static PrivateKey privateKey(Path file, String algorithm) throws IOException {
    byte[] der = blocks(file, PRIVATE_KEY).getFirst();
    try {
      return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
    } catch (GeneralSecurityException e) {
      throw new IOException(file + ": damaged private key: " + e.getMessage(), e);
    }
  }

  public static byte[] encode(X509Certificate certificate) {
    try {
      return encode(CERTIFICATE, certificate.getEncoded());
    } catch (CertificateException e) {
      throw new IllegalStateException(e);
    }
  }

  public static byte[] encode(PrivateKey key) {
    return encode(PRIVATE_KEY, key.getEncoded());
  }

  /** Encodes a key in the format that all clients read, which for a P-256 key is not PKCS #8. */
  public static byte[] encodeForClients(PrivateKey key, PublicKey publicKey) {
    byte[] sec1 = EcKeys.sec1(key, publicKey);
    return sec1 == null ? encode(key) : encode(EC_PRIVATE_KEY, sec1);
  }

  /** Creates a folder, if missing, for its owner only, and the missing folders above it. */
  public static void createFolder(Path folder) throws IOException {
    Path parent = folder.toAbsolutePath().getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    if (!Files.isDirectory(folder)) {
      Files.createDirectory(folder, ownerOnly(folder, "rwx------"));
    }
  }

  /** Writes a file that only its owner can read, as a whole or not at all. */
  public static void write(Path file, byte[] content) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null) {
      throw new IOException(file + ": not a file name");
    }
    Path temporary =
        Files.createTempFile(
            folder, "." + file.getFileName(), ".tmp", ownerOnly(folder, "rw-------"));
    try {
      Files.write(temporary, content, StandardOpenOption.SYNC);
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  private static FileAttribute<?>[] ownerOnly(Path where, String permissions) {
    // Without POSIX permissions, the rules of the folder apply.
    return where.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        }
        : new FileAttribute<?>[0];
  }

  private static byte[] encode(String type, byte[] der) {
    byte[] lineFeed = {'\n'};
    String base64 = Base64.getMimeEncoder(64, lineFeed).encodeToString(der);
    String text = "-----BEGIN " + type + "-----\n" + base64 + "\n-----END " + type + "-----\n";
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static List<byte[]> blocks(Path file, String type) throws IOException {
    String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    String begin = "-----BEGIN " + type + "-----";
    String end = "-----END " + type + "-----";
    List<byte[]> found = new ArrayList<>();
    for (int from = text.indexOf(begin); from >= 0; from = text.indexOf(begin, from)) {
      int to = text.indexOf(end, from);
      if (to < 0) {
        throw new IOException(file + ": damaged, \"" + end + "\" is missing");
      }
      try {
        found.add(Base64.getMimeDecoder().decode(text.substring(from + begin.length(), to)));
      } catch (IllegalArgumentException e) {
        throw new IOException(file + ": damaged: " + e.getMessage(), e);
      }
      from = to;
    }
    if (found.isEmpty()) {
      throw new IOException(file + ": damaged, it has no \"" + begin + "\"");
    }
    return found;
  }
}
