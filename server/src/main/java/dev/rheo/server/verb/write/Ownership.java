package dev.rheo.server.verb.write;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.name.GroupVersionKind;
import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.Cause;
import dev.rheo.api.status.Excerpt;
import dev.rheo.api.status.Status;
import dev.rheo.codec.json.Canonicalizer;
import dev.rheo.codec.tree.TreeCopies;
import dev.rheo.codec.tree.Trees;
import dev.rheo.merge.manager.ConflictException;
import dev.rheo.merge.manager.FieldManager;
import dev.rheo.merge.manager.ManagedFields;
import dev.rheo.merge.manager.ScaleFields;
import dev.rheo.merge.manager.Typed;
import dev.rheo.merge.path.FieldPath;
import dev.rheo.merge.typed.MergeType;
import dev.rheo.merge.typed.TypedException;
import dev.rheo.merge.typed.Validator;
import dev.rheo.resource.type.CustomScale;
import dev.rheo.resource.type.MergeTypes;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.resource.type.TrackedFields;
import dev.rheo.resource.type.WriteContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps {@code metadata.managedFields} with every write, and applies configurations: what stands
 * between the verbs and {@link FieldManager}.
 */
final class Ownership {
  private static final String MANAGED_FIELDS = "managedFields";

  private final Supplier<ResourceRegistry> served;

  /**
   * @param served the registry in force
   */
  Ownership(Supplier<ResourceRegistry> served) {
    this.served = served;
  }

  /**
   * Notes who owns the fields of an object that is written, in its {@code managedFields}.
   *
   * @param wanted in the version of the path, normalized and defaulted; gets the managed fields
   * @param live the object as it is, in the version of the path; null if it is created
   */
  void note(ObjectPath path, ObjectNode wanted, @Nullable ObjectNode live, WriteContext context) {
    ArrayNode managed;
    try {
      ObjectNode before = present(path, live);
      ObjectNode after = Canonicalizer.complete(wanted, path.objectType());
      if (path.takesWhole() && path.type().customObjects() != null) {
        // No decoder has judged the types of its fields, and what is judged later is less: a status
        // may have been taken away by then.
        Validator.validate(ManagedFields.without(after), mergeType(path), true);
        Validator.validate(ManagedFields.without(before), mergeType(path), true);
      }
      managed = manager(path).update(before, after, live == null, context.manager(), context.now());
    } catch (TypedException e) {
      // As upstream: rather no managed fields than wrong ones.
      managed = JsonNodeFactory.instance.arrayNode();
    }
    set(wanted, managed);
  }

  /**
   * Keeps an empty list of managed fields, by which a client clears them, through the normalization
   * of an object, which would drop it.
   */
  static void keepReset(ObjectNode object) {
    if (object.path("metadata").get(MANAGED_FIELDS) instanceof ArrayNode list && list.isEmpty()) {
      list.addObject();
    }
  }

  /** The managed fields of an object that is scaled. Malformed ones count as none. */
  ScaleFields ofScale(ObjectPath parent, ObjectNode live) {
    Map<String, FieldPath> replicas = replicas(parent.type());
    try {
      return ScaleFields.of(
          Trees.at(live, "metadata", MANAGED_FIELDS), parent.apiVersion(), replicas);
    } catch (ManagedFields.InvalidException e) {
      return ScaleFields.none(parent.apiVersion(), replicas);
    }
  }

  /** Where the objects of a type have their replicas, by the versions that are served. */
  private Map<String, FieldPath> replicas(ResourceType type) {
    if (type.custom() == null) {
      return Map.of(type.apiVersion(), FieldPath.of("spec", "replicas"));
    }
    Map<String, FieldPath> replicas = new HashMap<>();
    for (ResourceType other : served.get().all()) {
      if (other.isStored() && other.storage() == type.storage()) {
        CustomScale scale = CustomScale.of(other);
        replicas.put(
            other.apiVersion(),
            scale == null
                ? ScaleFields.NOWHERE
                : FieldPath.of(scale.specReplicas().toArray(String[]::new)));
      }
    }
    return replicas;
  }

  /** Gives a scaled object the managed fields that follow from those of its Scale. */
  static void setParent(ObjectNode scaled, ScaleFields fields, ObjectNode scale) {
    try {
      set(scaled, fields.toParent(Trees.at(scale, "metadata", MANAGED_FIELDS)));
    } catch (ManagedFields.InvalidException e) {
      throw new IllegalStateException("the server's own managed fields", e);
    }
  }

  /**
   * A copy of an object that shares the list of its managed fields, which may be larger than all
   * else. Nothing changes such a list; it is replaced.
   */
  static ObjectNode copy(ObjectNode object) {
    ObjectNode copy = TreeCopies.of(ManagedFields.without(object));
    share(object, copy);
    return copy;
  }

