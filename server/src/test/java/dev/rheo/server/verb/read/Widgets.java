package dev.rheo.server.verb.read;

import dev.rheo.resource.builtin.BuiltInResources;
import dev.rheo.resource.type.Conversion;
import dev.rheo.resource.type.FieldLabels;
import dev.rheo.resource.type.ResourceInfo;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.resource.type.Schema;
import dev.rheo.resource.type.StoredResource;
import dev.rheo.resource.type.WriteRules;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Types that a server may get while it runs, for tests. They have the fields of ConfigMap. */
final class Widgets {
  private Widgets() {}

  /** The type {@code widgets{number}.example.com/v1}. */
  static ResourceType type(int number) {
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
