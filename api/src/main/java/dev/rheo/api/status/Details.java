package dev.rheo.api.status;

import java.util.List;

/**
 * What a {@link Status} is about. Strings that do not apply are empty, {@code retryAfterSeconds} is
 * then 0.
 *
 * @param kind the resource (plural) or the kind, as the reason has it
 */
public record Details(
    String name, String group, String kind, String uid, List<Cause> causes, int retryAfterSeconds) {

  public Details {
    causes = List.copyOf(causes);
  }

  static Details of(String group, String kind, String name) {
    return new Details(name, group, kind, "", List.of(), 0);
  }

  static Details retryAfter(int seconds) {
    return new Details("", "", "", "", List.of(), seconds);
  }

  Details withCauses(List<Cause> newCauses) {
    return new Details(name, group, kind, uid, newCauses, retryAfterSeconds);
  }
}
