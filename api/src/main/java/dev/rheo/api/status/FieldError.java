package dev.rheo.api.status;

import java.util.List;
import java.util.stream.Collectors;

/**
 * One fault of a validation, worded as upstream's {@code field.Error}.
 *
 * @param reason the cause's machine-readable word
 * @param field the JSON path at fault
 * @param body the message without the path
 */
public record FieldError(String reason, String field, String body) {

  public static FieldError required(String field, String detail) {
    return of("FieldValueRequired", field, "Required value", detail);
  }

  public static FieldError forbidden(String field, String detail) {
    return of("FieldValueForbidden", field, "Forbidden", detail);
  }

  /**
   * @param value the faulty value; strings are quoted, numbers and booleans are not
   */
  public static FieldError invalid(String field, Object value, String detail) {
    return of("FieldValueInvalid", field, "Invalid value: " + show(value), detail);
  }

  public static FieldError typeInvalid(String field, Object value, String detail) {
    return of("FieldValueTypeInvalid", field, "Invalid value: " + show(value), detail);
  }

  public static FieldError notFound(String field, Object value) {
    return of("FieldValueNotFound", field, "Not found: " + show(value), "");
  }

  public static FieldError duplicate(String field, Object value) {
    return of("FieldValueDuplicate", field, "Duplicate value: " + show(value), "");
  }

  public static FieldError notSupported(String field, Object value, List<String> supported) {
    String detail =
        supported.isEmpty()
            ? ""
            : supported.stream()
                .map(GoText::quote)
                .collect(Collectors.joining(", ", "supported values: ", ""));
    return of("FieldValueNotSupported", field, "Unsupported value: " + show(value), detail);
  }

  /**
   * @param maximum in bytes
   */
  public static FieldError tooLong(String field, int maximum) {
    return of(
        "FieldValueTooLong",
        field,
        "Too long",
        "may not be more than " + maximum + (maximum == 1 ? " byte" : " bytes"));
  }

  /** The message with the path. */
  public String message() {
    return field + ": " + body;
  }

  Cause cause() {
    return new Cause(reason, body, field);
  }

  /** All messages in one text, each once; in brackets if there are several. */
  public static String join(List<FieldError> errors) {
    List<String> messages = errors.stream().map(FieldError::message).distinct().toList();
    return messages.size() == 1
        ? messages.getFirst()
        : messages.stream().collect(Collectors.joining(", ", "[", "]"));
  }

  private static FieldError of(String reason, String field, String body, String detail) {
    return new FieldError(reason, field, detail.isEmpty() ? body : body + ": " + detail);
  }

  private static String show(Object value) {
    return switch (value) {
      case String text -> GoText.quote(text);
      case List<?> list ->
          list.stream()
              .map(item -> item instanceof String text ? GoText.json(text) : String.valueOf(item))
              .collect(Collectors.joining(",", "[", "]"));
      default -> value.toString();
    };
  }
}
