package dev.rheo.server.verb.read;

import dev.rheo.cache.Entry;
import dev.rheo.server.http.Body;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** One object, drawn from its form. */
final class ObjectBody implements Body {

  private static final Logger LOG = System.getLogger(ObjectBody.class.getName());
  private static final byte[] NOTHING = {};
  private static final byte[] NEWLINE = {'\n'};

  private final FormWriter writer;
  private final Items items;
  private final Entry entry;
  private Runnable wake = () -> {};
  private boolean begun;

  ObjectBody(FormWriter writer, Items items, Entry entry) {
    this.writer = writer;
    this.items = items;
    this.entry = entry;
  }

  @Override
  public void onReady(Runnable wake) {
    this.wake = wake;
  }

  @Override
  public State draw(ByteBuf out) {
    try {
      if (!begun) {
        begun = items.begin(writer, NOTHING, entry, Items.OWN_REVISION, NEWLINE, wake);
        if (!begun) {
          return State.WAIT;
        }
      }
      return switch (writer.write(out)) {
        case FULL -> State.MORE;
        case COLD -> {
          writer.load(wake);
          yield State.WAIT;
        }
        case DONE -> State.END;
      };
    } catch (IOException | RuntimeException e) {
      LOG.log(Level.ERROR, "reading " + entry.key() + " failed", e);
      return State.ABORT;
    }
  }

  @Override
  public void close() {}
}
