package dev.rheo.storm.run;

import dev.rheo.client.reflector.SystemTiming;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The threads that all informers of a run share. */
final class InformerThreads implements AutoCloseable {
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final SystemTiming timing = new SystemTiming();

  ExecutorService executor() {
    return executor;
  }

  SystemTiming timing() {
    return timing;
  }

  @Override
  public void close() {
    timing.close();
    executor.shutdown();
  }
}
