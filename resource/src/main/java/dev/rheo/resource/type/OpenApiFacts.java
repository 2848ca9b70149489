package dev.rheo.resource.type;

import dev.rheo.codec.schema.ObjectType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What only upstream's OpenAPI documents state about the built-in types, read from {@code
 * openapi.txt}: required fields, kinds of lists and maps, defaults, enums. Read once, when first
 * asked for.
 */
public final class OpenApiFacts {
  /**
   * What is stated about a field; empty where nothing is.
   *
   * @param listType {@code atomic}, {@code set} or {@code map}
   * @param mapType {@code atomic} or {@code granular}
   * @param defaultJson the default as JSON
   * @param enumJson a JSON array of the values of the field, or of its elements
   */
  public record FieldFacts(
      String listType,
      List<String> listMapKeys,
      String mapType,
      String defaultJson,
      String enumJson) {}

  /**
   * What is stated about a type.
   *
   * @param required JSON names of required fields
   * @param mapType {@code atomic}, or empty
   */
  public record TypeFacts(List<String> required, String mapType, Map<String, FieldFacts> fields) {
    /** What is stated about the field of that JSON name. */
    public FieldFacts field(String name) {
      return fields.getOrDefault(name, NO_FIELD_FACTS);
    }
  }

  private static final TypeFacts NO_FACTS = new TypeFacts(List.of(), "", Map.of());
  private static final FieldFacts NO_FIELD_FACTS = new FieldFacts("", List.of(), "", "", "");

  private static final class Holder {
    static final Map<String, TypeFacts> FACTS = read();
  }

  private OpenApiFacts() {}

  /** The facts of a type. */
  public static TypeFacts of(ObjectType type) {
    return Holder.FACTS.getOrDefault(name(type.goName()), NO_FACTS);
  }

  /** The name of the schema of a Go type: the host name reversed, dots for slashes. */
  public static String name(String goName) {
    return "io.k8s." + goName.substring("k8s.io/".length()).replace('/', '.');
  }

  private static Map<String, TypeFacts> read() {
    Map<String, TypeFacts> facts = new HashMap<>();
    @Nullable String[] type = new String[1];
    FactTable.read(
        OpenApiFacts.class,
        "openapi.txt",
        column -> {
          switch (column[0]) {
            case "T" -> {
              type[0] = column[1];
              facts.put(
                  column[1],
                  new TypeFacts(
                      List.of(FactTable.list(column[2])),
                      FactTable.text(column[3]),
                      new HashMap<>()));
            }
            case "F" ->
                Objects.requireNonNull(facts.get(type[0]))
                    .fields
                    .put(
                        column[1],
                        new FieldFacts(
                            FactTable.text(column[3]),
                            List.of(FactTable.list(column[4])),
                            FactTable.text(column[5]),
                            FactTable.text(column[6]),
                            FactTable.text(column[7])));
            default -> throw new IllegalStateException(column[0]);
          }
        });
    return facts;
  }
}
