package dev.rheo.api.status;

/**
 * One cause of a refusal. The message is cut to {@value #MAX_MESSAGE} bytes of JSON, the field to
 * {@value #MAX_FIELD}.
 *
 * @param reason a machine-readable word such as {@code FieldValueInvalid}, may be empty
 * @param message for humans
 * @param field the JSON path at fault, may be empty
 */
public record Cause(String reason, String message, String field) {
  private static final int MAX_MESSAGE = 4096;
  private static final int MAX_FIELD = 1024;

  public Cause {
    message = Excerpt.cutJson(message, MAX_MESSAGE);
    field = Excerpt.cutJson(field, MAX_FIELD);
  }
}
