package dev.rheo.server.verb.write;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.media.MediaType;
import dev.rheo.api.options.FieldValidation;
import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.Excerpt;
import dev.rheo.api.status.FieldError;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.codec.schema.ObjectType;
import dev.rheo.codec.tree.TreeCopies;
import dev.rheo.codec.tree.Trees;
import dev.rheo.merge.JsonPatch;
import dev.rheo.merge.MergePatch;
import dev.rheo.merge.PatchException;
import dev.rheo.merge.PatchSchema;
import dev.rheo.merge.StrategicMergePatch;
import dev.rheo.resource.type.WriteContext;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A decoded patch, which can be applied repeatedly. */
final class Patches {
  /** The supported media types, in the order in which a refusal names them. */
  static final List<String> SUPPORTED =
      List.of(
          MediaType.JSON_PATCH,
          MediaType.MERGE_PATCH,
          MediaType.STRATEGIC_MERGE_PATCH,
          MediaType.APPLY_PATCH_YAML);

  private static final List<String> WITHOUT_STRATEGY =
      List.of(MediaType.JSON_PATCH, MediaType.MERGE_PATCH, MediaType.APPLY_PATCH_YAML);

  /** How many characters of a patched object a refusal shows. */
  private static final int SHOWN = 512;

  @FunctionalInterface
  private interface Application {
    ObjectNode apply(ObjectNode document) throws PatchException;
  }

  /** A decoded body, such as a tree. */
  @FunctionalInterface
  private interface Decoding<T> {
    T decode();
  }

  /** What a refusal that comes before the object is known begins with. */
  private static final String UNREADABLE = "error decoding patch: ";

  private static final Pattern PARSE_ERROR =
      Pattern.compile("^(couldn't get version/kind; )?json parse error: ");

  private final Application application;

  /** Fields of the patch itself that are there twice, or are no fields. */
  private final List<String> ignored;

  /**
   * The patch, if it is made of typed objects, so that what it says of their type is nothing, and a
   * refusal of the patched object shows the patch; null if it shows that object.
   */
  private final @Nullable JsonNode typed;

  private final boolean concernsManagedFields;

  private Patches(
      Application application,
      List<String> ignored,
      @Nullable JsonNode typed,
      boolean concernsManagedFields) {
    this.application = application;
    this.ignored = ignored;
    this.typed = typed;
    this.concernsManagedFields = concernsManagedFields;
  }

  /**
   * Whether the patch may read or change the managed fields. They may be larger than all else and
   * are left out of the document if it does not.
   */
  boolean concernsManagedFields() {
    return concernsManagedFields;
  }

  private static boolean concernsManagedFields(RequestBody body) {
    String text = new String(body.bytes(), StandardCharsets.ISO_8859_1);
    // A name may be escaped, and an operation of a JSON patch may concern all metadata.
    return text.contains("managedFields")
        || text.contains("\\u")
        || (body.mediaType().equals(MediaType.JSON_PATCH)
            && (text.contains("\"/metadata\"") || text.contains("\"\"")));
  }

