package dev.rheo.api.status;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One fault of a validation, worded as upstream's {@code field.Error}. It holds text of bounded
 * size, never the faulty value: at most {@value #MAX_FIELD} bytes of the path and {@value
 * #MAX_BODY} of the rest.
 *
 * @param reason the machine-readable reason, such as {@code FieldValueInvalid}
 * @param field the JSON path at fault
 * @param body the message without the path
 */
public record FieldError(String reason, String field, String body) {
  private static final int MAX_FIELD = 512;

  /** A shown value, a detail, and the words around them. */
  private static final int MAX_BODY = 2 * Excerpt.MAX_BYTES + 256;

  public FieldError {
    field = Excerpt.cut(field, MAX_FIELD);
    body = Excerpt.cut(body, MAX_BODY);
  }

  public static FieldError required(String field, String detail) {
    return of("FieldValueRequired", field, "Required value", detail);
  }

  public static FieldError forbidden(String field, String detail) {
    return of("FieldValueForbidden", field, "Forbidden", detail);
  }

  /**
   * @param value the faulty value; strings are quoted, numbers and booleans are not; a value of
   *     more than {@link Excerpt#MAX_BYTES} bytes is cut
   */
  public static FieldError invalid(String field, Object value, String detail) {
    return of("FieldValueInvalid", field, "Invalid value: " + Excerpt.value(value), detail);
  }

  /** A fault of a value that is not shown, since it is large or says nothing. */
  public static FieldError invalid(String field, String detail) {
    return of("FieldValueInvalid", field, "Invalid value", detail);
  }

  public static FieldError typeInvalid(String field, Object value, String detail) {
    return of("FieldValueTypeInvalid", field, "Invalid value: " + Excerpt.value(value), detail);
  }

  public static FieldError notFound(String field, Object value) {
    return of("FieldValueNotFound", field, "Not found: " + Excerpt.value(value), "");
  }

  /** The server cannot judge a value. */
  public static FieldError internal(String field, String detail) {
    return of("InternalError", field, "Internal error", detail);
  }

  public static FieldError duplicate(String field, Object value) {
    return of("FieldValueDuplicate", field, "Duplicate value: " + Excerpt.value(value), "");
  }

  /** A duplicate that is not shown, since it is large or says nothing. */
  public static FieldError duplicate(String field) {
    return of("FieldValueDuplicate", field, "Duplicate value", "");
  }

  public static FieldError notSupported(String field, Object value, List<String> supported) {
    String detail =
        supported.isEmpty()
            ? ""
            : supported.stream()
                .map(GoText::quote)
                .collect(Collectors.joining(", ", "supported values: ", ""));
    return of(
        "FieldValueNotSupported", field, "Unsupported value: " + Excerpt.value(value), detail);
  }

  /**
   * @param maximum in bytes; not named if it is negative
   */
  public static FieldError tooLong(String field, long maximum) {
    return of(
        "FieldValueTooLong",
        field,
        "Too long",
        maximum < 0
            ? "value is too long"
            : "may not be more than " + maximum + (maximum == 1 ? " byte" : " bytes"));
  }

  /**
   * @param actual number of elements
   * @param maximum number of elements; not named if it is negative
   */
  public static FieldError tooMany(String field, int actual, long maximum) {
    return of(
        "FieldValueTooMany",
        field,
        "Too many: " + actual,
        maximum < 0
            ? "has too many items"
            : "must have at most " + maximum + (maximum == 1 ? " item" : " items"));
  }

  /** The message with the path. */
  public String message() {
    return field + ": " + body;
  }

  Cause cause() {
    return new Cause(reason, body, field);
  }

  /** All distinct messages in one text, in brackets if there are several. */
  public static String join(Collection<FieldError> errors) {
    return join(errors, false);
  }

  /**
   * @param more whether further errors were dropped
   */
  static String join(Collection<FieldError> errors, boolean more) {
    Set<String> messages = new LinkedHashSet<>();
    int bytes = 0;
    boolean cut = more;
    for (FieldError error : errors) {
      if (bytes > Status.MAX_MESSAGE) {
        cut = true;
        break;
      }
      String message = error.message();
      if (messages.add(message)) {
        bytes += message.length();
      }
    }
    if (cut) {
      messages.add("and others");
    }
    return messages.size() == 1
        ? messages.iterator().next()
        : messages.stream().collect(Collectors.joining(", ", "[", "]"));
  }

  private static FieldError of(String reason, String field, String body, String detail) {
    return new FieldError(
        reason, field, detail.isEmpty() ? body : body + ": " + Excerpt.text(detail));
  }
}
