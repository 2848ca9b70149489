package dev.rheo.encryption.kms;

import dev.rheo.encryption.kms.KmsMessages.DecryptRequest;
import dev.rheo.encryption.kms.KmsMessages.EncryptRequest;
import dev.rheo.encryption.kms.KmsMessages.Encrypted;
import dev.rheo.encryption.kms.KmsMessages.PluginStatus;
import dev.rheo.encryption.kms.KmsMessages.StatusRequest;
import dev.rheo.encryption.value.TransformException;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A plugin behind a Unix domain socket.
 *
 * <p>A call waits until the plugin can be reached, for the timeout at most. When a plugin did not
 * answer in time, calls to decrypt fail at once for {@link #PAUSE}: thousands of values may have
 * seeds of their own, and each would take the timeout.
 */
final class PluginConnection implements Plugin {
  /** For how long a plugin that did not answer is left alone. */
  static final Duration PAUSE = Duration.ofSeconds(3);

  /** Answers are small: a seed, a name of a key, and annotations of 32 KiB. */
  private static final int LARGEST_ANSWER = 1 << 20;

  /** The most characters of what a plugin says of a failure. */
  private static final int LONGEST_TOLD = 300;

  private final Path socket;
  private final Duration timeout;
  private final MultiThreadIoEventLoopGroup loops;
  private final ManagedChannel channel;

  /** {@link System#nanoTime} until which it is left alone. */
  private final AtomicLong pausedUntil = new AtomicLong(System.nanoTime());

  PluginConnection(Path socket, Duration timeout) {
    this.socket = socket;
    this.timeout = timeout;
    loops =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("kms", true), NioIoHandler.newFactory());
    channel =
        NettyChannelBuilder.forAddress(UnixDomainSocketAddress.of(socket))
            .channelType(NioDomainSocketChannel.class, UnixDomainSocketAddress.class)
            .eventLoopGroup(loops)
            .overrideAuthority("localhost")
            .usePlaintext()
            .maxInboundMessageSize(LARGEST_ANSWER)
            .disableRetry()
            // Which gRPC sets, and Netty warns of at each attempt to connect: no such socket has
            // it.
            .withOption(ChannelOption.SO_KEEPALIVE, null)
            .build();
  }

  @Override
  public PluginStatus status() throws TransformException {
    return call(KmsMessages.STATUS, new StatusRequest());
  }

  @Override
  public Encrypted encrypt(byte[] seed) throws TransformException {
    return call(KmsMessages.ENCRYPT, new EncryptRequest(seed, uid()));
  }

  @Override
  public byte[] decrypt(EncryptedObject object) throws TransformException {
    if (System.nanoTime() - pausedUntil.get() < 0) {
      throw new TransformException("the plugin did not answer and is not asked for a moment");
    }
    return call(
            KmsMessages.DECRYPT,
            new DecryptRequest(
                object.encryptedSource(), uid(), object.keyId(), object.annotations()))
        .plaintext();
  }

  private static String uid() {
    return UUID.randomUUID().toString();
  }

  private <Q, A> A call(MethodDescriptor<Q, A> method, Q request) throws TransformException {
    try {
      // An idle channel would wait for minutes after failed attempts.
      channel.resetConnectBackoff();
      A answer =
          ClientCalls.blockingUnaryCall(
              channel,
              method,
              CallOptions.DEFAULT
                  .withDeadlineAfter(timeout.toNanos(), TimeUnit.NANOSECONDS)
                  .withWaitForReady(),
              request);
      pausedUntil.set(System.nanoTime());
      return answer;
    } catch (StatusRuntimeException e) {
      Status.Code code = e.getStatus().getCode();
      if (code == Status.Code.DEADLINE_EXCEEDED || code == Status.Code.UNAVAILABLE) {
        pausedUntil.set(System.nanoTime() + PAUSE.toNanos());
      }
      throw new TransformException("rpc error: code = %s, %s".formatted(code, told(e)), e);
    }
  }

  /**
   * What a failure is, in one line that is the same for the same failure: gRPC's own tells times
   * and the stack trace of the last attempt to connect.
   */
  private String told(StatusRuntimeException e) {
    String description = String.valueOf(e.getStatus().getDescription());
    return switch (e.getStatus().getCode()) {
      case DEADLINE_EXCEEDED ->
          description.contains("Last Pick Failure")
              ? socket + " cannot be connected to"
              : "no answer within %d ms".formatted(timeout.toMillis());
      case UNAVAILABLE -> "the connection to %s failed".formatted(socket);
      default -> {
        String line = description.lines().findFirst().orElse("");
        yield line.substring(0, Math.min(line.length(), LONGEST_TOLD));
      }
    };
  }

  @Override
  public void close() {
    channel.shutdownNow();
    loops.shutdownGracefully(0, 5, TimeUnit.SECONDS);
  }
}
