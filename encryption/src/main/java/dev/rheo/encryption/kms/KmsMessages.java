package dev.rheo.encryption.kms;

import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.Function;

/** The plugin's protocol: {@code k8s.io/kms/apis/v2/api.proto}. */
@SuppressWarnings("ArrayRecordComponent") // Keys are bytes; nobody changes them.
final class KmsMessages {
  static final MethodDescriptor<StatusRequest, PluginStatus> STATUS =
      method("Status", request -> new byte[0], PluginStatus::read);

  static final MethodDescriptor<EncryptRequest, Encrypted> ENCRYPT =
      method("Encrypt", EncryptRequest::encode, Encrypted::read);

  static final MethodDescriptor<DecryptRequest, Decrypted> DECRYPT =
      method("Decrypt", DecryptRequest::encode, Decrypted::read);

  private KmsMessages() {}

  record StatusRequest() {}

  /**
   * How the plugin is.
   *
   * @param version of the protocol
   * @param health {@code ok} if it is well
   * @param keyId of the key with which it encrypts now
   */
  record PluginStatus(String version, String health, String keyId) {
    private static PluginStatus read(byte[] message) throws IOException {
      String[] texts = {"", "", ""};
      Proto.read(
          message,
          0,
          (number, in) -> {
            if (number < 1 || number > texts.length) {
              return false;
            }
            texts[number - 1] = in.readStringRequireUtf8();
            return true;
          });
      return new PluginStatus(texts[0], texts[1], texts[2]);
    }
  }

  record EncryptRequest(byte[] plaintext, String uid) {
    private byte[] encode() {
      return new Proto.Writer().bytes(1, plaintext).text(2, uid).done();
    }
  }

  /**
   * @param annotations what the plugin wants back when it is to decrypt
   */
  record Encrypted(byte[] ciphertext, String keyId, SortedMap<String, byte[]> annotations) {
    private static Encrypted read(byte[] message) throws IOException {
      byte[][] ciphertext = {new byte[0]};
      String[] keyId = {""};
      SortedMap<String, byte[]> annotations = Proto.map();
      Proto.read(
          message,
          0,
          (number, in) -> {
            switch (number) {
              case 1 -> ciphertext[0] = in.readByteArray();
              case 2 -> keyId[0] = in.readStringRequireUtf8();
              case 3 -> Proto.entry(in, annotations);
              default -> {
                return false;
              }
            }
            return true;
          });
      return new Encrypted(ciphertext[0], keyId[0], annotations);
    }
  }

  record DecryptRequest(
      byte[] ciphertext, String uid, String keyId, Map<String, byte[]> annotations) {
    private byte[] encode() {
      return new Proto.Writer()
          .bytes(1, ciphertext)
          .text(2, uid)
          .text(3, keyId)
          .map(4, annotations)
          .done();
    }
  }

  record Decrypted(byte[] plaintext) {
    private static Decrypted read(byte[] message) throws IOException {
      byte[][] plaintext = {new byte[0]};
      Proto.read(
          message,
          0,
          (number, in) -> {
            if (number != 1) {
              return false;
            }
            plaintext[0] = in.readByteArray();
            return true;
          });
      return new Decrypted(plaintext[0]);
    }
  }

  private interface Reading<A> {
    A read(byte[] message) throws IOException;
  }

  private static <Q, A> MethodDescriptor<Q, A> method(
      String name, Function<Q, byte[]> encode, Reading<A> reading) {
    return MethodDescriptor.newBuilder(new Requests<>(encode), new Answers<>(reading))
        .setFullMethodName("v2.KeyManagementService/" + name)
        .setType(MethodType.UNARY)
        .build();
  }

  private record Requests<Q>(Function<Q, byte[]> encode) implements MethodDescriptor.Marshaller<Q> {
    @Override
    public InputStream stream(Q request) {
      return new ByteArrayInputStream(encode.apply(request));
    }

    @Override
    public Q parse(InputStream bytes) {
      throw new UnsupportedOperationException("a client reads no requests");
    }
  }

  private record Answers<A>(Reading<A> reading) implements MethodDescriptor.Marshaller<A> {
    @Override
    public InputStream stream(A answer) {
      throw new UnsupportedOperationException("a client writes no answers");
    }

    @Override
    public A parse(InputStream bytes) {
      try {
        return reading.read(bytes.readAllBytes());
      } catch (IOException e) {
        throw Status.INTERNAL
            .withDescription("an answer that is none: " + e.getMessage())
            .withCause(e)
            .asRuntimeException();
      }
    }
  }
}
