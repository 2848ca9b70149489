package dev.rheo.compat.harness;

/**
 * Writes of the client library under test. The resource is {@code configmaps} or {@code secrets}.
 */
public interface Writes {

  /**
   * Creates or replaces an object whose one datum {@code n} is the number and whose label {@code
   * even} says whether it is even.
   */
  Identity put(String resource, String name, int n, boolean create) throws Exception;

  void delete(String resource, String name) throws Exception;

  static String even(int n) {
    return Boolean.toString(n % 2 == 0);
  }
}
