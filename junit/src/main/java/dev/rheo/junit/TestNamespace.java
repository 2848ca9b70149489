package dev.rheo.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Gives a test a namespace of its own. On a {@code String} it is the name of the namespace; on a
 * client, the namespace of requests that name none. All that is annotated for one test has the same
 * namespace. After the test it is deleted with all that is in it; nobody waits for that.
 *
 * <p>A static field, or a field of an instance that all tests share, has one namespace for all
 * tests.
 */
@Target({ElementType.FIELD, ElementType.PARAMETER})
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface TestNamespace {}
