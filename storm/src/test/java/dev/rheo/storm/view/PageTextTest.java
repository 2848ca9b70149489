package dev.rheo.storm.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PageTextTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void jsonForAPageIsTheSameJsonWithoutMarkup() throws Exception {
    Random random = new Random(42);
    String special = "<>&\"'/\\!-\u2028\u2029\n\0{}é😀";
    for (int round = 0; round < 1000; round++) {
      String text =
          random
              .ints(random.nextInt(12), 0, special.length())
              .collect(
                  StringBuilder::new, (b, i) -> b.append(special.charAt(i)), StringBuilder::append)
              .toString();
      String json = JSON.writeValueAsString(Map.of(text, text));
      String embedded = PageText.json(json);
      assertThat(embedded).doesNotContain("<", ">", "&", "\u2028", "\u2029");
      assertThat(JSON.readTree(embedded)).isEqualTo(JSON.readTree(json));
    }
  }

  @Test
  void aScriptCannotBeEndedOrCommentedOut() throws Exception {
    String hostile = "</script><script>alert(1)</script><!-- \u2028 ]]> &lt;";
    String embedded = PageText.json(JSON.writeValueAsString(hostile));
    assertThat(embedded).doesNotContain("<", ">", "&", "\u2028");
    assertThat(JSON.readValue(embedded, String.class)).isEqualTo(hostile);
  }

  @Test
  void textHasNoMarkup() {
    assertThat(PageText.escape("<a b='c' d=\"e\">&"))
        .isEqualTo("&lt;a b=&#39;c&#39; d=&quot;e&quot;&gt;&amp;");
  }

  @Test
  void whatIsPutIntoATemplateIsNotSearchedAgain() {
    Map<String, String> values = Map.of("a", "{{b}} $1 \\", "b", "no");
    assertThat(PageText.fill("<{{a}}|{{b}}>", values)).isEqualTo("<{{b}} $1 \\|no>");
  }

  @Test
  void aPlaceWithoutAValueIsRefused() {
    assertThatThrownBy(() -> PageText.fill("{{nothing}}", Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("nothing");
  }

  @Test
  void theHashIsThatOfTheContentSecurityPolicy() {
    // printf "" | openssl dgst -sha256 -binary | base64
    assertThat(PageText.hash(""))
        .isEqualTo("'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='");
  }
}
