package dev.rheo.api.status;

/**
 * One reason for a refusal.
 *
 * @param reason a machine-readable word such as {@code FieldValueInvalid}, may be empty
 * @param message for people
 * @param field the JSON path that is at fault, may be empty
 */
public record Cause(String reason, String message, String field) {}
