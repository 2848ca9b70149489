package dev.rheo.schema.rule;

import dev.rheo.api.status.Excerpt;
import dev.rheo.api.status.FieldError;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.cel.Expression;
import dev.rheo.cel.cost.CostEstimator;
import dev.rheo.cel.cost.Sizes;
import dev.rheo.cel.type.DeclType;
import dev.rheo.schema.Restrictions;
import dev.rheo.schema.Rule;
import dev.rheo.schema.Structural;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The rules of one schema of a definition, before it is stored: whether they compile, and what they
 * may cost at most. A rule may cost ten million units, taken as often as its schema admits a value,
 * all together a hundred million.
 *
 * <pre>
 * DefinitionRules rules = new DefinitionRules(schema, unchanged);
 * DefinitionRules.Place spec = rules.root().property("spec");     // follow the schema
 * spec.check(path + ".properties[spec]", null, errors);           // each place after what is below it
 * rules.checkTotal(path, errors);                                 // at the end
 * </pre>
 *
 * <p>See {@code k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation}. Not thread-safe.
 */
public final class DefinitionRules {
  private static final long RULE_COST_MAX = 10_000_000;
  private static final long TOTAL_COST_MAX = 100_000_000;

  /** Rules that cost less than this share of the total are not named as its causes. */
  private static final long NOTABLE_COST = TOTAL_COST_MAX / 100;

  private static final int NAMED_MAX = 4;
  private static final String RULES = ".x-kubernetes-validations[";
  private static final double FACTOR_MAX = 100;
  private static final double FACTOR_ROUNDED = 1.5;

  /** Where a rule is, and what it costs. */
  private record Expensive(String path, long cost) {}

  private final Structural schema;
  private final boolean unchanged;
  private final List<Expensive> expensive = new ArrayList<>();
  private long total;

  /**
   * @param unchanged whether the schema is stored already, so that a single rule may be expensive
   */
  public DefinitionRules(Structural schema, boolean unchanged) {
    this.schema = schema;
    this.unchanged = unchanged;
  }

  /**
   * Checks all rules of a schema: how they are stated, then the rules themselves where nothing was
   * wrong with that.
   *
   * @param fieldPath of the schema, {@code spec.validation.openAPIV3Schema}
   * @param unchanged whether the schema is stored already, so that a single rule may be expensive
   */
  public static void check(
      Structural schema, String fieldPath, boolean unchanged, FieldErrors errors) {
    DefinitionRules rules = new DefinitionRules(schema, unchanged);
    FieldErrors ofRules = new FieldErrors();
    boolean ignored = rules.check(rules.root(), fieldPath, null, errors, ofRules);
    ofRules.toList().forEach(errors::add);
    rules.checkTotal(fieldPath, errors);
  }

  /** Whether the rules at a place and below it are stated as they must be. */
  private boolean check(
      Place place,
      String path,
      @Nullable String uncorrelated,
      FieldErrors statements,
      FieldErrors ofRules) {
    boolean sound = true;
    Structural at = place.schema;
    Structural values = at.additional().schema();
    if (values != null) {
      String below = path + ".additionalProperties";
      sound = check(place.additional(), below, uncorrelated, statements, ofRules);
    }
    String ofFields = uncorrelated != null || isCorrelated(at) ? uncorrelated : path;
    for (String name : at.properties().keySet()) {
      String below = path + ".properties[" + name + "]";
      sound &= check(place.property(name), below, ofFields, statements, ofRules);
    }
    sound &= checkNested(at.restrictions(), path, statements);
    if (at.items() != null) {
      String ofItems = uncorrelated != null || at.listType().equals("map") ? uncorrelated : path;
      sound &= check(place.items(), path + ".items", ofItems, statements, ofRules);
    }
    sound &= RuleStatements.check(at.rules(), at, path, statements);
    if (sound) {
      place.check(path, uncorrelated, ofRules);
    }
    return sound;
  }

  private static boolean isCorrelated(Structural schema) {
    return switch (schema.mapType()) {
      case "", "granular", "atomic" -> true;
      default -> false;
    };
  }

  private static boolean checkNested(
      @Nullable Restrictions restrictions, String path, FieldErrors errors) {
    if (restrictions == null) {
      return true;
    }
    boolean sound =
        restrictions.not() == null || checkNested(restrictions.not(), path + ".not", errors);
    sound &= checkNested(restrictions.allOf(), path + ".allOf", errors);
    sound &= checkNested(restrictions.oneOf(), path + ".oneOf", errors);
    sound &= checkNested(restrictions.anyOf(), path + ".anyOf", errors);
    return sound;
  }

