package dev.rheo.app;

import dev.rheo.resource.builtin.BuiltInResources;
import dev.rheo.resource.publish.Discovery;
import dev.rheo.resource.publish.OpenApi;
import java.lang.System.Logger.Level;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLContext;

/**
 * Shortens the first start of a server in a JVM that has no start-up cache, where two processors
 * are idle: loads tables and classes on a thread of its own while the caller does something else,
 * such as making keys.
 */
public final class ColdStart {
  private static final System.Logger LOG = System.getLogger(ColdStart.class.getName());

  private ColdStart() {}

  /** Begins, and returns at once. Useful once in a JVM; the thread ends by itself. */
  public static void begin() {
    Thread.ofPlatform().daemon().name("rheo-cold-start").start(ColdStart::load);
  }

  private static void load() {
    try {
      BuiltInResources.registry();
      for (Class<?> tables : new Class<?>[] {OpenApi.class, Discovery.class}) {
        Class.forName(tables.getName());
      }
      // Not the default context, which a program may still want to choose.
      SSLContext.getInstance("TLS").init(null, null, null);
    } catch (ClassNotFoundException | GeneralSecurityException | RuntimeException | Error e) {
      // The server meets the same, and can say what it was doing.
      LOG.log(Level.DEBUG, "nothing was loaded ahead", e);
    }
  }
}