  /**
   * @param path of the patched object
   * @throws ApiException 415 for an unsupported kind of patch, 400 for a malformed patch
   */
  static Patches read(RequestBody body, ObjectPath path) {
    ObjectType type = path.objectType();
    boolean custom = path.type().customObjects() != null;
    if (custom && body.mediaType().equals(MediaType.STRATEGIC_MERGE_PATCH)) {
      // Nothing is known of the lists of a custom resource.
      throw ApiException.unsupportedMediaType(WITHOUT_STRATEGY);
    }
    boolean managed = concernsManagedFields(body);
    try {
      switch (body.mediaType()) {
        case MediaType.JSON_PATCH -> {
          List<String> strict = new ArrayList<>(0);
          JsonNode operations =
              decoded(UNREADABLE, () -> BodyReader.tree(body.bytes(), strict::add));
          if (operations.isNull()) {
            return nothing();
          }
          JsonPatch patch = JsonPatch.of(operations);
          JsonPatch.unknownMembers(operations)
              .limit(BodyReader.MAX_STRICT_ERRORS)
              .forEach(member -> strict.add("unknown field \"" + Excerpt.text(member) + "\""));
          strict.replaceAll(fault -> "json patch " + fault);
          return new Patches(patch::apply, strict, null, managed);
        }
        case MediaType.MERGE_PATCH -> {
          ObjectDecoder.Decoded patch = decoded(UNREADABLE, () -> body.decoded(type));
          return new Patches(
              document -> MergePatch.apply(document, patch.tree()),
              patch.duplicates(),
              null,
              managed);
        }
        case MediaType.STRATEGIC_MERGE_PATCH -> {
          if (body.isNull()) {
            return nothing();
          }
          ObjectDecoder.Decoded patch = decoded("", () -> body.decoded(type));
          PatchSchema schema = PatchSchema.of(type);
          return new Patches(
              document -> StrategicMergePatch.apply(document, patch.tree(), schema),
              patch.duplicates(),
              patch.tree(),
              managed);
        }
        default -> throw ApiException.unsupportedMediaType(custom ? WITHOUT_STRATEGY : SUPPORTED);
      }
    } catch (PatchException e) {
      throw ErrorMapping.of(e);
    }
  }

  /** A patch has no kind that could be missing: its refusal says what is wrong with it alone. */
  private static <T> T decoded(String prefix, Decoding<T> decoding) {
    try {
      return decoding.decode();
    } catch (ApiException e) {
      throw ApiException.badRequest(
          prefix + PARSE_ERROR.matcher(e.status().message()).replaceFirst(""));
    }
  }

  /** As upstream, {@code null} stands for no operations and for no members. */
  private static Patches nothing() {
    return new Patches(TreeCopies::of, List.of(), NullNode.getInstance(), false);
  }

  /**
   * Applies the patch and checks the result as if it had been sent.
   *
   * @param document the object in the API version of the path; not changed
   * @param context is told of fields that are ignored
   * @throws ApiException 422 if the result is not an object of the type
   */
  ObjectNode apply(
      ObjectNode document, ObjectPath path, FieldValidation validation, WriteContext context) {
    ObjectNode patched;
    try {
      patched = application.apply(document);
    } catch (PatchException e) {
      throw ErrorMapping.of(e);
    }
    if (!ObjectDecoder.isReadable(patched)) {
      throw refusal("", "the patched object has more levels or parts than are allowed");
    }
    if (path.objectType().isOpen()) {
      if (Trees.text(patched, "kind").isEmpty()) {
        throw refusal(Excerpt.value(patched), CustomTypeMeta.missingKind(patched.toString()));
      }
      CustomTypeMeta.requireNames(path, patched);
    }
    try {
      keepType(document, patched, "kind");
      keepType(document, patched, "apiVersion");
      BodyReader.check(patched, ignored, path, validation, context);
      return patched;
    } catch (ApiException e) {
      String shown = typed == null ? Excerpt.value(patched) : Excerpt.goValue(typed);
      String why = e.status().message();
      String mismatch = BodyReader.mismatch(path);
      throw refusal(
          shown.length() <= SHOWN ? shown : shown.substring(0, SHOWN) + "...",
          why.startsWith(mismatch) ? why.substring(mismatch.length()) : why);
    }
  }

  /** As upstream, a refusal of a patched object that names no kind. */
  private static ApiException refusal(String shown, String why) {
    return ApiException.invalid("", "", "", List.of(FieldError.invalid("patch", shown, why)));
  }

  private void keepType(ObjectNode document, ObjectNode patched, String field) {
    JsonNode before = document.path(field);
    JsonNode after = patched.path(field);
    if (typed != null || after.isMissingNode() || after.isNull() || after.asText().isEmpty()) {
      patched.set(field, before);
    } else if (!before.equals(after)) {
      throw ApiException.badRequest(
          "the "
              + field
              + " of the object ("
              + Excerpt.text(before.asText())
              + ") cannot be changed by a patch (to "
              + Excerpt.text(after.asText())
              + ")");
    }
  }
}
