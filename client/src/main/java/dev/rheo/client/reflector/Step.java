package dev.rheo.client.reflector;

import java.time.Duration;

/** What a reflector does next. */
public sealed interface Step {

  /** Sends a request and tells the reflector what comes of it. */
  record Ask(Query query) implements Step {}

  /** Waits. */
  record Pause(Duration time) implements Step {}

  /** Ends. */
  record Stop() implements Step {}
}