  private static boolean checkNested(
      List<Restrictions.Nested> all, String path, FieldErrors errors) {
    boolean sound = true;
    for (int i = 0; i < all.size(); i++) {
      sound &= checkNested(all.get(i), path + "[" + i + "]", errors);
    }
    return sound;
  }

  private static boolean checkNested(Restrictions.Nested nested, String path, FieldErrors errors) {
    boolean sound = true;
    if (nested.additional() != null) {
      sound = checkNested(nested.additional(), path + ".additionalProperties", errors);
    }
    for (Map.Entry<String, Restrictions.Nested> property : nested.properties().entrySet()) {
      String below = path + ".properties[" + property.getKey() + "]";
      sound &= checkNested(property.getValue(), below, errors);
    }
    sound &= checkNested(nested.own(), path, errors);
    if (nested.items() != null) {
      sound &= checkNested(nested.items(), path + ".items", errors);
    }
    sound &= RuleStatements.check(nested, path, errors);
    return sound;
  }

  /** The root of the schema. */
  public Place root() {
    return new Place(null, schema, 1L);
  }

  /**
   * Refuses a schema whose rules cost too much together.
   *
   * @param fieldPath of the schema
   */
  public void checkTotal(String fieldPath, FieldErrors errors) {
    if (Long.compareUnsigned(total, TOTAL_COST_MAX) <= 0) {
      return;
    }
    for (Expensive each : expensive) {
      errors.add(
          FieldError.forbidden(
              each.path(),
              "contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3"
                  + " schema"));
    }
    String what = "x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema";
    errors.add(FieldError.forbidden(fieldPath, tooExpensive(what, total, TOTAL_COST_MAX)));
  }

  private void observe(String path, long cost) {
    long sum = total + cost;
    total = Long.compareUnsigned(sum, total) < 0 ? -1 : sum;
    if (Long.compareUnsigned(cost, NOTABLE_COST) < 0) {
      return;
    }
    expensive.add(new Expensive(path, cost));
    expensive.sort((a, b) -> Long.compareUnsigned(b.cost(), a.cost()));
    if (expensive.size() > NAMED_MAX) {
      expensive.removeLast();
    }
  }

  private static String tooExpensive(String what, long cost, long max) {
    double factor = toDouble(cost) / max;
    String by =
        factor > FACTOR_MAX
            ? "more than 100x"
            : new BigDecimal(factor)
                    .setScale(factor < FACTOR_ROUNDED ? 6 : 1, RoundingMode.HALF_EVEN)
                    .toPlainString()
                + "x";
    return what
        + " exceeds budget by factor of "
        + by
        + " (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where"
        + " arrays, maps, and strings are declared)";
  }

  private static double toDouble(long unsigned) {
    return unsigned >= 0 ? unsigned : ((unsigned >>> 1) | (unsigned & 1)) * 2.0;
  }

  /** A cost, as often; the largest number if it is larger. */
  private static long times(long cost, long count) {
    if (cost == 0) {
      return 0;
    }
    return Long.compareUnsigned(Long.divideUnsigned(-1, cost), count) < 0 ? -1 : cost * count;
  }

  /** A place in the schema. */
  public final class Place {
    private final @Nullable Place parent;
    private final Structural schema;

    /** How many values there can be; null if that is not limited. */
    private final @Nullable Long count;

    private Place(@Nullable Place parent, Structural schema, @Nullable Long count) {
      this.parent = parent;
      this.schema = schema;
      this.count = count;
    }

    /**
     * The place of a field.
     *
     * @throws IllegalArgumentException if the schema has none
     */
    public Place property(String name) {
      return child(schema.properties().get(name));
    }

    /**
     * The place of the elements of a list.
     *
     * @throws IllegalArgumentException if the schema tells none
     */
    public Place items() {
      return child(schema.items());
    }

    /**
     * The place of the values of a map.
     *
     * @throws IllegalArgumentException if the schema tells none
     */
    public Place additional() {
      return child(schema.additional().schema());
    }

    private Place child(@Nullable Structural below) {
      if (below == null) {
        throw new IllegalArgumentException("the schema has no such part");
      }
      Long factor = factor();
      return new Place(
          this, below, count == null || factor == null ? null : (Long) times(count, factor));
    }