  /** Gives an object the list of managed fields of another, if that has one. */
  static void share(ObjectNode from, ObjectNode to) {
    JsonNode managed = Trees.at(from, "metadata", MANAGED_FIELDS);
    if (managed != null) {
      Trees.metadata(to).set(MANAGED_FIELDS, managed);
    }
  }

  /** Takes the managed fields away from an object. */
  static void clear(ObjectNode object) {
    Trees.metadata(object).remove(MANAGED_FIELDS);
  }

  /** Gives an object managed fields, or takes them away if there are none. */
  static void set(ObjectNode object, ArrayNode managed) {
    if (managed.isEmpty()) {
      clear(object);
    } else {
      Trees.metadata(object).set(MANAGED_FIELDS, managed);
    }
  }

  /**
   * Applies a configuration.
   *
   * @param configuration as it was sent
   * @param live the object in the version of the path; null if there is none
   * @return the object, the caller's
   * @throws ApiException 409 with the conflicts; 400 if the configuration is of another kind; 500,
   *     as upstream, if it is not of its schema
   */
  ObjectNode apply(
      ObjectPath path,
      ObjectNode configuration,
      @Nullable ObjectNode live,
      boolean force,
      WriteContext context) {
    requireKind(path, configuration);
    if (Trees.at(configuration, "metadata", MANAGED_FIELDS) != null) {
      throw ApiException.badRequest("metadata.managedFields must be nil");
    }
    try {
      return copy(
          manager(path)
              .apply(
                  present(path, live),
                  configuration,
                  live == null,
                  context.manager(),
                  force,
                  context.now()));
    } catch (ConflictException e) {
      List<Cause> causes = new ArrayList<>(e.conflicts().size());
      e.conflicts()
          .forEach(
              conflict ->
                  causes.add(
                      new Cause(
                          "FieldManagerConflict",
                          "conflict with " + conflict.manager(),
                          conflict.path().toString())));
      throw ApiException.applyConflict(causes, String.valueOf(e.getMessage()));
    } catch (TypedException e) {
      throw failure(
          "failed to create typed patch object (%s/%s; %s): %s"
              .formatted(
                  Excerpt.text(Trees.text(configuration, "metadata", "namespace")),
                  Excerpt.text(Trees.text(configuration, "metadata", "name")),
                  shown(path.apiVersion(), path.kind()),
                  e.getMessage()));
    } catch (ManagedFields.InvalidException e) {
      throw failure("failed to decode managed fields: " + e.getMessage());
    }
  }

  private static ApiException failure(String message) {
    return new ApiException(Status.failure(500, "", message, null));
  }

  private static void requireKind(ObjectPath path, ObjectNode configuration) {
    String apiVersion = Trees.text(configuration, "apiVersion");
    String kind = Trees.text(configuration, "kind");
    if (!apiVersion.equals(path.apiVersion()) || !kind.equals(path.kind())) {
      throw ApiException.badRequest(
          "invalid object type: " + shown(Excerpt.text(apiVersion), Excerpt.text(kind)));
    }
  }

  private static String shown(String apiVersion, String kind) {
    return GroupVersionKind.of(apiVersion, kind).toString();
  }

  /** The object as it is, or one of its kind without any fields. */
  private static ObjectNode present(ObjectPath path, @Nullable ObjectNode live) {
    if (live != null && path.takesWhole() && path.type().conversion().isIdentity()) {
      // It was stored like that.
      return live;
    }
    ObjectNode object = live;
    if (object == null) {
      object = JsonNodeFactory.instance.objectNode();
      object.put("kind", path.kind()).put("apiVersion", path.apiVersion());
    }
    return Canonicalizer.complete(object, path.objectType());
  }

  private FieldManager manager(ObjectPath path) {
    return new FieldManager(
        mergeType(path),
        path.apiVersion(),
        path.subresource(),
        (object, version) -> convert(path, object, version),
        TrackedFields.of(path.type(), path.subresource()));
  }

  private static MergeType mergeType(ObjectPath path) {
    return path.takesWhole() ? path.type().mergeType() : MergeTypes.of(path.objectType());
  }

  private @Nullable Typed convert(ObjectPath path, Typed object, String version) {
    String present = Trees.text(object.value(), "apiVersion");
    if (present.equals(version) || !(object.value() instanceof ObjectNode tree)) {
      return object;
    }
    ResourceType from = find(path, present);
    ResourceType to = find(path, version);
    if (from == null || to == null || !path.takesWhole()) {
      return null;
    }
    ObjectNode converted =
        to.conversion().fromStored(from.conversion().toStored(TreeCopies.of(tree)));
    return new Typed(Canonicalizer.complete(converted, to.objectType()), to.mergeType());
  }

  private @Nullable ResourceType find(ObjectPath path, String apiVersion) {
    GroupVersionKind named = GroupVersionKind.of(apiVersion, path.kind());
    return served.get().find(named.group(), named.version(), path.type().plural());
  }
}
