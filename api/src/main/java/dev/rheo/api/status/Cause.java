package dev.rheo.api.status;

/**
 * One reason for a refusal. Longer texts than {@value #MAX_MESSAGE} and {@value #MAX_FIELD} bytes
 * of JSON are cut.
 *
 * @param reason a machine-readable word such as {@code FieldValueInvalid}, may be empty
 * @param message for people
 * @param field the JSON path that is at fault, may be empty
 */
public record Cause(String reason, String message, String field) {
  private static final int MAX_MESSAGE = 4096;
  private static final int MAX_FIELD = 1024;

  public Cause {
    message = Shown.cutJson(message, MAX_MESSAGE);
    field = Shown.cutJson(field, MAX_FIELD);
  }
}
