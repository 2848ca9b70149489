package dev.rheo.cli;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Parses a number of bytes: {@code 384m}, {@code 4Gi}, {@code 1048576}. The units k, m and g are
 * binary as the JVM's are, with or without {@code i}, {@code B} or both.
 */
final class ByteSize implements ITypeConverter<Long> {
  private static final Pattern FORM = Pattern.compile("([0-9]{1,13})([kmg]?)(?:i?b?)");

  @Override
  public Long convert(String text) {
    Matcher matcher = FORM.matcher(text.toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw new TypeConversionException("'%s' is not a size such as 384m or 4g".formatted(text));
    }
    int shift =
        switch (matcher.group(2)) {
          case "k" -> 10;
          case "m" -> 20;
          case "g" -> 30;
          default -> 0;
        };
    try {
      return Math.multiplyExact(Long.parseLong(matcher.group(1)), 1L << shift);
    } catch (ArithmeticException e) {
      throw new TypeConversionException("'%s' is too large".formatted(text));
    }
  }
}
