package dev.rheo.schema;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A structural schema (KEP-2265): for each value of an object there is one node that tells its type
 * and what becomes of it. What only restricts values is apart, in {@link Restrictions}. Immutable.
 *
 * @param type {@code object}, {@code array}, {@code string}, {@code integer}, {@code number},
 *     {@code boolean}; empty if none is stated
 * @param defaultValue what an absent value becomes; null if it stays absent
 * @param properties the fields of an object by name, in the order of the definition
 * @param items the elements of an array
 * @param additional what further fields of an object are
 * @param preserveUnknown {@code x-kubernetes-preserve-unknown-fields}
 * @param embedded {@code x-kubernetes-embedded-resource}
 * @param intOrString {@code x-kubernetes-int-or-string}
 * @param listType {@code atomic}, {@code set}, {@code map}; empty if none is stated
 * @param listMapKeys what distinguishes the elements of a list of type {@code map}
 * @param mapType {@code granular}, {@code atomic}; empty if none is stated
 * @param rules {@code x-kubernetes-validations}
 * @param restrictions what is demanded of values; null if nothing is
 * @param remarks whether there is a title, a description, an example or other documentation, which
 *     the metadata of an object must not have
 */
public record Structural(
    String type,
    boolean nullable,
    @Nullable JsonNode defaultValue,
    Map<String, Structural> properties,
    @Nullable Structural items,
    Additional additional,
    boolean preserveUnknown,
    boolean embedded,
    boolean intOrString,
    String listType,
    List<String> listMapKeys,
    String mapType,
    List<Rule> rules,
    @Nullable Restrictions restrictions,
    boolean remarks) {

  /** A schema that tells types only. */
  public static Structural ofTypes(
      String type, Map<String, Structural> properties, Additional additional) {
    return new Structural(
        type,
        false,
        null,
        properties,
        null,
        additional,
        false,
        false,
        false,
        "",
        List.of(),
        "",
        List.of(),
        null,
        false);
  }

  /** What a member of an object is: a property, or one of the further fields; null if not told. */
  public @Nullable Structural member(String name) {
    Structural property = properties.get(name);
    return property != null ? property : additional.schema();
  }

  /**
   * {@code additionalProperties}: absent, {@code false}, {@code true}, or a schema.
   *
   * @param stated whether the definition has it
   * @param allowed whether there may be further fields, if it is stated
   * @param schema what they are; null if that is not told
   */
  public record Additional(boolean stated, boolean allowed, @Nullable Structural schema) {
    /** Not stated: further fields are pruned, unless they are preserved. */
    public static final Additional NONE = new Additional(false, false, null);
  }
}
