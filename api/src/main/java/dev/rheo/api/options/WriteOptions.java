package dev.rheo.api.options;

import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.FieldError;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.api.status.GoText;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The options of create, update and patch.
 *
 * @param dryRun whether to process the request without storing its result
 * @param fieldManager the name of the writer, empty if not given
 * @param force whether a server-side apply takes over fields of other managers; null if not given
 */
public record WriteOptions(
    boolean dryRun, String fieldManager, FieldValidation fieldValidation, @Nullable Boolean force) {

  private static final int FIELD_MANAGER_MAX = 128;

  public static WriteOptions none() {
    return new WriteOptions(false, "", FieldValidation.WARN, null);
  }

  /**
   * @throws ApiException 422, kind {@code CreateOptions}
   */
  public static WriteOptions forCreate(Map<String, List<String>> query) {
    return parse(query, "CreateOptions", new FieldErrors());
  }

  /**
   * @throws ApiException 422, kind {@code UpdateOptions}
   */
  public static WriteOptions forUpdate(Map<String, List<String>> query) {
    return parse(query, "UpdateOptions", new FieldErrors());
  }

  /**
   * @param apply whether the patch is a server-side apply
   * @throws ApiException 422, kind {@code PatchOptions}
   */
  public static WriteOptions forPatch(Map<String, List<String>> query, boolean apply) {
    QueryParameters parameters = new QueryParameters(query);
    FieldErrors errors = new FieldErrors();
    if (apply && parameters.text("fieldManager").isEmpty()) {
      errors.add(FieldError.required("fieldManager", "is required for apply patch"));
    }
    if (!apply && parameters.get("force") != null) {
      errors.add(FieldError.forbidden("force", "may not be specified for non-apply patch"));
    }
    return parse(query, "PatchOptions", errors);
  }

  /**
   * The options with a name for the writer, which is the client's program if it gave none.
   *
   * @param userAgent the header, null if there is none
   */
  public WriteOptions namedBy(@Nullable String userAgent) {
    return fieldManager.isEmpty() && userAgent != null
        ? new WriteOptions(dryRun, program(userAgent), fieldValidation, force)
        : this;
  }

  /**
   * What the header says before the first slash, as far as it can be printed and is not too long.
   */
  private static String program(String userAgent) {
    int slash = userAgent.indexOf('/');
    StringBuilder program = new StringBuilder();
    int bytes = 0;
    for (int c :
        userAgent.substring(0, slash < 0 ? userAgent.length() : slash).codePoints().toArray()) {
      if (GoText.isPrint(c)) {
        bytes += utf8Length(c);
        if (bytes > FIELD_MANAGER_MAX) {
          break;
        }
        program.appendCodePoint(c);
      }
    }
    return program.toString();
  }

  private static int utf8Length(int c) {
    return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
  }

  private static WriteOptions parse(
      Map<String, List<String>> query, String kind, FieldErrors errors) {
    QueryParameters parameters = new QueryParameters(query);
    String fieldManager = parameters.text("fieldManager");
    validateFieldManager(fieldManager, errors);
    boolean dryRun = dryRun(parameters.all("dryRun"), errors);
    String fieldValidation = parameters.text("fieldValidation");
    List<String> known = List.of("", "Ignore", "Strict", "Warn");
    if (!known.contains(fieldValidation)) {
      errors.add(FieldError.notSupported("fieldValidation", fieldValidation, known));
    }
    errors.refuse("meta.k8s.io", kind, "");
    return new WriteOptions(
        dryRun, fieldManager, FieldValidation.of(fieldValidation), parameters.bool("force"));
  }

  static boolean dryRun(List<String> values, FieldErrors errors) {
    if (!values.stream().allMatch("All"::equals)) {
      errors.add(FieldError.notSupported("dryRun", values, List.of("All")));
    }
    return !values.isEmpty();
  }

  private static void validateFieldManager(String manager, FieldErrors errors) {
    if (manager.getBytes(StandardCharsets.UTF_8).length > FIELD_MANAGER_MAX) {
      errors.add(FieldError.tooLong("fieldManager", FIELD_MANAGER_MAX));
    }
    int bytes = 0;
    for (int i = 0; i < manager.length() && !errors.isFull(); ) {
      int c = manager.codePointAt(i);
      if (!GoText.isPrint(c)) {
        errors.add(
            FieldError.invalid(
                "fieldManager",
                manager,
                "invalid character U+"
                    + HexFormat.of().withUpperCase().toHexDigits(c, c > 0xffff ? 6 : 4)
                    + " (at position "
                    + bytes
                    + ")"));
      }
      i += Character.charCount(c);
      bytes += utf8Length(c);
    }
  }
}
