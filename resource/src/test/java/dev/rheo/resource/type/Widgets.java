package dev.rheo.resource.type;

import dev.rheo.resource.builtin.BuiltInResources;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Types that a server may get while it runs, for tests. They have the fields of ConfigMap. */
public final class Widgets {
  private Widgets() {}

  /** The type {@code widgets{number}.example.com/v1}. */
  public static ResourceType type(int number) {
    ResourceType model = BuiltInResources.registry().get("", "v1", "configmaps");
    ResourceInfo info =
        new ResourceInfo(
            "example.com",
            "v1",
            "widgets" + number,
            "widget" + number,
            "Widget" + number,
            true,
            Set.of("create", "delete", "get", "list", "patch", "update", "watch"),
            List.of(),
            List.of(),
            "",
            Map.of());
    Schema schema = new Schema(model.objectType(), model.listType(), object -> {});
    StoredResource stored =
        new StoredResource(
            info.groupResource().toString(),
            info.groupResource(),
            "/registry/example.com/" + info.plural() + "/",
            info.apiVersion(),
            info.kind(),
            schema,
            true,
            List.of(),
            WriteRules.NONE);
    return new ResourceType(
        info,
        schema,
        stored,
        Conversion.IDENTITY,
        model.strategy(),
        new FieldLabels(info, List.of(), Map.of(), ""));
  }
}
