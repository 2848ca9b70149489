package dev.rheo.resource.custom;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.merge.typed.MergeType;
import dev.rheo.resource.type.CustomMergeTypes;
import dev.rheo.resource.type.CustomObjects;
import dev.rheo.resource.type.Defaults;
import dev.rheo.resource.type.WriteRules;
import dev.rheo.schema.CustomSchema;
import java.lang.ref.SoftReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The schema of one version of a custom resource, at work. It is read when it is needed: of a
 * thousand definitions, most are idle. Thread-safe.
 */
final class CustomVersion implements CustomObjects, Defaults, WriteRules {
  private final String apiVersion;
  private final boolean prunes;
  private final boolean terminating;
  private final String deprecationWarning;
  private final Supplier<CustomSchema> source;

  /**
   * A large schema takes megabytes, which are given back when they are needed for something else.
   */
  private volatile SoftReference<Loaded> loaded = new SoftReference<>(null);

  private record Loaded(CustomSchema schema, MergeType merge) {}

  /**
   * @param prunes whether unknown fields are removed
   * @param terminating whether the definition is being deleted
   * @param deprecationWarning what clients are told; empty if the version is not deprecated
   * @param source reads the schema
   */
  CustomVersion(
      String apiVersion,
      boolean prunes,
      boolean terminating,
      String deprecationWarning,
      Supplier<CustomSchema> source) {
    this.apiVersion = apiVersion;
    this.prunes = prunes;
    this.terminating = terminating;
    this.deprecationWarning = deprecationWarning;
    this.source = source;
  }

  String apiVersion() {
    return apiVersion;
  }

  private CustomSchema schema() {
    return loaded().schema();
  }

  private Loaded loaded() {
    Loaded known = loaded.get();
    if (known == null) {
      synchronized (this) {
        known = loaded.get();
        if (known == null) {
          CustomSchema schema = source.get();
          known = new Loaded(schema, CustomMergeTypes.of(schema.schema(), !prunes));
          loaded = new SoftReference<>(known);
        }
      }
    }
    return known;
  }

  @Override
  public void prune(ObjectNode object, @Nullable Consumer<String> unknown) {
    if (prunes) {
      schema().prune(object, unknown);
    }
  }

  /** Brings an object from the store in line with the schema, which may be younger, in place. */
  void refresh(ObjectNode stored) {
    if (prunes) {
      schema().pruneStored(stored);
    }
    apply(stored);
  }

  @Override
  public void apply(ObjectNode object) {
    schema().applyDefaults(object);
  }

  @Override
  public boolean terminating() {
    return terminating;
  }

  @Override
  public String deprecationWarning() {
    return deprecationWarning;
  }

  @Override
  public MergeType mergeType() {
    return loaded().merge();
  }

  @Override
  public WriteRules rules() {
    return this;
  }

  @Override
  public void create(ObjectNode object, FieldErrors errors) {
    schema().validateCreate(object, errors);
  }

  @Override
  public void update(
      ObjectNode object,
      ObjectNode old,
      String subresource,
      FieldErrors errors,
      Consumer<String> warnings) {
    if (subresource.equals("status")) {
      schema().validateStatusUpdate(object, old, errors, warnings);
    } else {
      schema().validateUpdate(object, old, errors, warnings);
    }
  }

  @Override
  public void warn(
      ObjectNode object, @Nullable ObjectNode old, String subresource, Consumer<String> warnings) {
    if (subresource.isEmpty()) {
      FinalizerWarnings.tell(object, old, warnings);
    }
  }
}
