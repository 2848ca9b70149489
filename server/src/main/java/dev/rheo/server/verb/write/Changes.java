package dev.rheo.server.verb.write;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.media.MediaType;
import dev.rheo.api.name.GroupResource;
import dev.rheo.api.options.FieldValidation;
import dev.rheo.api.options.WriteOptions;
import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.Excerpt;
import dev.rheo.codec.json.Canonicalizer;
import dev.rheo.codec.tree.TreeCopies;
import dev.rheo.merge.manager.ManagedFields;
import dev.rheo.merge.manager.ScaleFields;
import dev.rheo.resource.type.WriteContext;
import dev.rheo.server.verb.write.CommitResult.How;
import dev.rheo.server.verb.write.Updates.Kind;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Update, patch and server-side apply: each makes the wanted version of an object from the present
 * one, notes who owns its fields, and hands it to {@link Updates}.
 */
final class Changes {
  private final Committer committer;
  private final Updates updates;
  private final Ownership ownership;

  Changes(Committer committer, Updates updates, Ownership ownership) {
    this.committer = committer;
    this.updates = updates;
    this.ownership = ownership;
  }

  /**
   * A version that a write wants.
   *
   * @param object in the API version of the path, normalized
   * @param owned whether it says already who owns its fields
   */
  private record Wanted(ObjectNode object, boolean owned) {}

  @FunctionalInterface
  private interface Change {
    /**
     * @param live the object in the API version of the path, null if there is none; not changed
     */
    Wanted apply(@Nullable ObjectNode live);
  }

  /** Notes who owns the fields of an object that is answered and not stored. */
  void note(ObjectPath path, ObjectNode object, WriteContext context) {
    ownership.note(path, object, null, context);
  }

  /**
   * @param warnings takes what is to be told of the body, also if the write is then refused
   */
  WriteResult update(
      ObjectPath path,
      RequestBody body,
      WriteOptions options,
      WriteContext context,
      List<String> warnings) {
    requireWholeOrScale(path);
    BodyReader.DecodedObject read = BodyReader.read(body, path, options.fieldValidation());
    warnings.addAll(read.warnings());
    agree(path, read.object());
    if (!path.takesWhole()) {
      return scale(path, options, context, false, _ -> TreeCopies.of(read.object()));
    }
    ObjectNode sent = read.object();
    CommitResult written =
        commit(path, Kind.UPDATE, options, context, _ -> new Wanted(Ownership.copy(sent), false));
    return answer(path, written);
  }

  /**
   * @param warnings takes what is to be told of the body, also if the write is then refused
   */
  WriteResult patch(
      ObjectPath path,
      RequestBody body,
      WriteOptions options,
      WriteContext context,
      List<String> warnings) {
    requireWholeOrScale(path);
    if (body.mediaType().equals(MediaType.APPLY_PATCH_YAML)) {
      return apply(path, Configuration.read(body, options), options, context, warnings);
    }
    Patches patch = Patches.read(body, path.objectType());
    if (!path.takesWhole()) {
      return scale(
          path, options, context, false, scale -> patched(patch, path, scale, options, warnings));
    }
    CommitResult written =
        commit(
            path,
            Kind.PATCH,
            options,
            context,
            live -> {
              if (live == null) {
                throw ApiException.notFound(path.groupResource(), path.name());
              }
              return new Wanted(patched(patch, path, live, options, warnings), false);
            });
    return answer(path, written);
  }

  private static ObjectNode patched(
      Patches patch,
      ObjectPath path,
      ObjectNode document,
      WriteOptions options,
      List<String> warnings) {
    boolean whole = patch.concernsManagedFields();
    BodyReader.DecodedObject patched =
        patch.apply(
            whole ? document : ManagedFields.without(document), path, options.fieldValidation());
    warnings.clear();
    warnings.addAll(patched.warnings());
    agree(path, patched.object());
    BodyReader.dedupOwners(patched.object(), warnings);
    if (!whole) {
      Ownership.share(document, patched.object());
    }
    return patched.object();
  }

  private WriteResult apply(
      ObjectPath path,
      Configuration configuration,
      WriteOptions options,
      WriteContext context,
      List<String> warnings) {
    boolean force = Boolean.TRUE.equals(options.force());
    if (!path.takesWhole()) {
      return scale(
          path,
          options,
          context,
          true,
          scale -> applied(path, configuration, scale, force, context, warnings));
    }
    CommitResult written =
        commit(
            path,
            Kind.APPLY,
            options,
            context,
            live -> {
              if (live == null && !path.subresource().isEmpty()) {
                throw ApiException.notFound(path.groupResource(), path.name());
              }
              return new Wanted(applied(path, configuration, live, force, context, warnings), true);
            });
    return answer(path, written);
  }

  private ObjectNode applied(
      ObjectPath path,
      Configuration configuration,
      @Nullable ObjectNode live,
      boolean force,
      WriteContext context,
      List<String> warnings) {
    ObjectNode applied = ownership.apply(path, configuration.tree(), live, force, context);
    warnings.clear();
    warnings.addAll(configuration.warnings());
    BodyReader.DecodedObject checked =
        BodyReader.checked(applied, List.of(), path, FieldValidation.IGNORE);
    agree(path, checked.object());
    BodyReader.dedupOwners(checked.object(), warnings);
    return checked.object();
  }

