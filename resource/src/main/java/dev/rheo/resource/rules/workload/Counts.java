package dev.rheo.resource.rules.workload;

import dev.rheo.resource.rules.kind.Field;

/** Checks of the numbers in specs and statuses. */
final class Counts {
  private Counts() {}

  /** Demands that none of the members is below zero. */
  static void notNegative(Field parent, String... names) {
    for (String name : names) {
      parent.at(name).notNegative();
    }
  }

  /** Demands that one number of a status is not greater than another. */
  static void atMost(Field status, String name, String limit, String fault) {
    if (status.at(name).number() > status.at(limit).number()) {
      status.at(name).invalid(status.at(name).number(), fault);
    }
  }

  /** Demands that a number is not smaller than before; one that was there must stay. */
  static void notDecremented(Field count, Field before) {
    if (before.present() && (count.absent() || count.number() < before.number())) {
      count.invalid(count.number(), "cannot be decremented");
    }
  }
}
