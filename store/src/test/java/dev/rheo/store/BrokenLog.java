package dev.rheo.store;

import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Lets a class's attempts to log fail while it is open. */
final class BrokenLog extends Handler implements AutoCloseable {
  private final Logger logger;

  BrokenLog(Class<?> of) {
    logger = Logger.getLogger(of.getName());
    logger.addHandler(this);
  }

  @Override
  public void publish(LogRecord entry) {
    throw new IllegalStateException("there is no descriptor left to log with");
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    logger.removeHandler(this);
  }
}
