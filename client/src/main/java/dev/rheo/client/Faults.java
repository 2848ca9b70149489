package dev.rheo.client;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Tells the faults of one informer: to whoever wants to know, else to the log. */
final class Faults {
  private static final System.Logger LOG = System.getLogger(Informer.class.getName());

  private final String resource;
  private final @Nullable Consumer<InformerFault> listener;

  Faults(String resource, @Nullable Consumer<InformerFault> listener) {
    this.resource = resource;
    this.listener = listener;
  }

  void tell(InformerFault fault) {
    if (listener == null) {
      log(fault);
      return;
    }
    try {
      listener.accept(fault);
    } catch (RuntimeException | Error e) {
      LOG.log(System.Logger.Level.ERROR, "the handler of faults failed", e);
    }
  }

  private void log(InformerFault fault) {
    System.Logger.Level level =
        switch (fault.kind()) {
          // What mends itself is told quietly; what somebody must mend is not.
          case REQUEST ->
              fault.refusesForGood() ? System.Logger.Level.WARNING : System.Logger.Level.DEBUG;
          case OBJECT, HANDLER -> System.Logger.Level.ERROR;
        };
    LOG.log(level, resource + ": " + fault.message(), fault.cause());
  }
}
