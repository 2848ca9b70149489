package dev.rheo.resource.defaults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.io.Meter;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.codec.schema.FieldType;
import dev.rheo.codec.schema.ObjectType;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.type.FactTable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The compiled defaults of one type and of the types that it contains. Parts of a tree that have no
 * defaults are not visited.
 */
final class DefaultPlan {
  private record Literal(String field, boolean pointer, JsonNode value) {}

  private record Child(String field, FieldType.Cardinality cardinality, DefaultPlan plan) {}

  /** Estimated heap of what a function adds, in bytes. */
  private static final int FUNCTION = 256;

  /** Heap of an added member, in bytes. */
  private static final int MEMBER = 56;

  /** Heap of an added object, in bytes. */
  private static final int OBJECT = 160;

  private final List<Literal> literals = new ArrayList<>();
  private final List<Child> children = new ArrayList<>();
  private @Nullable Consumer<ObjectNode> function;

  private DefaultPlan() {}

  static DefaultPlan of(ObjectType type) {
    return new Compiler().compile(type);
  }

  /**
   * Applies the defaults of the type itself, then those of its fields, as upstream does.
   *
   * @param tally charged for what is added
   */
  void apply(ObjectNode node, Meter.Tally tally) {
    if (function != null) {
      tally.add(FUNCTION);
      function.accept(node);
    }
    for (Literal literal : literals) {
      JsonNode present = Trees.get(node, literal.field);
      if (present == null || (!literal.pointer && Trees.isZero(present))) {
        tally.add(MEMBER);
        node.set(literal.field, literal.value.deepCopy());
      }
    }
    for (Child child : children) {
      JsonNode present = Trees.get(node, child.field);
      switch (child.cardinality) {
        // a struct that is not a pointer is always present
        case VALUE -> {
          tally.add(present == null ? MEMBER + OBJECT : 0);
          child.plan.apply(Trees.need(node, child.field), tally);
        }
        case LIST, MAP -> {
          if (present != null) {
            present.forEach(element -> child.plan.applyIfObject(element, tally));
          }
        }
        default -> child.plan.applyIfObject(present, tally);
      }
    }
  }

  private void applyIfObject(@Nullable JsonNode node, Meter.Tally tally) {
    if (node instanceof ObjectNode object) {
      apply(object, tally);
    }
  }

  /** The rules of all types. */
  private static final class Rules {
    static final Map<String, Map<String, JsonNode>> LITERALS = new HashMap<>();
    static final Map<String, Consumer<ObjectNode>> FUNCTIONS = new HashMap<>();

    static {
      String[] type = new String[1];
      FactTable.read(
          DefaultPlan.class,
          "defaults.txt",
          column -> {
            if (column[0].equals("T")) {
              type[0] = goName(column[1]);
              return;
            }
            byte[] value = ("{\"value\":" + column[2] + "}").getBytes(StandardCharsets.UTF_8);
            LITERALS
                .computeIfAbsent(type[0], any -> new HashMap<>())
                .put(column[1], ObjectDecoder.decode(value, 10).tree().get("value"));
          });
      ResourceLists.register(Rules::add);
      CoreDefaults.register(Rules::add);
      GroupDefaults.register(Rules::add);
    }

    private static void add(String name, Consumer<ObjectNode> function) {
      FUNCTIONS.merge(goName(name), function, Consumer::andThen);
    }

    private static String goName(String name) {
      return name.startsWith("k8s.io/") ? name : "k8s.io/api/" + name;
    }
  }

  /** Compiles a type and the types that it refers to, each once; types may be recursive. */
  private static final class Compiler {
    private final Map<String, DefaultPlan> plans = new HashMap<>();

    DefaultPlan compile(ObjectType type) {
      DefaultPlan known = plans.get(type.goName());
      if (known != null) {
        return known;
      }
      DefaultPlan plan = new DefaultPlan();
      plans.put(type.goName(), plan);
      plan.function = Rules.FUNCTIONS.get(type.goName());
      Rules.LITERALS
          .getOrDefault(type.goName(), Map.of())
          .forEach(
              (name, value) -> {
                FieldType field =
                    Objects.requireNonNull(type.field(name), type.goName() + "." + name);
                plan.literals.add(
                    new Literal(name, field.cardinality() == FieldType.Cardinality.POINTER, value));
              });
      for (FieldType field : type.fields()) {
        ObjectType part = field.type();
        if (field.kind() == FieldType.Kind.OBJECT
            && part != null
            && hasRules(part, new HashSet<>())) {
          plan.children.add(new Child(field.name(), field.cardinality(), compile(part)));
        }
      }
      return plan;
    }

    private static boolean hasRules(ObjectType type, Set<String> visited) {
      if (!visited.add(type.goName())) {
        return false;
      }
      if (Rules.FUNCTIONS.containsKey(type.goName()) || Rules.LITERALS.containsKey(type.goName())) {
        return true;
      }
      return type.fields().stream()
          .anyMatch(
              field ->
                  field.kind() == FieldType.Kind.OBJECT
                      && field.type() != null
                      && hasRules(Objects.requireNonNull(field.type()), visited));
    }
  }
}
