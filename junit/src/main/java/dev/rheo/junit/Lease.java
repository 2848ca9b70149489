package dev.rheo.junit;

import java.lang.reflect.AnnotatedElement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;

/** What one test, or all tests of a class, are given of a server until they are over. */
final class Lease implements StoredResource {
  private final RheoApiServer server;
  private final OpenClients clients;
  private final String test;
  private final List<Runnable> afterwards = new ArrayList<>();
  private @Nullable String namespace;

  private Lease(RheoApiServer server, String test) {
    this.server = server;
    this.clients = server.lend();
    this.test = test;
  }

  /** The lease of a context, which ends with it. */
  static Lease of(ExtensionContext context, RheoApiServer server) {
    String key = "lease of " + context.getUniqueId();
    return TestServers.stored(context, key, Lease.class, () -> new Lease(server, name(context)));
  }

  private static String name(ExtensionContext context) {
    return context
        .getTestMethod()
        .map(method -> method.getName())
        .orElseGet(() -> context.getRequiredTestClass().getSimpleName());
  }

  /** The value of a field or parameter. */
  Object value(Class<?> type, AnnotatedElement element) {
    Injected injected = Injected.of(type, element);
    if (injected == null) {
      throw new ParameterResolutionException("nothing is known of " + type.getName());
    }
    return switch (injected) {
      case SERVER -> server;
      case FAULTS -> server.faults();
      case CLIENT ->
          clients.make(
              type,
              element.isAnnotationPresent(TestNamespace.class)
                  ? namespace()
                  : Kubeconfigs.DEFAULT_NAMESPACE);
      case KUBECONFIG_FILE -> server.kubeconfigFile();
      case KUBECONFIG_TEXT -> server.kubeconfig();
      case NAMESPACE -> namespace();
    };
  }

  private synchronized String namespace() {
    String made = namespace;
    if (made == null) {
      made = Namespaces.name(test);
      server.createNamespace(made);
      namespace = made;
    }
    return made;
  }

  /** Has an action run when the lease ends, before the clients are closed. */
  synchronized void afterwards(Runnable action) {
    afterwards.add(action);
  }

  @Override
  public synchronized void close() {
    afterwards.forEach(Runnable::run);
    clients.close();
    if (namespace != null && server.isRunning()) {
      server.deleteNamespace(namespace);
    }
  }
}
