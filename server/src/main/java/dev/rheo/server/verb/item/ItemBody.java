package dev.rheo.server.verb.item;

import dev.rheo.cache.NotCachedException;
import dev.rheo.cache.WorkBudget;
import dev.rheo.edge.Body;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** A body that consists of items, each begun when the one before it is written. */
public abstract class ItemBody implements Body {

  private static final Logger LOG = System.getLogger(ItemBody.class.getName());

  /** Effort of one draw, after which the event loop turns to other streams: about a millisecond. */
  public static final int EFFORT_PER_DRAW = 8192;

  /** Effort of beginning an item, besides finding it. */
  private static final int STEP = 8;

  protected final ItemEncoder items;
  protected final FormWriter writer;
  protected final WorkBudget effort;
  private Runnable wake = () -> {};
  private boolean complete;

  /**
   * @param effort the allowance of one draw, shared by all cursors that look for its items
   */
  protected ItemBody(ItemEncoder items, WorkBudget effort) {
    this.effort = effort;
    this.items = items;
    this.writer = items.writer();
  }

  @Override
  public void onReady(Runnable wake) {
    this.wake = wake;
    items.onReady(wake);
  }

  public final void wake() {
    wake.run();
  }

  /**
   * Begins the next item.
   *
   * @return MORE if an item was begun or entries were skipped; WAIT if the wake-up will be run; END
   *     if there are no more items
   */
  protected abstract State next() throws IOException;

  @Override
  public final State draw(ByteBuf out) {
    effort.renew(EFFORT_PER_DRAW);
    try {
      while (!effort.isSpent()) {
        effort.spend(STEP);
        switch (writer.write(out)) {
          case FULL -> {
            return State.MORE;
          }
          case COLD -> {
            writer.load(wake);
            return State.WAIT;
          }
          case DONE -> {}
        }
        if (complete) {
          return State.END;
        }
        State state = next();
        if (state == State.END) {
          complete = true;
          if (!writer.finish()) {
            return State.END;
          }
        } else if (state != State.MORE) {
          return state;
        }
      }
      return State.MORE;
    } catch (NotCachedException e) {
      // A list cannot carry a Status in its middle. It breaks off, so that it does not pass for
      // whole.
      LOG.log(Level.DEBUG, this + " broke off", e);
      return State.ABORT;
    } catch (IOException | RuntimeException e) {
      LOG.log(Level.ERROR, this + " broke off", e);
      return State.ABORT;
    }
  }

  @Override
  public void close() {
    items.close();
  }
}
