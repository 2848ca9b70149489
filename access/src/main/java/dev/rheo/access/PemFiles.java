package dev.rheo.access;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;

/** Reads PEM files (RFC 7468), and writes files that only their owner can read. */
public final class PemFiles {

  private static final String CERTIFICATE = "CERTIFICATE";
  private static final String PUBLIC_KEY = "PUBLIC KEY";
  private static final String PRIVATE_KEY = "PRIVATE KEY";
  private static final String EC_PRIVATE_KEY = "EC PRIVATE KEY";

  private PemFiles() {}

  public static X509Certificate certificate(Path file) throws IOException {
    return certificates(file).getFirst();
  }

  /** The certificates in a file, at least one. */
  public static List<X509Certificate> certificates(Path file) throws IOException {
    try {
      return Pem.certificates(Files.readAllBytes(file));
    } catch (GeneralSecurityException e) {
      throw new IOException(file + ": damaged certificate: " + e.getMessage(), e);
    }
  }

  /** The private key in a file, in one of the formats that {@link Pem} reads. */
  public static PrivateKey privateKey(Path file) throws IOException {
    try {
      return Pem.privateKey(Files.readAllBytes(file));
    } catch (GeneralSecurityException e) {
      throw new IOException(file + ": damaged private key: " + e.getMessage(), e);
    }
  }

  /** The public keys in a file, those of certificates included; none if there is none. */
  public static List<PublicKey> publicKeys(Path file) throws IOException {
    try {
      return Pem.publicKeys(Files.readAllBytes(file));
    } catch (GeneralSecurityException e) {
      throw new IOException(file + ": damaged public key: " + e.getMessage(), e);
    }
  }

  public static byte[] encode(PublicKey key) {
    return encode(PUBLIC_KEY, key.getEncoded());
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
}
