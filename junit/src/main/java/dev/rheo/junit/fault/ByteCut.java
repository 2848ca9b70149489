package dev.rheo.junit.fault;

import dev.rheo.edge.Body;
import dev.rheo.edge.HttpRequest;
import dev.rheo.edge.HttpResponse;
import io.netty.buffer.ByteBuf;

/** Breaks answers off after a number of bytes, wherever that is. */
final class ByteCut implements Effect {
  private final long bytes;
  private volatile boolean ended;

  ByteCut(long bytes) {
    this.bytes = bytes;
  }

  @Override
  public HttpRequest request(Met met, HttpRequest request) {
    // The bytes are those of the objects.
    request.headers().set("Accept-Encoding", "identity");
    return request;
  }

  @Override
  public HttpResponse response(Met met, HttpResponse response) {
    return response.withBody(new CutBody(response.source(), met));
  }

  @Override
  public void end() {
    ended = true;
  }

  private final class CutBody extends WrappedBody {
    private final Met met;
    private final Grace grace = new Grace();
    private long left = bytes;

    CutBody(Body body, Met met) {
      super(body);
      this.met = met;
    }

    @Override
    public State draw(ByteBuf out) {
      if (ended) {
        return super.draw(out);
      }
      if (left == 0) {
        if (bytes > 0 && !grace.isOver(this::wake)) {
          return State.WAIT;
        }
        met.happened();
        return State.ABORT;
      }
      int most = (int) Math.min(left, out.writableBytes());
      ByteBuf part = out.slice(out.writerIndex(), most).clear();
      State state = super.draw(part);
      out.writerIndex(out.writerIndex() + part.readableBytes());
      left -= part.readableBytes();
      // An answer of just so many bytes is whole.
      return left == 0 && state != State.END ? State.MORE : state;
    }

    @Override
    public void close() {
      super.close();
      met.ended();
    }
  }
}
