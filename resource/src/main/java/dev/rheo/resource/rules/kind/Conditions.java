package dev.rheo.resource.rules.kind;

import dev.rheo.api.name.Names;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Checks of lists of conditions in a status, of the type that most kinds share. */
public final class Conditions {
  private static final List<String> STATUSES = List.of("False", "True", "Unknown");
  private static final int REASON_MAX = 1 << 10;
  private static final int MESSAGE_MAX = 32 << 10;
  private static final String REASON = "[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?";
  private static final Pattern REASON_PATTERN = Pattern.compile(REASON);

  private Conditions() {}

  /** Checks a list of conditions of the type {@code meta/v1.Condition}. */
  public static void validate(Field conditions) {
    Set<String> types = new HashSet<>();
    for (Field condition : conditions.items()) {
      if (!types.add(condition.at("type").text())) {
        condition.at("type").duplicate();
      }
      condition(condition);
    }
  }

  private static void condition(Field condition) {
    condition.at("type").check(Names::labelKey);
    condition.at("status").oneOf(STATUSES);
    if (condition.at("observedGeneration").number() < 0) {
      condition.at("observedGeneration").invalid("must be greater than or equal to zero");
    }
    condition.at("lastTransitionTime").need("");
    Field reason = condition.at("reason");
    if (reason.need("")) {
      if (!REASON_PATTERN.matcher(reason.text()).matches()) {
        reason.invalid(
            "a condition reason must start with alphabetic character, optionally followed by a"
                + " string of alphanumeric characters or '_,:', and must end with an alphanumeric"
                + " character or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName',  or"
                + " 'ReasonA,ReasonB',  or 'ReasonA:ReasonB', regex used for validation is '"
                + REASON
                + "')");
      }
      atMost(reason, REASON_MAX);
    }
    atMost(condition.at("message"), MESSAGE_MAX);
  }

  private static void atMost(Field text, int maximum) {
    if (text.text().getBytes(StandardCharsets.UTF_8).length > maximum) {
      text.tooLong(maximum);
    }
  }
}
