package dev.rheo.resource.rules.device;

import dev.rheo.codec.value.Quantity;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.Quantities;
import java.math.BigDecimal;
import java.math.RoundingMode;

/** Checks of what may be requested of a capacity that several claims share. */
final class CapacityPolicies {
  private static final int OPTIONS_MAX = 10;

  /** Digits before the point beyond which a number is no amount of anything. */
  private static final int DIGITS_MAX = 40;

  private static final BigDecimal KIBI = BigDecimal.valueOf(1024);

  private CapacityPolicies() {}

  /**
   * Checks a policy.
   *
   * @param capacity what there is in all
   */
  static void validate(Field policy, Field capacity) {
    Field values = policy.at("validValues");
    Field range = policy.at("validRange");
    Field preset = policy.at("default");
    if (!values.isEmpty() && range.present()) {
      policy.forbidden(
          "exactly one policy can be specified, cannot specify \"validValues\" and \"validRange\""
              + " at the same time");
    } else if (!values.isEmpty()) {
      if (preset.absent()) {
        preset.required("required when validValues is defined");
      } else {
        values(values, preset, capacity);
      }
    } else if (range.present()) {
      if (preset.absent()) {
        preset.required("required when validRange is defined");
      } else {
        range(range, preset, capacity);
      }
    }
  }

  private static void values(Field values, Field preset, Field capacity) {
    for (int i = 1; i < values.size() && !values.isFull(); i++) {
      if (compare(values.index(i - 1), values.index(i)) > 0) {
        values.index(i).invalid("values must be sorted in ascending order");
      }
    }
    boolean[] found = {false};
    Lists.set(
        values,
        OPTIONS_MAX,
        option -> {
          if (compare(option, capacity) > 0) {
            option.invalid("option is larger than capacity value: " + capacity.text());
          }
          found[0] |= compare(option, preset) == 0;
        },
        option -> String.valueOf(whole(option)));
    if (!found[0]) {
      values.invalid(preset.text(), "default value is not valid according to the requestPolicy");
    }
  }

  private static void range(Field range, Field preset, Field capacity) {
    Field min = range.at("min");
    Field max = range.at("max");
    Field step = range.at("step");
    if (min.absent()) {
      min.required("required when validRange is defined");
      return;
    }
    if (compare(min, capacity) > 0) {
      min.invalid("min is larger than capacity value: " + capacity.text());
    }
    if (compare(preset, min) < 0) {
      min.invalid(preset.text(), "default is less than min: " + min.text());
    }
    if (max.present()) {
      if (compare(min, max) > 0) {
        max.invalid(min.text(), "min is larger than max: " + max.text());
      }
      if (compare(max, capacity) > 0) {
        max.invalid("max is larger than capacity value: " + capacity.text());
      }
      if (compare(preset, max) > 0) {
        max.invalid(preset.text(), "default is more than max: " + max.text());
      }
    }
    if (step.present()) {
      if (isHuge(step) || isHuge(min) || sum(min, step).compareTo(amount(capacity)) > 0) {
        step.invalid(
            "one step "
                + shownSum(min, step)
                + " is larger than capacity value: "
                + capacity.text());
      }
      step(preset, min, step);
      if (max.present()) {
        step(max, min, step);
      }
    }
  }

  /** Demands that a value is a number of steps away from the least one. */
  private static void step(Field value, Field min, Field step) {
    long size = whole(step);
    if (size == 0 || (whole(value) - whole(min)) % size != 0) {
      step.invalid(
          value.text(),
          "value is not a multiple of a given step ("
              + step.text()
              + ") from ("
              + min.text()
              + ")");
    }
  }

  private static BigDecimal amount(Field quantity) {
    return Quantities.amount(quantity);
  }

  private static int compare(Field one, Field other) {
    return amount(one).compareTo(amount(other));
  }

  private static BigDecimal sum(Field one, Field other) {
    return amount(one).add(amount(other));
  }

  private static boolean isHuge(Field quantity) {
    BigDecimal amount = amount(quantity);
    return (long) amount.precision() - amount.scale() > DIGITS_MAX;
  }

  /** The whole number, rounded away from zero; 0 as upstream if it needs more than 64 bits. */
  private static long whole(Field quantity) {
    BigDecimal whole =
        isHuge(quantity) ? BigDecimal.ZERO : amount(quantity).setScale(0, RoundingMode.UP);
    return whole.toBigInteger().bitLength() < Long.SIZE ? whole.longValue() : 0;
  }

  /** The sum in the format of the first quantity, unless that is zero. */
  private static String shownSum(Field one, Field other) {
    if (isHuge(one) || isHuge(other)) {
      return one.text() + "+" + other.text();
    }
    String format = amount(one).signum() == 0 ? other.text() : one.text();
    BigDecimal sum = sum(one, other);
    return format.endsWith("i")
        ? Quantity.canonical(sum.divide(KIBI).toPlainString() + "Ki")
        : Quantity.canonical(sum.toPlainString());
  }
}
