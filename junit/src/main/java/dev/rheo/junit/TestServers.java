package dev.rheo.junit;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.platform.commons.support.AnnotationSupport;

/** The servers of a run of tests, each in the store of the context that it ends with. */
final class TestServers {
  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(TestServers.class);

  private TestServers() {}

  /** An annotated class: its context, and what the annotation says. */
  record Annotated(ExtensionContext context, RheoServer annotation) {}

  /** A server that ends with a context. */
  private static final class Started implements StoredResource {
    private final RheoApiServer server;
    private final Set<String> applied = new HashSet<>();

    Started(RheoServer annotation) {
      server = builder(annotation).start();
    }

    /** Applies the manifests that have not been applied yet, all at once: each may need others. */
    synchronized RheoApiServer with(String[] manifests) {
      List<String> further =
          Arrays.stream(manifests).filter(each -> !applied.contains(each)).toList();
      if (!further.isEmpty()) {
        server.apply(further.toArray(new String[0]));
        applied.addAll(further);
      }
      return server;
    }

    @Override
    public void close() {
      server.close();
    }
  }

  /** The annotation of the context's class or, if it has none, of the class around it. */
  static Annotated annotated(ExtensionContext context) {
    for (ExtensionContext at = context; at != null; at = at.getParent().orElse(null)) {
      Class<?> type = at.getTestClass().orElse(null);
      if (type != null) {
        RheoServer found = AnnotationSupport.findAnnotation(type, RheoServer.class).orElse(null);
        if (found != null) {
          return new Annotated(ofClass(at, type), found);
        }
      }
    }
    throw new ExtensionConfigurationException(
        "%s has no @RheoServer".formatted(context.getDisplayName()));
  }

  /** The outermost context of the class. */
  private static ExtensionContext ofClass(ExtensionContext inner, Class<?> type) {
    ExtensionContext outermost = inner;
    for (ExtensionContext at = inner; at != null; at = at.getParent().orElse(null)) {
      if (at.getTestClass().filter(type::equals).isPresent()) {
        outermost = at;
      }
    }
    return outermost;
  }

  /**
   * The server for a context, which is started if there is none.
   *
   * @param context of a method if the scope is METHOD
   */
  static RheoApiServer server(ExtensionContext context) {
    Annotated annotated = annotated(context);
    RheoServer wanted = annotated.annotation();
    Supplier<Started> start = () -> new Started(wanted);
    Started started =
        switch (wanted.scope()) {
          case CLASS ->
              stored(
                  annotated.context(),
                  annotated.context().getRequiredTestClass(),
                  Started.class,
                  start);
          case METHOD ->
              stored(methodOf(context), "server of " + context.getUniqueId(), Started.class, start);
          case RUN -> stored(context.getRoot(), builder(wanted).options(), Started.class, start);
        };
    return started.with(wanted.manifests());
  }

  private static ExtensionContext methodOf(ExtensionContext context) {
    if (context.getTestMethod().isEmpty()) {
      throw new ExtensionConfigurationException(
          "%s cannot be given a server that each method has for itself: use another scope"
              .formatted(context.getDisplayName()));
    }
    return context;
  }

  private static RheoApiServer.Builder builder(RheoServer wanted) {
    return RheoApiServer.builder()
        .featureGates(wanted.featureGates())
        .controllers(wanted.controllers())
        .authorizationMode(wanted.authorizationMode())
        .admissionPlugins(wanted.admissionPlugins())
        .maxMemory(wanted.maxMemory());
  }

  /** Whether another test may use the server of a test at the same time. */
  static boolean mayShare(ExtensionContext context) {
    boolean parallel =
        context
            .getConfigurationParameter("junit.jupiter.execution.parallel.enabled")
            .map(Boolean::parseBoolean)
            .orElse(false);
    Annotated annotated = annotated(context);
    return parallel
        && switch (annotated.annotation().scope()) {
          case METHOD -> false;
          case CLASS -> !oneAfterTheOther(context, annotated.context());
          case RUN -> true;
        };
  }

  /** Whether the tests within a context run one after the other, as far as this one tells. */
  private static boolean oneAfterTheOther(ExtensionContext test, ExtensionContext within) {
    for (ExtensionContext at = test;
        at != null && !at.getUniqueId().equals(within.getUniqueId());
        at = at.getParent().orElse(null)) {
      if (at.getExecutionMode() != ExecutionMode.SAME_THREAD) {
        return false;
      }
    }
    return true;
  }

  /**
   * A value of the context's store, which is made if neither this store nor one above has the key.
   */
  @SuppressWarnings("deprecation") // What JUnit 6 has instead, JUnit 5 has not.
  static <T> T stored(ExtensionContext context, Object key, Class<T> type, Supplier<T> maker) {
    return Objects.requireNonNull(
        context.getStore(NAMESPACE).getOrComputeIfAbsent(key, unused -> maker.get(), type));
  }
}
