package dev.rheo.resource.rules.security;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.rheo.api.name.Names;
import dev.rheo.api.status.FieldError;
import dev.rheo.cel.admission.AdmissionExpressions;
import dev.rheo.cel.admission.AdmissionExpressions.Purpose;
import dev.rheo.resource.rules.kind.Conditions;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.KindRules;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Rules for writes of admission policies that validate. */
final class ValidatingPolicyRules extends KindRules {
  private static final List<String> REASONS =
      List.of("Forbidden", "Invalid", "RequestEntityTooLarge");
  private static final int ANNOTATIONS_MAX = 20;
  private static final int ANNOTATION_BYTES_MAX = 5 << 10;
  private static final String NOTHING =
      "validations or auditAnnotations must contain at least one item";

  @Override
  protected void checkCreate(Field policy) {
    check(policy, true);
  }

  @Override
  protected void checkUpdate(Field policy, Field old) {
    check(policy, !PolicyParts.sameConditions(policy.at("spec"), old.at("spec")));
  }

  @Override
  protected void checkSubresource(String subresource, Field policy, Field old) {
    Field status = policy.at("status");
    for (Field warning : status.at("typeChecking", "expressionWarnings").items()) {
      warning.at("warning").need("");
      Expressions.need(warning.at("fieldRef"), "");
    }
    Conditions.validate(status.at("conditions"));
  }

  @Override
  protected void warn(Field policy, Field old, Consumer<String> warnings) {
    StaticNames.warn(policy, warnings);
  }

  private static void check(Field policy, boolean conditions) {
    Field spec = policy.at("spec");
    AdmissionExpressions expressions = PolicyParts.head(spec, false, conditions);
    Field validations = spec.at("validations");
    Field annotations = spec.at("auditAnnotations");
    if (validations.isEmpty() && annotations.isEmpty()) {
      validations.required(NOTHING);
      annotations.required(NOTHING);
      return;
    }
    for (Field validation : validations.items()) {
      validation(validation, expressions);
    }
    if (annotations.size() > ANNOTATIONS_MAX) {
      annotations.invalid(
          shown(annotations), "must not have more than " + ANNOTATIONS_MAX + " auditAnnotations");
    }
    Set<String> keys = new HashSet<>();
    for (Field annotation : annotations.items()) {
      annotation(policy.at("metadata", "name").text(), annotation, expressions);
      Field key = annotation.at("key");
      if (!keys.add(key.text())) {
        key.duplicate();
      }
    }
  }

  private static void validation(Field validation, AdmissionExpressions expressions) {
    Field expression = validation.at("expression");
    if (Expressions.need(expression, "expression is not specified")) {
      Expressions.compile(expression, Purpose.VALIDATION, expressions);
    }
    Field messageExpression = validation.at("messageExpression");
    if (notBlank(messageExpression) && !messageExpression.isEmpty()) {
      Expressions.compile(messageExpression, Purpose.MESSAGE, expressions);
    }
    Field message = validation.at("message");
    if (notBlank(message) && message.text().strip().matches("(?s).*[\n\r].*")) {
      message.invalid("must not contain line breaks");
    }
    if (validation.at("reason").present()) {
      validation.at("reason").oneOf(REASONS);
    }
  }

  private static boolean notBlank(Field text) {
    if (!text.isEmpty() && Expressions.isBlank(text)) {
      text.invalid("must be non-empty if specified");
      return false;
    }
    return true;
  }

  private static void annotation(
      String policy, Field annotation, AdmissionExpressions expressions) {
    Field key = annotation.at("key");
    if (policy.isEmpty()) {
      key.invalid(key.text(), "requires metadata.name be non-empty");
    } else {
      String name = policy + "/" + key.text();
      for (String fault : Names.labelKey(name)) {
        key.fault(FieldError.invalid(key.path(), name, fault));
      }
    }
    Field value = annotation.at("valueExpression");
    if (!Expressions.need(value, "valueExpression is not specified")) {
      return;
    }
    if (value.text().strip().getBytes(StandardCharsets.UTF_8).length > ANNOTATION_BYTES_MAX) {
      value.required("must not exceed " + ANNOTATION_BYTES_MAX + " bytes in length");
    } else {
      Expressions.compileTrimmed(value, Purpose.AUDIT_ANNOTATION, expressions);
    }
  }

  /** The annotations as upstream's type that is not for the wire. */
  private static ArrayNode shown(Field annotations) {
    ArrayNode shown = JsonNodeFactory.instance.arrayNode();
    for (Field annotation : annotations.items()) {
      shown
          .addObject()
          .put("Key", annotation.at("key").text())
          .put("ValueExpression", annotation.at("valueExpression").text());
    }
    return shown;
  }
}
