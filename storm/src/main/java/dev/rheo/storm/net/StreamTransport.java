package dev.rheo.storm.net;

import dev.rheo.client.transport.Answer;
import dev.rheo.client.transport.Transport;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Lets informers read over the storm's connections. Thread-safe. */
public final class StreamTransport implements Transport {
  /** Beyond this much that nobody has read, no more is taken from the connection. */
  private static final int HELD = 256 << 10;

  private final Streams streams;

  public StreamTransport(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Answer get(String target, Map<String, String> headers)
      throws IOException, InterruptedException {
    Exchange exchange = new Exchange();
    streams.get(target, headers.getOrDefault("Accept", "*/*"), exchange::begun, exchange);
    try {
      exchange.awaitHead();
    } catch (InterruptedException e) {
      exchange.close();
      throw e;
    }
    return exchange;
  }

  @Override
  public String server() {
    return "the storm's";
  }

  /** One answer. The event loop fills it, the informer's thread empties it. */
  private static final class Exchange extends InputStream implements StreamHandler, Answer {
    private final Deque<byte[]> pieces = new ArrayDeque<>();
    private int at;
    private int held;
    private boolean paused;
    private int code;
    private int retryAfter = -1;
    private boolean ended;
    private boolean closed;
    private @Nullable Throwable broken;
    private @Nullable Stream stream;

    synchronized void begun(Stream begun) {
      stream = begun;
      if (closed) {
        begun.cancel();
      }
    }

    synchronized void awaitHead() throws IOException, InterruptedException {
      while (code == 0 && broken == null && !ended) {
        wait();
      }
      if (code == 0) {
        Throwable why = broken;
        if (why instanceof ConnectException refused) {
          throw refused;
        }
        throw new IOException(why == null ? "no answer came" : why.getMessage(), why);
      }
    }

    @Override
    public synchronized void head(int status, int seconds) {
      code = status;
      retryAfter = seconds;
      notifyAll();
    }

    @Override
    public synchronized void data(ByteBuf bytes) {
      if (closed) {
        return;
      }
      byte[] piece = new byte[bytes.readableBytes()];
      bytes.readBytes(piece);
      pieces.add(piece);
      held += piece.length;
      if (held > HELD && !paused && stream != null) {
        paused = true;
        stream.reading(false);
      }
      notifyAll();
    }

    @Override
    public synchronized void end() {
      ended = true;
      notifyAll();
    }

    @Override
    public synchronized void failed(Throwable cause) {
      broken = cause;
      notifyAll();
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public synchronized int read(byte[] into, int offset, int length) throws IOException {
      byte[] piece = awaitPiece();
      if (piece == null) {
        return -1;
      }
      int count = Math.min(length, piece.length - at);
      System.arraycopy(piece, at, into, offset, count);
      at += count;
      held -= count;
      if (at == piece.length) {
        pieces.remove();
        at = 0;
      }
      if (paused && held < HELD / 2 && stream != null) {
        paused = false;
        Stream resumed = stream;
        resumed.loop().execute(() -> resumed.reading(true));
      }
      return count;
    }

    private byte @Nullable [] awaitPiece() throws IOException {
      while (true) {
        if (closed) {
          throw new IOException("closed");
        }
        byte[] piece = pieces.peek();
        if (piece != null) {
          return piece;
        }
        if (broken != null) {
          throw new IOException(String.valueOf(broken.getMessage()), broken);
        }
        if (ended) {
          return null;
        }
        try {
          wait();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new IOException("interrupted", e);
        }
      }
    }

    @Override
    public int status() {
      return code;
    }

    @Override
    public Optional<String> header(String name) {
      return name.equalsIgnoreCase("Retry-After") && retryAfter >= 0
          ? Optional.of(Integer.toString(retryAfter))
          : Optional.empty();
    }

    @Override
    public InputStream body() {
      return this;
    }

    @Override
    public void close() {
      Stream cancelled;
      synchronized (this) {
        if (closed) {
          return;
        }
        closed = true;
        pieces.clear();
        cancelled = stream;
        notifyAll();
      }
      if (cancelled != null) {
        cancelled.loop().execute(cancelled::cancel);
      }
    }
  }
}
