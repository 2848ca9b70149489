package dev.rheo.encryption.kms;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * A KMS v2 plugin on a Unix domain socket that encrypts as compat/encryption/plugin does: AES-GCM
 * with the SHA-256 of the key's id, and an annotation that must come back.
 */
public final class FakePlugin implements AutoCloseable {
  static final String NOTE = "made-by.rheo.dev";

  public volatile String keyId = "kek-1";
  volatile String encryptsWith = "";
  volatile String health = "ok";
  volatile String version = "v2";
  public final AtomicInteger decrypts = new AtomicInteger();
  final AtomicInteger encrypts = new AtomicInteger();

  private final Server server;
  private final MultiThreadIoEventLoopGroup loops;
  private final Path socket;

  public FakePlugin(Path socket) throws IOException {
    this.socket = socket;
    loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    server =
        NettyServerBuilder.forAddress(UnixDomainSocketAddress.of(socket))
            .channelType(NioServerDomainSocketChannel.class)
            .bossEventLoopGroup(loops)
            .workerEventLoopGroup(loops)
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .addService(
                ServerServiceDefinition.builder("v2.KeyManagementService")
                    .addMethod(method("Status"), handler(this::status))
                    .addMethod(method("Encrypt"), handler(this::encrypt))
                    .addMethod(method("Decrypt"), handler(this::decrypt))
                    .build())
            .build()
            .start();
  }

  private interface Answering {
    byte[] answer(Map<Integer, byte[]> fields, SortedMap<String, byte[]> notes) throws Exception;
  }

  private static io.grpc.ServerCallHandler<byte[], byte[]> handler(Answering answering) {
    return ServerCalls.asyncUnaryCall(
        (request, answers) -> {
          try {
            Map<Integer, byte[]> fields = new HashMap<>();
            SortedMap<String, byte[]> notes = new TreeMap<>();
            CodedInputStream in = CodedInputStream.newInstance(request);
            for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
              int number = WireFormat.getTagFieldNumber(tag);
              if (number == 4) {
                Proto.entry(in, notes);
              } else {
                fields.put(number, in.readByteArray());
              }
            }
            byte[] answer = answering.answer(fields, notes);
            answers.onNext(answer);
            answers.onCompleted();
          } catch (Exception e) {
            answers.onError(
                Status.UNKNOWN.withDescription(e.getMessage()).withCause(e).asRuntimeException());
          }
        });
  }

  private byte[] status(Map<Integer, byte[]> fields, SortedMap<String, byte[]> notes) {
    return new Proto.Writer().text(1, version).text(2, health).text(3, keyId).done();
  }

  private byte[] encrypt(Map<Integer, byte[]> fields, SortedMap<String, byte[]> notes)
      throws Exception {
    encrypts.incrementAndGet();
    String with = encryptsWith.isEmpty() ? keyId : encryptsWith;
    SortedMap<String, byte[]> annotations = new TreeMap<>();
    annotations.put(NOTE, with.getBytes(StandardCharsets.UTF_8));
    byte[] nonce = new byte[12];
    new SecureRandom().nextBytes(nonce);
    byte[] encrypted = cipher(Cipher.ENCRYPT_MODE, with, nonce).doFinal(fields.get(1));
    byte[] whole = Arrays.copyOf(nonce, nonce.length + encrypted.length);
    System.arraycopy(encrypted, 0, whole, nonce.length, encrypted.length);
    return new Proto.Writer().bytes(1, whole).text(2, with).map(3, annotations).done();
  }

  private byte[] decrypt(Map<Integer, byte[]> fields, SortedMap<String, byte[]> notes)
      throws Exception {
    decrypts.incrementAndGet();
    String id = new String(fields.get(3), StandardCharsets.UTF_8);
    if (!Arrays.equals(notes.get(NOTE), fields.get(3))) {
      throw new IllegalArgumentException("the annotation did not come back");
    }
    byte[] whole = fields.get(1);
    byte[] seed =
        cipher(Cipher.DECRYPT_MODE, id, Arrays.copyOf(whole, 12))
            .doFinal(whole, 12, whole.length - 12);
    return new Proto.Writer().bytes(1, seed).done();
  }

  private static Cipher cipher(int mode, String id, byte[] nonce) throws Exception {
    byte[] key = MessageDigest.getInstance("SHA-256").digest(id.getBytes(StandardCharsets.UTF_8));
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(128, nonce));
    return cipher;
  }

  private static MethodDescriptor<byte[], byte[]> method(String name) {
    MethodDescriptor.Marshaller<byte[]> bytes =
        new MethodDescriptor.Marshaller<>() {
          @Override
          public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
          }

          @Override
          public byte[] parse(InputStream in) {
            try {
              return in.readAllBytes();
            } catch (IOException e) {
              throw new IllegalStateException(e);
            }
          }
        };
    return MethodDescriptor.newBuilder(bytes, bytes)
        .setFullMethodName("v2.KeyManagementService/" + name)
        .setType(MethodDescriptor.MethodType.UNARY)
        .build();
  }

  @Override
  public void close() throws Exception {
    server.shutdownNow();
    boolean ignored = server.awaitTermination(10, TimeUnit.SECONDS);
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
    Files.deleteIfExists(socket);
  }
}
