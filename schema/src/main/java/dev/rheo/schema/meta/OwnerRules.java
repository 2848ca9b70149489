package dev.rheo.schema.meta;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.Excerpt;
import dev.rheo.api.status.FieldError;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.codec.tree.Trees;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** What the owner references of any object must fulfil. */
public final class OwnerRules {
  private OwnerRules() {}

  /**
   * @param path of the references
   * @param one shows a reference in a message
   * @param all shows all of them in a message
   */
  public static void check(
      ObjectNode metadata,
      String path,
      UnaryOperator<ObjectNode> one,
      Supplier<JsonNode> all,
      FieldErrors errors) {
    String controller = "";
    for (ObjectNode owner : Trees.objects(metadata, "ownerReferences")) {
      if (errors.isFull()) {
        return;
      }
      owner(owner, path, one, errors);
      if (Trees.flag(owner, "controller")) {
        String name =
            Excerpt.text(Trees.text(owner, "kind")) + "/" + Excerpt.text(Trees.text(owner, "name"));
        if (controller.isEmpty()) {
          controller = name;
        } else {
          errors.add(
              FieldError.invalid(
                  path,
                  all.get(),
                  "Only one reference can have Controller set to true. Found \"true\" in references"
                      + " for "
                      + controller
                      + " and "
                      + name));
        }
      }
    }
  }

  private static void owner(
      ObjectNode owner, String path, UnaryOperator<ObjectNode> shown, FieldErrors errors) {
    String apiVersion = Trees.text(owner, "apiVersion");
    if (apiVersion.isEmpty()
        || apiVersion.endsWith("/")
        || apiVersion.indexOf('/') != apiVersion.lastIndexOf('/')) {
      errors.add(FieldError.invalid(path + ".apiVersion", apiVersion, "version must not be empty"));
    }
    for (String name : new String[] {"kind", "name", "uid"}) {
      if (Trees.text(owner, name).isEmpty()) {
        errors.add(FieldError.invalid(path + "." + name, "", "must not be empty"));
      }
    }
    if (apiVersion.equals("v1") && Trees.text(owner, "kind").equals("Event")) {
      errors.add(
          FieldError.invalid(
              path, shown.apply(owner), "/v1, Kind=Event is disallowed from being an owner"));
    }
  }
}
