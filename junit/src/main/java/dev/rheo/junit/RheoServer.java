package dev.rheo.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives the tests of a class a real Kubernetes API server in this JVM, and clients of it.
 *
 * <pre>{@code
 * @RheoServer(manifests = "crds/widgets.yaml")
 * class WidgetTest {
 *   KubernetesClient client;
 *   @TestNamespace String namespace;
 *
 *   @Test
 *   void isCreated() {
 *     client.resource(new Widget("a")).inNamespace(namespace).create();
 *     ...
 *   }
 * }
 * }</pre>
 *
 * <p>Fields, and parameters of tests, of their life-cycle methods and constructors, are given a
 * value if they have one of these types:
 *
 * <table>
 * <caption>What is injected</caption>
 * <tr><td>{@link RheoApiServer}</td><td>the server</td></tr>
 * <tr><td>{@link dev.rheo.junit.fault.Faults}</td><td>what goes wrong on demand</td></tr>
 * <tr><td>fabric8's {@code KubernetesClient}, {@code NamespacedKubernetesClient}, {@code Config};
 * client-java's {@code ApiClient}</td><td>one of the administrator's, for requests without a
 * namespace that of the test if it is annotated with {@link TestNamespace}</td></tr>
 * <tr><td>{@code Path} or {@code String} with {@link Kubeconfig}</td><td>a kubeconfig: its file,
 * or its text</td></tr>
 * <tr><td>{@code String} with {@link TestNamespace}</td><td>a namespace of the test's own</td></tr>
 * </table>
 *
 * <p>A field keeps the value that it was initialised with, and a field that has an annotation of
 * somebody else's, such as {@code @Autowired}, is left alone. What a test is given is closed after
 * the test; what is given to a static field, to a method that runs once for all tests, or to the
 * fields of an instance that all tests share, after the last test.
 *
 * <p>Nested classes use the server of the class around them, unless they have this annotation, too.
 *
 * <p>Runs with JUnit Jupiter 5.12 or newer, and 6.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@ExtendWith(RheoExtension.class)
public @interface RheoServer {

  /** How long a server is used. */
  enum Scope {
    /** By all tests of the class. */
    CLASS,
    /** By one test. */
    METHOD,
    /**
     * By all classes of the run with this scope and equal options, in this JVM. What one class
     * leaves behind, the next one finds: {@link TestNamespace} keeps them apart.
     */
    RUN
  }

  /** How long the server is used. */
  Scope scope() default Scope.CLASS;

  /**
   * Files from the class path that are applied before the first test, as {@link
   * RheoApiServer#apply} does.
   */
  String[] manifests() default {};

  /** As {@link RheoApiServer.Builder#featureGates}. */
  String featureGates() default "";

  /** As {@link RheoApiServer.Builder#controllers}. */
  String controllers() default "*";

  /** As {@link RheoApiServer.Builder#authorizationMode}. */
  String authorizationMode() default "";

  /** As {@link RheoApiServer.Builder#admissionPlugins}. */
  String[] admissionPlugins() default {};

  /** As {@link RheoApiServer.Builder#maxMemory}. */
  int maxMemory() default 256;
}
