package dev.rheo.edge;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.UnixChannel;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Tells whether a peer has sent bytes that the kernel holds and the event loop has not read yet:
 * {@code FIONREAD} of tcp(7). So a peer can be told apart from a loop that is behind.
 *
 * <p>Event loop of the channel only.
 */
final class UnreadInput {

  private static final long FIONREAD = 0x541B;

  /** Made when it is needed first: not every platform has the call, nor permits it. */
  private static final class Ioctl {
    private static final MethodHandle CALL =
        Linker.nativeLinker()
            .downcallHandle(
                Linker.nativeLinker().defaultLookup().findOrThrow("ioctl"),
                FunctionDescriptor.of(
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.ADDRESS),
                Linker.Option.firstVariadicArg(2));
  }

  private static final ThreadLocal<MemorySegment> BYTES =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(ValueLayout.JAVA_INT));

  private UnreadInput() {}

  /** Whether {@link #waits} can be called for the channels of an event loop. */
  static boolean isKnown(EventLoop loop) {
    return loop instanceof IoEventLoop io && io.isIoType(EpollIoHandler.class);
  }

  /** Whether the kernel holds unread bytes of a channel; false if the channel is closed. */
  static boolean waits(Channel channel) {
    if (!(channel instanceof UnixChannel socket) || !channel.isOpen()) {
      return false;
    }
    MemorySegment bytes = BYTES.get();
    try {
      int failed = (int) Ioctl.CALL.invokeExact(socket.fd().intValue(), FIONREAD, bytes);
      return failed == 0 && bytes.get(ValueLayout.JAVA_INT, 0) > 0;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
