package dev.rheo.server.verb.write;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.media.MediaType;
import dev.rheo.api.name.GroupResource;
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

  WriteResult update(
      ObjectPath path, RequestBody body, WriteOptions options, WriteContext context) {
    requireWholeOrScale(path);
    ObjectNode sent = BodyReader.read(body, path, options.fieldValidation(), context);
    agree(path, sent);
    if (!path.takesWhole()) {
      return scale(path, Kind.UPDATE, options, context, _ -> TreeCopies.of(sent));
    }
    CommitResult written =
        commit(path, Kind.UPDATE, options, context, _ -> new Wanted(Ownership.copy(sent), false));
    return answer(path, written);
  }

  WriteResult patch(ObjectPath path, RequestBody body, WriteOptions options, WriteContext context) {
    requireWholeOrScale(path);
    if (body.mediaType().equals(MediaType.APPLY_PATCH_YAML)) {
      return apply(path, Configuration.read(body, options), options, context);
    }
    Patches patch = Patches.read(body, path);
    if (!path.takesWhole()) {
      return scale(
          path,
          Kind.PATCH,
          options,
          context,
          scale -> patched(patch, path, scale, options, context));
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
              return new Wanted(patched(patch, path, live, options, context), false);
            });
    return answer(path, written);
  }

  private static ObjectNode patched(
      Patches patch,
      ObjectPath path,
      ObjectNode document,
      WriteOptions options,
      WriteContext context) {
    boolean whole = patch.concernsManagedFields();
    ObjectNode patched =
        patch.apply(
            whole ? document : ManagedFields.without(document),
            path,
            options.fieldValidation(),
            context);
    agree(path, patched);
    BodyReader.dedupOwners(patched, context);
    if (!whole) {
      Ownership.share(document, patched);
    }
    return patched;
  }

  private WriteResult apply(
      ObjectPath path, Configuration configuration, WriteOptions options, WriteContext context) {
    boolean force = Boolean.TRUE.equals(options.force());
    if (!path.takesWhole()) {
      return scale(
          path,
          Kind.APPLY,
          options,
          context,
          scale -> applied(path, configuration, scale, force, context));
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
              return new Wanted(applied(path, configuration, live, force, context), true);
            });
    return answer(path, written);
  }

  private ObjectNode applied(
      ObjectPath path,
      Configuration configuration,
      @Nullable ObjectNode live,
      boolean force,
      WriteContext context) {
    ObjectNode applied = ownership.apply(path, configuration.tree(), live, force, context);
    configuration.warnings().forEach(context::warn);
    // As upstream: what is not of its schema is no part of what was applied, and nulls stay.
    BodyReader.normalize(applied, path);
    agree(path, applied);
    BodyReader.dedupOwners(applied, context);
    return applied;
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
        context,
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
                context,
                (version, fresh) -> {
                  ObjectNode live =
                      version == null ? null : ResponseBodies.served(path.type(), version);
                  Wanted wanted = change.apply(live);
                  ObjectNode object = path.completed(wanted.object());
                  if (!wanted.owned() && managed) {
                    ownership.note(path, object, live, context);
                  } else if (!wanted.owned()) {
                    Ownership.clear(object);
                  }
                  return updates.outcome(
                      path,
                      kind,
                      path.type().toChecked(object),
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

  /** Changes the Scale of an object. */
  private WriteResult scale(
      ObjectPath path, Kind kind, WriteOptions options, WriteContext context, ScaleChange change) {
    ObjectPath parent = ObjectPath.of(path.type(), path.namespace(), path.name());
    // As upstream, a refusal names the Scale where it has been read before, and else the object.
    GroupResource refused =
        kind == Kind.UPDATE
            ? path.groupResource()
            : new GroupResource(
                path.type().group(), path.type().plural() + "/" + path.subresource());
    CommitResult written =
        commit(
            parent,
            Kind.PATCH,
            options,
            context,
            live -> {
              if (live == null) {
                throw ApiException.notFound(refused, path.name());
              }
              ScaleFields fields = ownership.ofScale(parent, live);
              ObjectNode present = Scales.present(path.type(), live);
              Ownership.set(present, fields.toScale());
              ObjectNode wanted = change.apply(present);
              if (kind != Kind.APPLY) {
                ownership.note(path, wanted, present, context);
              }
              ObjectNode scaled = Scales.applied(path, refused, wanted, TreeCopies.of(live));
              Ownership.setParent(scaled, fields, wanted);
              return new Wanted(scaled, true);
            });
    ObjectNode scale = Scales.changed(path.type(), ResponseBodies.served(path.type(), written));
    byte[] body = Canonicalizer.encodeAnswer(scale, path.objectType());
    return new WriteResult(200, body);
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
    return new WriteResult(
        written.how() == How.CREATED ? 201 : 200, ResponseBodies.object(path.type(), written));
  }
}
