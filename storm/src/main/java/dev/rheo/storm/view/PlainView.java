package dev.rheo.storm.view;

import dev.rheo.storm.result.Creation;
import dev.rheo.storm.result.CurvePoint;
import dev.rheo.storm.result.Mode;
import dev.rheo.storm.result.RunResult;
import dev.rheo.storm.result.ServerInfo;
import dev.rheo.storm.result.StormEvents;
import dev.rheo.storm.result.StormResult;
import dev.rheo.storm.result.StormSettings;

/** View for an output that is not a terminal: a limited number of permanent lines. */
final class PlainView implements StormEvents {

  private final Screen screen;
  private double nextCreation;
  private double nextSample;
  private boolean settling;

  PlainView(Screen screen) {
    this.screen = screen;
  }

  @Override
  public void prepared(ServerInfo server, StormSettings settings) {
    Lines.prepared(server, settings).forEach(screen::print);
  }

  @Override
  public void creation(Creation progress) {
    if (progress.created() >= progress.total()) {
      if (nextCreation < Double.POSITIVE_INFINITY) {
        nextCreation = Double.POSITIVE_INFINITY;
        screen.print(Lines.created(progress));
      }
    } else if (progress.seconds() >= nextCreation) {
      nextCreation = progress.seconds() + 5;
      screen.print(
          "creating: %s of %s"
              .formatted(Units.count(progress.created()), Units.count(progress.total())));
    }
  }

  @Override
  public void settling(long memory, double seconds) {
    if (!settling) {
      settling = true;
      screen.print("memory settles, now " + Units.bytes(memory));
    }
  }

  @Override
  public void runStarted(Mode mode, int repeat, int readers, long memoryBefore) {
    settling = false;
    nextSample = 0;
    screen.print(Lines.started(mode, repeat, readers, memoryBefore));
  }

  @Override
  public void sample(CurvePoint point) {
    if (point.seconds() < nextSample) {
      return;
    }
    // Every second at first, every half minute in a long run.
    nextSample = point.seconds() + Math.clamp(point.seconds() / 5, 1, 30);
    screen.print(
        "  %8s   memory %-8s  %-10s  %s readers done"
            .formatted(
                Units.seconds(Math.max(0, point.seconds())),
                Units.bytes(point.memory()),
                Units.rate(point.bytesPerSecond()),
                Units.count(point.readersDone())));
  }

  @Override
  public void runEnded(RunResult run) {
    screen.print(Lines.ended(run));
  }

  @Override
  public void cleanup(String what) {
    screen.print(what);
  }

  @Override
  public void warning(String message) {
    screen.print("warning: " + message);
  }

  @Override
  public void status(String message) {
    screen.print(message);
  }

  @Override
  public void finished(StormResult result) {
    Conclusion.print(screen, result);
  }
}
