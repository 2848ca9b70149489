package dev.rheo.api.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResourceVersionTest {
  @ParameterizedTest
  @CsvSource({
    "'', 0",
    "0, 0",
    "000, 0",
    "00000000000000000000000000007, 7",
    "9223372036854775807, 9223372036854775807",
    "9223372036854775808, -9223372036854775808",
    "18446744073709551615, -1"
  })
  void readsUnsignedNumbersOf64Bits(String text, long expected) throws Exception {
    assertThat(ResourceVersion.parse(text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"18446744073709551616", "99999999999999999999", "184467440737095516150"})
  void refusesWhatDoesNotFit(String text) {
    assertThatThrownBy(() -> ResourceVersion.parse(text))
        .isInstanceOf(ResourceVersion.InvalidException.class)
        .hasMessageContaining("value out of range");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "+1", " 1", "1e3", "٣"})
  void refusesWhatIsNoNumber(String text) {
    assertThatThrownBy(() -> ResourceVersion.parse(text))
        .isInstanceOf(ResourceVersion.InvalidException.class)
        .hasMessageContaining("invalid syntax");
  }

  /** The client chooses the length of the text, so parsing must not take quadratic time. */
  @Test
  @Timeout(10)
  void takesTimeInProportionToTheDigits() throws Exception {
    assertThatThrownBy(() -> ResourceVersion.parse("9".repeat(4_000_000)))
        .isInstanceOf(ResourceVersion.InvalidException.class);
    assertThat(ResourceVersion.parse("0".repeat(4_000_000) + "5")).isEqualTo(5);
  }
}
