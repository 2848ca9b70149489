package dev.rheo.client.fabric8;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.Client;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Informable;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An object of fabric8's DSL, or its client, of which the informers are ours. What the object
 * returns of the DSL is wrapped as well; what it is asked otherwise it answers itself.
 */
final class WrappedClient implements InvocationHandler {

  /**
   * @param type a class of fabric8
   * @param wanted what the caller takes its object for
   */
  private record Role(Class<?> type, Class<?> wanted) {}

  /** The interfaces of the proxies: as many as fabric8's DSL has steps. */
  private static final Map<Role, Class<?>[]> INTERFACES = new ConcurrentHashMap<>();

  private final RheoInformers rheo;
  private final Object original;
  private final @Nullable Map<String, Function<Object, List<String>>> indexers;

  private WrappedClient(
      RheoInformers rheo,
      Object original,
      @Nullable Map<String, Function<Object, List<String>>> indexers) {
    this.rheo = rheo;
    this.original = original;
    this.indexers = indexers;
  }

  static KubernetesClient of(RheoInformers rheo, KubernetesClient client) {
    return (KubernetesClient) wrapped(rheo, client, KubernetesClient.class, null);
  }

  /** The object itself, if it is one of these. */
  @SuppressWarnings("unchecked") // A proxy has the interfaces of its original.
  static <T> T unwrapped(T object) {
    if (Proxy.isProxyClass(object.getClass())
        && Proxy.getInvocationHandler(object) instanceof WrappedClient wrapped) {
      return (T) wrapped.original;
    }
    return object;
  }

  private static Object wrapped(
      RheoInformers rheo,
      Object original,
      Class<?> wanted,
      @Nullable Map<String, Function<Object, List<String>>> indexers) {
    return Proxy.newProxyInstance(
        WrappedClient.class.getClassLoader(),
        INTERFACES.computeIfAbsent(
            new Role(original.getClass(), wanted), WrappedClient::interfaces),
        new WrappedClient(rheo, original, indexers));
  }

  /**
   * As many interfaces of the class as a proxy can have. Some of fabric8's have methods that differ
   * in nothing but what they return; of these it has the one that is wanted, or that has informers.
   */
  private static Class<?>[] interfaces(Role role) {
    List<Class<?>> offered = new ArrayList<>();
    for (Class<?> at = role.type(); at != null; at = at.getSuperclass()) {
      for (Class<?> each : at.getInterfaces()) {
        if (Modifier.isPublic(each.getModifiers())) {
          offered.add(each);
        }
      }
    }
    offered.sort(
        Comparator.comparing((Class<?> each) -> !role.wanted().isAssignableFrom(each))
            .thenComparing(each -> !MixedOperation.class.isAssignableFrom(each))
            .thenComparing(each -> !Informable.class.isAssignableFrom(each)));
    List<Class<?>> taken = new ArrayList<>();
    if (role.wanted().isInterface()) {
      taken.add(role.wanted());
    }
    for (Class<?> each : offered) {
      if (!taken.contains(each)) {
        taken.add(each);
        if (!fit(taken)) {
          taken.remove(each);
        }
      }
    }
    return taken.toArray(Class<?>[]::new);
  }

  private static boolean fit(List<Class<?>> interfaces) {
    try {
      Proxy.newProxyInstance(
          WrappedClient.class.getClassLoader(),
          interfaces.toArray(Class<?>[]::new),
          (proxy, method, arguments) -> null);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  @Override
  public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
      throws Throwable {
    Object[] given = arguments == null ? new Object[0] : arguments;
    switch (method.getName()) {
      case "equals" -> {
        if (given.length == 1 && method.getParameterTypes()[0] == Object.class) {
          return given[0] != null && original.equals(unwrapped(given[0]));
        }
      }
      case "runnableInformer" -> {
        if (original instanceof Informable<?>) {
          return informer((Long) given[0]);
        }
      }
      case "inform" -> {
        if (original instanceof Informable<?>) {
          return inform(given);
        }
      }
      case "informers" -> {
        if (original instanceof KubernetesClient && given.length == 0) {
          return new SharedFactory(rheo, (KubernetesClient) original);
        }
      }
      default -> {}
    }
    Object result;
    try {
      result = method.invoke(original, given);
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
    Class<?> wanted = method.getReturnType();
    for (Object argument : given) {
      // adapt(Class) and its like: the caller casts the result to that.
      if (result instanceof Client && argument instanceof Class<?> chosen) {
        wanted = chosen;
      }
    }
    return result == null || !ofDsl(result, wanted)
        ? result
        : wrapped(rheo, result, wanted, kept(method, given));
  }

  /** Whether informers can be reached from the result, and the caller can take a proxy for it. */
  private static boolean ofDsl(Object result, Class<?> wanted) {
    if (!wanted.isInterface() && wanted != Object.class) {
      return false;
    }
    for (Class<?> at = result.getClass(); at != null; at = at.getSuperclass()) {
      for (Class<?> each : at.getInterfaces()) {
        if (each.getName().contains(".client.dsl.")
            || each.getName().endsWith("APIGroupDSL")
            || Client.class.isAssignableFrom(each)) {
          return true;
        }
      }
    }
    return false;
  }

  private @Nullable Map<String, Function<Object, List<String>>> kept(
      Method method, Object[] given) {
    if (method.getName().equals("withIndexers")) {
      @SuppressWarnings("unchecked") // The one parameter of this method.
      Map<String, Function<Object, List<String>>> added =
          (Map<String, Function<Object, List<String>>>) given[0];
      return added;
    }
    // As in fabric8, every other step of the DSL begins without them.
    return method.getName().equals("withLimit") ? indexers : null;
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // An informable's objects have its type.
  private SharedIndexInformer<?> informer(long resync) {
    SharedIndexInformer informer =
        rheo.informer((Informable<? extends HasMetadata>) original, resync);
    if (indexers != null) {
      informer.addIndexers(indexers);
    }
    return informer;
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private SharedIndexInformer<?> inform(Object[] given) {
    SharedIndexInformer informer = informer(given.length == 2 ? (Long) given[1] : 0L);
    if (given.length > 0 && given[0] != null) {
      informer.addEventHandler((ResourceEventHandler) given[0]);
    }
    return informer.run();
  }
}
