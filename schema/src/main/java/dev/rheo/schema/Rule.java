package dev.rheo.schema;

import org.jspecify.annotations.Nullable;

/**
 * One of the {@code x-kubernetes-validations}: an expression that must be true of a value.
 * Immutable.
 *
 * @param message empty if none is stated
 * @param messageExpression an expression for the message; empty if none is stated
 * @param reason of the cause of a refusal; empty if none is stated
 * @param fieldPath the field that is to blame, relative to the value; empty for the value itself
 * @param optionalOldSelf whether a transition rule is evaluated for new values, too; null if that
 *     is not stated
 */
public record Rule(
    String rule,
    String message,
    String messageExpression,
    String reason,
    String fieldPath,
    @Nullable Boolean optionalOldSelf) {}
