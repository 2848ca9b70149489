package dev.rheo.resource.type;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What clients are told of a custom type in one version: what its definition has, where the fact
 * tables tell of built-in types. Thread-safe.
 */
public final class CustomType {
  private final String listKind;
  private final boolean structural;
  private final boolean preservesUnknown;
  private final Supplier<JsonNode> version;
  private final Map<Class<?>, Object> derived = new ConcurrentHashMap<>();

  /**
   * @param listKind of the accepted names
   * @param structural whether the schema is structural; else it is not published
   * @param preservesUnknown {@code spec.preserveUnknownFields}
   * @param version the element of {@code spec.versions}, which is read when it is needed, and not
   *     kept
   */
  public CustomType(
      String listKind, boolean structural, boolean preservesUnknown, Supplier<JsonNode> version) {
    this.listKind = listKind;
    this.structural = structural;
    this.preservesUnknown = preservesUnknown;
    this.version = version;
  }

  /** The kind of a list: {@code ShapeList}. */
  public String listKind() {
    return listKind;
  }

  /** Whether fields that the schema does not have are kept everywhere. */
  public boolean preservesUnknown() {
    return preservesUnknown;
  }

  /** The element of {@code spec.versions}. Must not be changed. */
  public JsonNode version() {
    return version.get();
  }

  /** The schema of a {@link #version()}; missing if there is none that is published. */
  public JsonNode publishedSchema(JsonNode of) {
    return structural ? of.path("schema").path("openAPIV3Schema") : MissingNode.getInstance();
  }

  /**
   * What is made of the type once and kept with it, such as its table.
   *
   * @param make must not ask for another thing that is derived
   */
  public <T> T derived(Class<T> what, Function<CustomType, T> make) {
    return what.cast(derived.computeIfAbsent(what, any -> make.apply(this)));
  }
}
