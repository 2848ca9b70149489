package dev.rheo.client.official;

import dev.rheo.client.transport.Answer;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import okhttp3.Call;
import okhttp3.Response;

/**
 * An answer of OkHttp. To close a body while another thread reads it breaks OkHttp's time limits,
 * so a close cancels the call, which is allowed at any time, and the reader closes the body.
 */
final class OkHttpAnswer implements Answer {

  private final Call call;
  private final Response response;
  private final InputStream body;

  // Guarded by this.
  private boolean reading;
  private boolean closed;

  OkHttpAnswer(Call call, Response response) {
    this.call = call;
    this.response = response;
    this.body = new Body(response.body().byteStream());
  }

  @Override
  public int status() {
    return response.code();
  }

  @Override
  public Optional<String> header(String name) {
    // The last value is what Response.header returns.
    return response.headers(name).stream().findFirst();
  }

  @Override
  public InputStream body() {
    return body;
  }

  @Override
  public void close() {
    call.cancel();
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      if (reading) {
        return;
      }
    }
    response.close();
  }

  private synchronized void enter() throws IOException {
    if (closed) {
      throw new IOException("The answer was closed");
    }
    reading = true;
  }

  private void exit() {
    synchronized (this) {
      reading = false;
      if (!closed) {
        return;
      }
    }
    response.close();
  }

  private final class Body extends FilterInputStream {

    Body(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      enter();
      try {
        return super.read();
      } finally {
        exit();
      }
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      enter();
      try {
        return super.read(bytes, offset, length);
      } finally {
        exit();
      }
    }

    @Override
    public void close() {
      OkHttpAnswer.this.close();
    }
  }
}
