package dev.rheo.junit;

import dev.rheo.junit.fault.Faults;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Which fields and parameters get a value, by their type and their annotations. */
enum Injected {
  SERVER,
  FAULTS,
  CLIENT,
  KUBECONFIG_FILE,
  KUBECONFIG_TEXT,
  NAMESPACE;

  /** What a field or parameter gets; null for nothing. */
  static @Nullable Injected of(Class<?> type, AnnotatedElement element) {
    if (type == RheoApiServer.class) {
      return SERVER;
    }
    if (type == Faults.class) {
      return FAULTS;
    }
    if (type == Path.class) {
      return element.isAnnotationPresent(Kubeconfig.class) ? KUBECONFIG_FILE : null;
    }
    if (type == String.class) {
      return element.isAnnotationPresent(Kubeconfig.class)
          ? KUBECONFIG_TEXT
          : element.isAnnotationPresent(TestNamespace.class) ? NAMESPACE : null;
    }
    return ClientKind.of(type) == null ? null : CLIENT;
  }

  /** Whether a field gets a value, unless it has one already. */
  static boolean isField(Field field) {
    return of(field.getType(), field) != null
        && !Modifier.isFinal(field.getModifiers())
        && !isClaimed(field);
  }

  /** Whether a parameter gets a value. */
  static boolean isParameter(Parameter parameter) {
    return of(parameter.getType(), parameter) != null && !isClaimed(parameter);
  }

  /**
   * Whether an annotation says that somebody else gives the value, such as {@code @Autowired}. What
   * says whether it may be null says nothing of that.
   */
  private static boolean isClaimed(AnnotatedElement element) {
    for (Annotation annotation : element.getAnnotations()) {
      if (!(annotation instanceof Kubeconfig)
          && !(annotation instanceof TestNamespace)
          && !annotation.annotationType().getSimpleName().contains("Null")) {
        return true;
      }
    }
    return false;
  }
}
