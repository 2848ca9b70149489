package dev.rheo.resource.rules.kind;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.codec.value.Quantity;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Numbers that quantities stand for, and checks of them. */
public final class Quantities {
  private static final BigDecimal THOUSAND = BigDecimal.valueOf(1000);
  private static final List<String> DECIMAL =
      List.of("n", "u", "m", "", "k", "M", "G", "T", "P", "E");
  private static final String BINARY = "KMGTPE";

  /** Digits before the point beyond which a number is not written out; it may have a billion. */
  private static final int DIGITS = 40;

  private Quantities() {}

  /** The number; zero if there is none. Its exponent may be huge: compare it, do not expand it. */
  public static BigDecimal amount(Field quantity) {
    return amount(quantity.node());
  }

  /** The number; zero if there is none, or no quantity. */
  public static BigDecimal amount(@Nullable JsonNode quantity) {
    return quantity == null || quantity.isNull() ? BigDecimal.ZERO : amount(quantity.asText());
  }

  /** The number of a quantity in any spelling; zero if it is none. */
  public static BigDecimal amount(String quantity) {
    try {
      return parse(Quantity.canonical(quantity));
    } catch (IllegalArgumentException e) {
      return BigDecimal.ZERO; // the codec refuses what is no quantity
    }
  }

  /** Compares two quantities; one that is absent is zero. */
  public static int compare(Field one, Field other) {
    return amount(one).compareTo(amount(other));
  }

  private static BigDecimal parse(String text) {
    int end = text.length();
    while (end > 0 && Character.isLetter(text.charAt(end - 1))) {
      end--;
    }
    String unit = text.substring(end);
    BigDecimal number = new BigDecimal(text.substring(0, end));
    return unit.endsWith("i")
        ? number.multiply(BigDecimal.valueOf(1L << (10 * (BINARY.indexOf(unit.charAt(0)) + 1))))
        : number.scaleByPowerOfTen(3 * (DECIMAL.indexOf(unit) - DECIMAL.indexOf("")));
  }

  /** Whether it is a whole number, when it is counted in thousandths. */
  public static boolean isInteger(BigDecimal amount) {
    return isHuge(amount) || thousandths(amount).remainder(THOUSAND).signum() == 0;
  }

  private static BigDecimal thousandths(BigDecimal amount) {
    return amount.scaleByPowerOfTen(3).setScale(0, RoundingMode.UP);
  }

  /** The whole number, rounded away from zero. */
  private static BigDecimal whole(BigDecimal amount) {
    return isHuge(amount) ? amount : amount.setScale(0, RoundingMode.UP);
  }

  private static boolean isHuge(BigDecimal amount) {
    return (long) amount.precision() - amount.scale() > DIGITS;
  }

  /** Upstream's {@code ValidateNonnegativeQuantity}. */
  public static void notNegative(Field quantity) {
    if (amount(quantity).signum() < 0) {
      quantity.invalid("must be greater than or equal to 0");
    }
  }

  /** Upstream's {@code ValidatePositiveQuantityValue}. */
  public static boolean positive(Field quantity) {
    if (amount(quantity).signum() <= 0) {
      quantity.invalid("must be greater than zero");
      return false;
    }
    return true;
  }

  /** Upstream's {@code validateBasicResource}, which shows the whole number. */
  public static boolean basic(Field quantity) {
    BigDecimal amount = amount(quantity);
    if (amount.signum() < 0) {
      quantity.invalid(
          isHuge(amount) ? quantity.text() : whole(amount).toBigInteger(),
          "must be a valid resource quantity");
      return false;
    }
    return true;
  }

  /**
   * Upstream's {@code ValidateResourceQuantityValue}: not negative, and whole if the resource is
   * counted.
   *
   * @param resource {@code cpu}, {@code example.com/gpu}
   */
  public static void resource(String resource, Field quantity) {
    notNegative(quantity);
    if (ResourceNames.isInteger(resource) && !isInteger(amount(quantity))) {
      quantity.invalid("must be an integer");
    }
  }

  /** Whether an amount is a multiple of the size of the pages that the resource's name tells. */
  public static boolean isMultipleOfPages(String resource, BigDecimal amount) {
    BigDecimal page = amount(resource.substring(ResourceNames.HUGE_PAGES.length()));
    if (page.signum() <= 0 || !isInteger(page)) {
      return false;
    }
    if (isHuge(page)) {
      return amount.signum() == 0;
    }
    if (amount.abs().compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
      return true; // upstream counts what does not fit as zero
    }
    return whole(amount).remainder(whole(page)).signum() == 0;
  }
}
