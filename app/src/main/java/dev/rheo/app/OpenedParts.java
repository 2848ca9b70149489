package dev.rheo.app;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Deque;

/** The parts that were opened, closed in reverse order. Not thread-safe. */
final class OpenedParts implements AutoCloseable {

  private static final Logger LOG = System.getLogger(OpenedParts.class.getName());

  private record OpenedPart(String name, AutoCloseable close) {}

  private final Deque<OpenedPart> parts = new ArrayDeque<>();

  void add(String name, AutoCloseable part) {
    parts.push(new OpenedPart(name, part));
  }

  /** Closes all parts. A failure is logged and does not stop the others. */
  @Override
  public void close() {
    while (!parts.isEmpty()) {
      OpenedPart part = parts.pop();
      try {
        part.close.close();
      } catch (Exception e) {
        LOG.log(Level.WARNING, "closing the " + part.name + " failed", e);
      }
    }
  }
}
