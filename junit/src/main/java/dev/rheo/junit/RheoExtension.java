package dev.rheo.junit;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestInstances;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;

/** Starts the server of a class of tests, and gives the tests what they ask for. */
final class RheoExtension
    implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, ParameterResolver {

  /** The fields of an instance that had no value when it was made. */
  private record Open(Object instance, List<Field> fields) {}

  /** Equal if it is the same instance, whatever the instance takes for equal. */
  private static final class SameInstance {
    private final Object instance;

    SameInstance(Object instance) {
      this.instance = instance;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof SameInstance same && same.instance == instance;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(instance);
    }
  }

  @Override
  public ExtensionContextScope getTestInstantiationExtensionContextScope(
      ExtensionContext rootContext) {
    // So that a constructor is given what ends with its test.
    return ExtensionContextScope.TEST_METHOD;
  }

  @Override
  public void beforeAll(ExtensionContext context) throws Exception {
    if (perMethod(context)) {
      instances(context).forEach(instance -> open(context, instance));
      return;
    }
    RheoApiServer server = TestServers.server(context);
    List<Field> statics =
        ReflectionSupport.findFields(
            context.getRequiredTestClass(),
            field -> Modifier.isStatic(field.getModifiers()) && Injected.isField(field),
            HierarchyTraversalMode.TOP_DOWN);
    Lease lease = Lease.of(context, server);
    for (Field field : statics) {
      if (get(field, null) == null) {
        set(field, null, lease);
        // Another class that inherits the field is given a value of its own.
        lease.afterwards(() -> clear(field));
      }
    }
    for (Object shared : instances(context)) {
      Open open = open(context, shared);
      if (hasNothing(open)) {
        fill(open, lease);
      }
    }
  }

  /** The instances that all tests of a class share, those of the classes around it among them. */
  private static List<Object> instances(ExtensionContext context) {
    return context.getTestInstances().map(TestInstances::getAllInstances).orElse(List.of());
  }

  @Override
  public void beforeEach(ExtensionContext context) throws Exception {
    RheoApiServer server = TestServers.server(context);
    if (!TestServers.mayShare(context)) {
      // The test before may have stopped it.
      server.start();
    }
    Lease lease = Lease.of(context, server);
    for (Object instance : context.getRequiredTestInstances().getAllInstances()) {
      Open open = open(context, instance);
      if (perMethod(context) || hasNothing(open)) {
        fill(open, lease);
      }
    }
    AnnotatedFaults ignored = faults(context, server);
  }

  /** Faults end with the test, unless they could be those of another one that runs now. */
  @Override
  public void afterEach(ExtensionContext context) {
    RheoApiServer server = TestServers.server(context);
    try {
      faults(context, server).remove();
    } finally {
      if (!TestServers.mayShare(context)) {
        server.faults().clear();
      }
    }
  }

  private static AnnotatedFaults faults(ExtensionContext context, RheoApiServer server) {
    return TestServers.stored(
        context,
        "faults of " + context.getUniqueId(),
        AnnotatedFaults.class,
        () -> AnnotatedFaults.of(context, server.faults()));
  }

  private static boolean perMethod(ExtensionContext context) {
    return TestServers.annotated(context).annotation().scope() == RheoServer.Scope.METHOD;
  }

  /** Kept with the context that knows the instance first, the class's if all tests share it. */
  private static Open open(ExtensionContext context, Object instance) {
    return TestServers.stored(
        context,
        new SameInstance(instance),
        Open.class,
        () ->
            new Open(
                instance,
                ReflectionSupport.findFields(
                    instance.getClass(),
                    field ->
                        !Modifier.isStatic(field.getModifiers())
                            && Injected.isField(field)
                            && get(field, instance) == null,
                    HierarchyTraversalMode.TOP_DOWN)));
  }

  private static boolean hasNothing(Open open) {
    return open.fields().stream().allMatch(field -> get(field, open.instance()) == null);
  }

  private static void fill(Open open, Lease lease) throws IllegalAccessException {
    for (Field field : open.fields()) {
      set(field, open.instance(), lease);
    }
  }

  private static @Nullable Object get(Field field, @Nullable Object instance) {
    try {
      field.setAccessible(true);
      return field.get(instance);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void set(Field field, @Nullable Object instance, Lease lease)
      throws IllegalAccessException {
    field.set(instance, lease.value(field.getType(), field));
  }

  private static void clear(Field field) {
    try {
      field.set(null, null);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return Injected.isParameter(parameter.getParameter());
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    Parameter wanted = parameter.getParameter();
    return Lease.of(context, TestServers.server(context)).value(wanted.getType(), wanted);
  }
}
