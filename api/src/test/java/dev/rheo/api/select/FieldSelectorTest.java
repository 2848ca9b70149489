package dev.rheo.api.select;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rheo.api.status.ApiException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FieldSelectorTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "metadata.name=a | true",
        "metadata.name==a | true",
        "metadata.name!=a | false",
        "metadata.name=b | false",
        "metadata.name=a,type=x | true",
        "metadata.name=a,type!=x | false",
        "absent= | true",
        "absent!= | false",
        "absent!=x | true",
        "odd=a\\,b\\=c\\\\ | true",
        ",metadata.name=a,, | true",
      })
  void operators(String selector, boolean expected) {
    Map<String, String> fields = Map.of("metadata.name", "a", "type", "x", "odd", "a,b=c\\");
    assertThat(FieldSelector.parse(selector).matches(fields::get)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "a | invalid selector: 'a'; can't understand 'a'",
        "b=1,a | invalid selector: 'b=1,a'; can't understand 'a'",
        "a=b=c | invalid field selector: unescaped character in value: 61",
        "a=b\\x | invalid field selector: invalid escape sequence: \\x",
        "a=b\\ | invalid field selector: invalid escape sequence: \\",
      })
  void faults(String selector, String message) {
    assertThatThrownBy(() -> FieldSelector.parse(selector.strip()))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(400))
        .hasMessage(message);
  }

  @Test
  void canonicalTextEscapes() {
    FieldSelector selector = FieldSelector.exact("a", "x,y=\\");
    assertThat(selector).hasToString("a=x\\,y\\=\\\\");
    assertThat(FieldSelector.parse(selector.toString())).isEqualTo(selector);
  }

  @Test
  void theExactValueOfAField() {
    FieldSelector selector = FieldSelector.parse("metadata.name=a,spec.nodeName!=n");
    assertThat(selector.requiresExact("metadata.name")).isEqualTo("a");
    assertThat(selector.requiresExact("spec.nodeName")).isNull();
  }

  @Test
  void resolvesToCanonicalNames() {
    FieldSelector selector = FieldSelector.parse("spec.host=n,metadata.name!=x");
    assertThat(selector.resolve(n -> n.equals("spec.host") ? "spec.nodeName" : n).toString())
        .isEqualTo("metadata.name!=x,spec.nodeName=n");
  }
}