    /** How many values there can be within one value; null if that is not limited. */
    private @Nullable Long factor() {
      Restrictions limits = schema.restrictions();
      Long most =
          switch (schema.type()) {
            case "object" -> {
              if (!schema.additional().stated()) {
                yield 1L;
              }
              yield limits == null ? null : limits.maxProperties();
            }
            case "array" -> limits == null ? null : limits.maxItems();
            default -> 1L;
          };
      return most == null ? null : (Long) Math.max(most, 0);
    }

    private boolean isRoot() {
      return parent == null || schema.embedded();
    }

    private boolean isInScope() {
      return !schema.rules().isEmpty() || (parent != null && parent.isInScope());
    }

    /** What the type is made of: the metadata of a resource with rules may have another schema. */
    private Structural typeSource() {
      if (parent != null
          && parent.isInScope()
          && parent.isRoot()
          && Metadata.isMissing(parent.schema)) {
        for (Map.Entry<String, Structural> field : parent.schema.properties().entrySet()) {
          Structural replaced = Metadata.field(field.getKey());
          if (field.getValue() == schema && replaced != null) {
            return replaced;
          }
        }
      }
      return schema;
    }

    /**
     * Checks the rules of this place, of which nothing is known to be wrong yet.
     *
     * @param path of the schema at this place
     * @param uncorrelated the path of the schema around it whose values cannot be told from each
     *     other after a change; null if there is none
     * @param errors gets the faults
     */
    public void check(String path, @Nullable String uncorrelated, FieldErrors errors) {
      if (schema.rules().isEmpty()) {
        return;
      }
      DeclType type = SchemaTypes.of(typeSource(), isRoot(), RuleCompiler.typeName(schema.rules()));
      if (type == null) {
        errors.add(
            FieldError.internal(
                path + ".x-kubernetes-validations",
                "internal error: failed to construct type information for"
                    + " x-kubernetes-validations rules: unable to convert structural schema to CEL"
                    + " declarations"));
        return;
      }
      RuleCompiler compiler = new RuleCompiler(schema, type);
      Sizes sizes = SchemaTypes.sizes(type);
      for (int i = 0; i < schema.rules().size(); i++) {
        Rule rule = schema.rules().get(i);
        CompiledRule compiled = compiler.compile(rule);
        String at = path + RULES + i + "].";
        long most = count == null ? SchemaTypes.mostOf(type) : count;
        long cost = times(cost(compiled.expressions().rule(), sizes), most);
        checkCost(at + "rule", "estimated rule cost", cost, errors);
        if (compiled.fault() != null) {
          errors.add(invalid(at + "rule", rule, compiled.fault()));
        }
        if (compiled.messageFault() != null) {
          errors.add(invalid(at + "messageExpression", rule, compiled.messageFault()));
        } else if (compiled.message() != null) {
          long ofMessage = cost(compiled.expressions().message(), sizes);
          String what = "estimated messageExpression cost";
          checkCost(at + "messageExpression", what, ofMessage, errors);
        }
        checkOld(rule, compiled, at, uncorrelated, errors);
      }
    }

    private static FieldError invalid(String path, Rule rule, String fault) {
      return FieldError.invalid(path, RuleTexts.json(rule), fault);
    }

    private static long cost(@Nullable Expression expression, Sizes sizes) {
      return expression == null ? 0 : CostEstimator.estimate(expression, sizes).max();
    }

    private void checkCost(String path, String what, long cost, FieldErrors errors) {
      if (!unchanged && Long.compareUnsigned(cost, RULE_COST_MAX) > 0) {
        errors.add(FieldError.forbidden(path, tooExpensive(what, cost, RULE_COST_MAX)));
      }
      observe(path, cost);
    }

    private static void checkOld(
        Rule rule,
        CompiledRule compiled,
        String at,
        @Nullable String uncorrelated,
        FieldErrors errors) {
      if (compiled.readsOld()) {
        if (uncorrelated != null) {
          errors.add(
              FieldError.invalid(
                  at + "rule",
                  rule.rule(),
                  "oldSelf cannot be used on the uncorrelatable portion of the schema within "
                      + Excerpt.text(uncorrelated)));
        }
      } else if (rule.optionalOldSelf() != null) {
        errors.add(
            FieldError.invalid(
                at + "optionalOldSelf",
                rule.optionalOldSelf(),
                "may not be set if oldSelf is not used in rule"));
      }
    }
  }
}
