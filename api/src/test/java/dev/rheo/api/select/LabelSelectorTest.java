package dev.rheo.api.select;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rheo.api.status.ApiException;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LabelSelectorTest {

  private static boolean matches(String selector, Map<String, String> labels) {
    return LabelSelector.parse(selector).matches(labels::get);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a=1 | true",
        "a==1 | true",
        "a=2 | false",
        "a!=1 | false",
        "a!=2 | true",
        "c!=2 | true",
        "c=2 | false",
        "a in (1,2) | true",
        "a in (2,3) | false",
        "c in (2,3) | false",
        "a notin (2,3) | true",
        "a notin (1) | false",
        "c notin (1) | true",
        "a | true",
        "c | false",
        "!a | false",
        "!c | true",
        "a>0 | true",
        "a>1 | false",
        "a<2 | true",
        "a<1 | false",
        "c<1 | false",
        "b>0 | false",
        "a=1,b=x | true",
        "a=1,b=y | false",
        "e= | true",
        "e in () | true",
        "e in (,x) | true",
        "in in (in,notin) | false",
        " a  in ( 1 , 2 ) , b = x | true",
      })
  void operators(String selector, boolean expected) {
    assertThat(matches(selector, Map.of("a", "1", "b", "x", "e", ""))).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "b=1,a=2 | a=2,b=1",
        "a in (z,y,z) | a in (y,z)",
        "a notin () | a notin ()",
        "a in (,) | a in ()",
        "x in (a,) | x in (,a)",
        "!a | !a",
        "a>1 | a>1",
        "a==b | a==b",
      })
  void canonicalText(String selector, String canonical) {
    assertThat(LabelSelector.parse(selector)).hasToString(canonical);
    assertThat(LabelSelector.parse(canonical)).isEqualTo(LabelSelector.parse(selector));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "a b | unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt",
        "a=1,, | found ',', expected: identifier after ','",
        "a=1, | found '', expected: identifier after ','",
        "=a | found '=', expected: !, identifier, or 'end of string'",
        "a=1 b | found 'b', expected: ',' or 'end of string'",
        "a in b | unable to parse requirement: found 'b' expected: '('",
        "a in (b | unable to parse requirement: found '', expected: ',' or ')'",
        "a in (b c) | unable to parse requirement: found 'c', expected: ',' or ')'",
        "a=(b) | unable to parse requirement: found '(', expected: identifier",
        "!=a | found '!=', expected: !, identifier, or 'end of string'",
        "!,a | unable to parse requirement: found ',', expected: identifier",
        "a>x | unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an integer",
        "a===b | unable to parse requirement: found '=', expected: identifier",
      })
  void faults(String selector, String message) {
    assertThatThrownBy(() -> LabelSelector.parse(selector))
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> {
              assertThat(e.code()).isEqualTo(400);
              assertThat(e.status().message()).isEqualTo(message);
            });
  }

  @Test
  void keysAndValuesAreValidated() {
    assertThatThrownBy(() -> LabelSelector.parse("-a=b"))
        .hasMessageStartingWith(
            "unable to parse requirement: <nil>: Invalid value: \"-a\": name part must consist of");
    assertThatThrownBy(() -> LabelSelector.parse("a=b@"))
        .hasMessageStartingWith(
            "unable to parse requirement: values[0][a]: Invalid value: \"b@\": a valid label must be");
  }

  @Test
  void everything() {
    assertThat(LabelSelector.parse("").isEverything()).isTrue();
    assertThat(LabelSelector.parse(" ").isEverything()).isTrue();
    assertThat(LabelSelector.parse("a").isEverything()).isFalse();
  }

  @Test
  void theExactValueOfALabel() {
    assertThat(LabelSelector.parse("a=1,b!=2").requiresExact("a")).isEqualTo("1");
    assertThat(LabelSelector.parse("a in (1)").requiresExact("a")).isEqualTo("1");
    assertThat(LabelSelector.parse("a in (1,2)").requiresExact("a")).isNull();
    assertThat(LabelSelector.parse("a=1,b!=2").requiresExact("b")).isNull();
    assertThat(LabelSelector.parse("a=1").requiresExact("c")).isNull();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void anyTextIsParsedOrRefusedWith400(long seed) {
    Random random = new Random(seed);
    String alphabet = "ab1=!(),<> inot";
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder();
      int length = random.nextInt(14);
      for (int j = 0; j < length; j++) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      try {
        LabelSelector selector = LabelSelector.parse(text.toString());
        assertThat(LabelSelector.parse(selector.toString()).toString())
            .isEqualTo(selector.toString());
      } catch (ApiException e) {
        assertThat(e.code()).isEqualTo(400);
      }
    }
  }
}
