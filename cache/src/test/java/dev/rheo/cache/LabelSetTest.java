package dev.rheo.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LabelSetTest {
  private static final List<String> TEXTS =
      List.of(
          "",
          "a",
          "ab",
          "abc",
          "b",
          "é",
          "aé",
          "aéb",
          "日本",
          "x".repeat(254),
          "x".repeat(255),
          "x".repeat(256),
          "x".repeat(70_000),
          "app.kubernetes.io/name");

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void isAMapFromKeysToValues(long seed) {
    Random random = new Random(seed);
    Map<String, String> map = new TreeMap<>();
    for (int i = random.nextInt(8); i > 0; i--) {
      map.put(any(random), any(random));
    }
    List<String> pairs = new ArrayList<>();
    map.forEach((key, value) -> pairs.addAll(List.of(key, value)));
    LabelSet labels = LabelSet.of(pairs);
    LabelSet again = LabelSet.ofPacked(labels.packed());
    for (String text : TEXTS) {
      assertThat(labels.get(text)).as(text).isEqualTo(map.get(text));
      assertThat(again.get(text)).as(text).isEqualTo(map.get(text));
    }
    assertThat(again).isEqualTo(labels).hasSameHashCodeAs(labels);
  }

  @Test
  void noLabelsAreAlwaysTheSame() {
    assertThat(LabelSet.of(List.of())).isSameAs(LabelSet.EMPTY);
    assertThat(LabelSet.EMPTY.get("a")).isNull();
  }

  private static String any(Random random) {
    return TEXTS.get(random.nextInt(TEXTS.size()));
  }
}
