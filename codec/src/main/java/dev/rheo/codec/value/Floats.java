package dev.rheo.codec.value;

import dev.rheo.api.status.GoNumbers;

/** Floating-point numbers as Go's encoding/json writes them. */
public final class Floats {
  private Floats() {}

  /**
   * The shortest digits that read back as the same number; with an exponent only below 1e-6 and
   * from 1e21 on.
   *
   * @throws IllegalArgumentException if the value is infinite or NaN
   */
  public static String format(double value) {
    return GoNumbers.json(value);
  }
}
