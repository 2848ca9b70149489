package dev.rheo.schema.rule;

import dev.rheo.cel.type.DeclType;
import dev.rheo.schema.Restrictions;
import dev.rheo.schema.Rule;
import dev.rheo.schema.Structural;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The rules of one schema and of those below it; where there are none, there is no node. They are
 * compiled when the first value is judged, and kept. Thread-safe.
 */
final class RuleNode {
  /** What can have rules: a schema, or one below an {@code allOf}, which restricts the same. */
  private record Source(
      List<Rule> rules,
      @Nullable Object items,
      Map<String, ?> properties,
      @Nullable Object additional,
      List<Restrictions.Nested> allOf) {

    static Source of(Object schema) {
      return switch (schema) {
        case Structural s ->
            new Source(
                s.rules(),
                s.items(),
                s.properties(),
                s.additional().schema(),
                allOf(s.restrictions()));
        case Restrictions.Nested n ->
            new Source(n.rules(), n.items(), n.properties(), n.additional(), allOf(n.own()));
        default -> throw new IllegalArgumentException(schema.getClass().getName());
      };
    }

    private static List<Restrictions.Nested> allOf(@Nullable Restrictions restrictions) {
      return restrictions == null ? List.of() : restrictions.allOf();
    }
  }

  final Structural schema;

  /** Whether it is a resource, whose metadata rules can always read. */
  final boolean root;

  final List<Rule> rules;
  final @Nullable RuleNode items;
  final @Nullable RuleNode additional;
  final Map<String, RuleNode> properties;
  final List<RuleNode> allOf;

  /** What the type is made of, where the schema of the object does not say it. */
  private final Structural typeSource;

  private volatile @Nullable List<CompiledRule> compiled;

  private RuleNode(
      Structural schema,
      Structural typeSource,
      boolean root,
      List<Rule> rules,
      @Nullable RuleNode items,
      @Nullable RuleNode additional,
      Map<String, RuleNode> properties,
      List<RuleNode> allOf) {
    this.schema = schema;
    this.typeSource = typeSource;
    this.root = root;
    this.rules = rules;
    this.items = items;
    this.additional = additional;
    this.properties = properties;
    this.allOf = allOf;
  }

  /** The rules of a schema; null if it has none. */
  static @Nullable RuleNode of(Structural schema, boolean root) {
    return hasRules(schema) ? node(schema, schema, schema, root) : null;
  }

  /** As upstream, rules that only stand below an {@code allOf} do not count. */
  private static boolean hasRules(@Nullable Structural schema) {
    return schema != null
        && (!schema.rules().isEmpty()
            || hasRules(schema.items())
            || hasRules(schema.additional().schema())
            || schema.properties().values().stream().anyMatch(RuleNode::hasRules));
  }

  /**
   * @param stated what has the rules
   * @param schema of the value
   */
  private static @Nullable RuleNode node(
      Object stated, Structural schema, Structural typeSource, boolean root) {
    Source source = Source.of(stated);
    RuleNode items = child(source.items, schema.items());
    RuleNode additional = child(source.additional, schema.additional().schema());
    Map<String, RuleNode> properties = new HashMap<>();
    source.properties.forEach(
        (name, property) -> {
          Structural field = schema.properties().get(name);
          Structural type = field == null ? null : typeOfField(typeSource, name, field, root);
          if (field == null || type == null) {
            return;
          }
          RuleNode child = node(property, field, type, field.embedded());
          if (child != null) {
            properties.put(name, child);
          }
        });
    List<RuleNode> allOf = new ArrayList<>();
    for (Restrictions.Nested nested : source.allOf) {
      RuleNode child = node(nested, schema, typeSource, root);
      if (child != null) {
        allOf.add(child);
      }
    }
    if (source.rules.isEmpty()
        && items == null
        && additional == null
        && properties.isEmpty()
        && allOf.isEmpty()) {
      return null;
    }
    return new RuleNode(
        schema,
        typeSource,
        root,
        source.rules,
        items,
        additional,
        Map.copyOf(properties),
        List.copyOf(allOf));
  }

  private static @Nullable RuleNode child(@Nullable Object stated, @Nullable Structural schema) {
    return stated == null || schema == null
        ? null
        : node(stated, schema, schema, schema.embedded());
  }

  /** What the type of a field is made of; null if expressions, and so rules, cannot see it. */
  private static @Nullable Structural typeOfField(
      Structural parent, String name, Structural field, boolean root) {
    Structural type = field;
    if (root && Metadata.isMissing(parent) && Metadata.field(name) != null) {
      type = Metadata.field(name);
    } else if (!parent.properties().containsKey(name)) {
      return null; // of metadata, of which only names can be read
    }
    return type != null && SchemaTypes.isVisible(type) ? type : null;
  }

  /** The type of the values; null if expressions cannot see them. */
  @Nullable DeclType type() {
    return SchemaTypes.of(typeSource, root, RuleCompiler.typeName(rules));
  }

  /**
   * The compiled rules, in their order; empty if their type cannot be told.
   *
   * @throws RuntimeException if the meter refuses the memory: it is tried again next time
   */
  List<CompiledRule> compiled() {
    List<CompiledRule> known = compiled;
    if (known != null) {
      return known;
    }
    synchronized (this) {
      if (compiled == null) {
        compiled = compile();
      }
      return compiled;
    }
  }

  private List<CompiledRule> compile() {
    DeclType type = type();
    if (type == null) {
      return List.of();
    }
    RuleCompiler compiler = new RuleCompiler(schema, type);
    List<CompiledRule> all = new ArrayList<>(rules.size());
    for (Rule rule : rules) {
      all.add(compiler.compile(rule).withoutExpressions());
    }
    return List.copyOf(all);
  }
}
