package dev.rheo.resource.rules.pod;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.schema.ObjectType;
import dev.rheo.codec.schema.TypeTable;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.GoValues;
import dev.rheo.resource.rules.kind.TypedTrees;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Templates of pods as values: whether two are the same, and what messages show of them. */
public final class TemplateValues {
  /** The type, which is looked up when it is first needed. */
  private static final class Types {
    static final ObjectType TEMPLATE = type();
    static final ObjectType SPEC =
        Objects.requireNonNull(TEMPLATE.field("spec"), "spec").requireType();

    private static ObjectType type() {
      ObjectType object =
          Objects.requireNonNull(TypeTable.builtIn().type("v1", "PodTemplate"), "PodTemplate");
      return Objects.requireNonNull(object.field("template"), "template").requireType();
    }
  }

  private TemplateValues() {}

  public static boolean same(@Nullable JsonNode template, @Nullable JsonNode other) {
    return TypedTrees.same(template, other, Types.TEMPLATE);
  }

  public static boolean sameSpec(@Nullable JsonNode spec, @Nullable JsonNode other) {
    return TypedTrees.same(spec, other, Types.SPEC);
  }

  /** What upstream shows of a template. */
  public static JsonNode shown(Field template) {
    ObjectNode copy = template.object().objectNode();
    copy.setAll(template.object());
    ObjectNode spec = Trees.object(copy, "spec");
    if (spec != null) {
      copy.set("spec", PodUpdateRules.shown(spec));
    }
    return GoValues.of("core.PodTemplateSpec", copy);
  }

  /** What upstream shows of the spec of a template. */
  public static JsonNode shownSpec(Field spec) {
    return GoValues.of("core.PodSpec", PodUpdateRules.shown(spec.object()));
  }
}