  /**
   * Changes an object on the server's own behalf.
   *
   * @param path of an object that is stored as it is served
   * @param change changes the tree and returns true, or returns false to leave the object as it is
   */
  void change(ObjectPath path, Predicate<ObjectNode> change, WriteContext context) {
    committer.run(
        path,
        false,
        (version, fresh) -> {
          if (version == null) {
            throw ApiException.notFound(path.groupResource(), path.name());
          }
          ObjectNode object = version.tree();
          if (!change.test(object)) {
            return new Outcome.Keep(new Outcome.Content.Form(version.form()));
          }
          Meta.of(object).resourceVersion(Long.toString(version.revision()));
          ObjectNode live = version.tree();
          ownership.note(path, object, live, context);
          return updates.outcome(path, Kind.PATCH, object, version, live, fresh, context, false);
        });
  }

  private CommitResult commit(
      ObjectPath path, Kind kind, WriteOptions options, WriteContext context, Change change) {
    return fitting(
        managed ->
            committer.run(
                path,
                options.dryRun(),
                (version, fresh) -> {
                  ObjectNode live =
                      version == null ? null : ResponseBodies.served(path.type(), version);
                  Wanted wanted = change.apply(live);
                  ObjectNode object = wanted.object();
                  path.type().defaults().apply(object);
                  if (!wanted.owned() && managed) {
                    ownership.note(path, object, live, context);
                  } else if (!wanted.owned()) {
                    Ownership.clear(object);
                  }
                  return updates.outcome(
                      path,
                      kind,
                      path.type().conversion().toStored(object),
                      version,
                      live,
                      fresh,
                      context,
                      options.dryRun());
                }));
  }

  @FunctionalInterface
  interface Attempt<T> {
    /**
     * @param managed whether to note who owns the fields
     */
    T run(boolean managed);
  }

  /** Tries a write without managed fields, which may be large, if it is too large with them. */
  static <T> T fitting(Attempt<T> attempt) {
    try {
      return attempt.run(true);
    } catch (ApiException refusal) {
      if (refusal.code() != 413) {
        throw refusal;
      }
      return attempt.run(false);
    }
  }

  @FunctionalInterface
  private interface ScaleChange {
    /**
     * @param present the Scale as it is; not changed
     */
    ObjectNode apply(ObjectNode present);
  }

  /**
   * Changes the Scale of an object.
   *
   * @param owned whether the changed Scale says already who owns its fields
   */
  private WriteResult scale(
      ObjectPath path,
      WriteOptions options,
      WriteContext context,
      boolean owned,
      ScaleChange change) {
    ObjectPath parent = ObjectPath.of(path.type(), path.namespace(), path.name());
    CommitResult written =
        commit(
            parent,
            Kind.PATCH,
            options,
            context,
            live -> {
              if (live == null) {
                throw ApiException.notFound(
                    new GroupResource(
                        path.type().group(), path.type().plural() + "/" + Scales.SUBRESOURCE),
                    path.name());
              }
              ScaleFields fields = Ownership.ofScale(parent, live);
              ObjectNode present = Scales.of(live);
              Ownership.set(present, fields.toScale());
              ObjectNode wanted = change.apply(present);
              if (!owned) {
                ownership.note(path, wanted, present, context);
              }
              ObjectNode scaled = Scales.applied(path, wanted, TreeCopies.of(live));
              Ownership.setParent(scaled, fields, wanted);
              return new Wanted(scaled, true);
            });
    ObjectNode scale = Scales.of(ResponseBodies.served(path.type(), written));
    byte[] body = Canonicalizer.encodeAnswer(scale, path.objectType());
    return WriteResult.of(200, body);
  }

  private static void requireWholeOrScale(ObjectPath path) {
    if (!path.type().isStored()
        || !(path.takesWhole() || path.subresource().equals(Scales.SUBRESOURCE))) {
      throw ApiException.methodNotSupported(path.groupResource(), "update");
    }
  }

  /** Refuses an object whose name or namespace is not that of the path. */
  private static void agree(ObjectPath path, ObjectNode object) {
    Meta meta = Meta.of(object);
    Creates.agreeNamespace(path, meta);
    if (meta.name().isEmpty()) {
      throw ApiException.badRequest(
          "the name of the object ("
              + Excerpt.text(path.name())
              + " based on URL) was undeterminable: name must be provided");
    }
    if (!meta.name().equals(path.name())) {
      throw ApiException.badRequest(
          "the name of the object ("
              + Excerpt.text(meta.name())
              + ") does not match the name on the URL ("
              + Excerpt.text(path.name())
              + ")");
    }
  }

  private static WriteResult answer(ObjectPath path, CommitResult written) {
    return WriteResult.of(
        written.how() == How.CREATED ? 201 : 200, ResponseBodies.object(path.type(), written));
  }
}
