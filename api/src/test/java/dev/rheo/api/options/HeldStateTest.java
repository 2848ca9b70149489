package dev.rheo.api.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.rheo.api.status.ApiException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeldStateTest {
  private static final String ID = "1b4e28ba-2fa1-11d2-883f-0016d3cca427";
  private static final String GOOD = "history=" + ID + "; revision=12; until=ns/a%20b@9";

  @Test
  void nothingIsHeldWithoutTheHeader() {
    assertThat(HeldState.parse(List.of())).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "history=h; revision=0 | h | 0 | | 0",
        "history=h;revision=12 | h | 12 | | 0",
        "revision = 12 ;  history = A-9 | A-9 | 12 | | 0",
        "history=h; revision=3; until=ns/name@7 | h | 3 | ns/name | 7",
        "history=h; revision=999999999999999999; until=a@0 | h | 999999999999999999 | a | 0",
        "history=h; revision=1; until=system:node@1 | h | 1 | system:node | 1",
        "history=h; revision=1; until=a%40b%3b%C3%a9@2 | h | 1 | a@b;é | 2",
      })
  void readsWhatIsHeld(String field, String history, long revision, String until, long at) {
    assertThat(HeldState.parse(List.of(field)))
        .isEqualTo(new HeldState(history, revision, until, at));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ";",
        "history=h",
        "revision=1",
        "history=h; revision=1;",
        "history=; revision=1",
        "history=a_b; revision=1",
        "history=h; revision=",
        "history=h; revision=-1",
        "history=h; revision=+1",
        "history=h; revision=1x",
        "history=h; revision=٣",
        "history=h; revision=1000000000000000000",
        "history=h; revision=99999999999999999999999",
        "history=h; history=h; revision=1",
        "history=h; revision=1; revision=1",
        "history=h; revision=1; until=",
        "history=h; revision=1; until=a",
        "history=h; revision=1; until=@1",
        "history=h; revision=1; until=a@",
        "history=h; revision=1; until=a@b@1",
        "history=h; revision=1; until=a b@1",
        "history=h; revision=1; until=a%@1",
        "history=h; revision=1; until=a%2@1",
        "history=h; revision=1; until=a%zz@1",
        "history=h; revision=1; until=a%00@1",
        "history=h; revision=1; until=a%ff@1",
        "history=h; revision=1; until=é@1",
        "history=h; revision=1; until=a@1; until=a@1",
        "history=h; revision=1; History=h",
        "history=h; revision=1; since=4",
        "history=h; revision=1, history=h; revision=1",
      })
  void aMalformedHeaderIsRefusedByName(String field) {
    assertThatThrownBy(() -> HeldState.parse(List.of(field)))
        .isInstanceOfSatisfying(
            ApiException.class, e -> assertThat(e.status().code()).isEqualTo(400))
        .hasMessageStartingWith("the header Rheo-Have is malformed: ");
  }

  @Test
  void twoHeadersAreRefused() {
    assertThatThrownBy(() -> HeldState.parse(List.of(GOOD, GOOD)))
        .isInstanceOf(ApiException.class)
        .hasMessageContaining("Rheo-Have");
  }

  @Test
  void aKeyMayBeAsLongAsAStoreAllows() {
    String most = "%41".repeat(EscapedKey.MAX_BYTES);
    assertThat(HeldState.parse(List.of("history=h; revision=1; until=" + most + "@1")))
        .isEqualTo(new HeldState("h", 1, "A".repeat(EscapedKey.MAX_BYTES), 1));
    assertThatThrownBy(
            () -> HeldState.parse(List.of("history=h; revision=1; until=" + most + "A@1")))
        .isInstanceOf(ApiException.class);
  }

  /** Whatever comes is either read or refused with the same Status. */
  @Test
  void noHeaderFailsInAnyOtherWay() {
    Random random = new Random(5);
    int read = 0;
    for (int i = 0; i < 100_000; i++) {
      StringBuilder field = new StringBuilder(GOOD);
      for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
        int at = random.nextInt(field.length());
        switch (random.nextInt(3)) {
          case 0 -> field.deleteCharAt(at);
          case 1 -> field.setCharAt(at, (char) random.nextInt(256));
          default -> field.insert(at, "=;@%/ 0a\u00e9\ud800".charAt(random.nextInt(10)));
        }
      }
      Throwable thrown = catchThrowable(() -> HeldState.parse(List.of(field.toString())));
      read += thrown == null ? 1 : 0;
      if (thrown != null) {
        assertThat(thrown)
            .as(field.toString())
            .isInstanceOf(ApiException.class)
            .hasMessageStartingWith("the header Rheo-Have is malformed: ");
      }
    }
    assertThat(read).isBetween(5_000, 95_000);
  }

  @Test
  void revisionsAreComparedWithinAHistoryAndNeverWithTheFuture() {
    HeldState held = new HeldState("h", 5, "k", 7);
    assertThat(held.isComparable("h", 7)).isTrue();
    assertThat(held.isComparable("h", 6)).isFalse();
    assertThat(held.isComparable("i", 7)).isFalse();
    assertThat(new HeldState("h", 5, null, 0).isComparable("h", 5)).isTrue();
    assertThat(new HeldState("h", 5, null, 0).isComparable("h", 4)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"ns/name", "system:a~b_c.d-e*", "a b;c@d%\"\\é\ud83d\ude00/\t"})
  void aKeyIsReadAsItWasWritten(String key) {
    String escaped = EscapedKey.of(key);
    assertThat(escaped).matches("[A-Za-z0-9._~*/:%-]+");
    assertThat(EscapedKey.parse(escaped)).isEqualTo(key);
  }

  @Test
  void theServerTellsWhatTheInitialEventsShow() {
    assertThat(new InitialState("h", 7, false).field()).isEqualTo("history=h; revision=7");
    assertThat(new InitialState("h", 7, true).field())
        .isEqualTo("history=h; revision=7; difference=true");
  }
}
