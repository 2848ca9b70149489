package dev.rheo.storm.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.rheo.storm.result.Failure.Kind;
import dev.rheo.storm.result.Mode;
import dev.rheo.storm.result.StormSettings.Accept;
import dev.rheo.storm.result.StormSettings.ResourceKind;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every fault of a server is found, in both formats, however the bytes are split. */
class VerifierTest {

  static Stream<Arguments> answers() {
    return Stream.of(Accept.values())
        .flatMap(accept -> Stream.of(Mode.values()).map(mode -> Arguments.of(accept, mode)));
  }

  static Stream<Accept> formats() {
    return Stream.of(Accept.values());
  }

  /** Feeds a response in random pieces, each overwritten after use, and ends it. */
  private static Audit read(Answers answers, byte[] bytes, Random random)
      throws VerificationException {
    Audit audit = answers.audit();
    StreamVerifier verifier = answers.verifier(audit);
    int longest = 1 + random.nextInt(random.nextBoolean() ? 8 : bytes.length);
    for (int at = 0; at < bytes.length; ) {
      int length = Math.min(1 + random.nextInt(longest), bytes.length - at);
      byte[] piece = new byte[length + 3];
      System.arraycopy(bytes, at, piece, 2, length);
      verifier.accept(piece, 2, 2 + length);
      Arrays.fill(piece, (byte) '"');
      at += length;
    }
    verifier.end();
    return audit;
  }

  private static Audit read(Answers answers) throws VerificationException {
    return read(answers, answers.bytes(), new Random(1));
  }

  private static VerificationException finding(Answers answers) {
    return finding(answers, answers.bytes());
  }

  private static VerificationException finding(Answers answers, byte[] bytes) {
    VerificationException found = null;
    for (int seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      VerificationException again =
          catchThrowableOfType(VerificationException.class, () -> read(answers, bytes, random));
      assertThat(again).as("seed %d", seed).isNotNull();
      if (found != null) {
        assertThat(again.kind()).isEqualTo(found.kind());
        assertThat(again.where()).isEqualTo(found.where());
      }
      found = again;
    }
    return found;
  }

  @ParameterizedTest
  @MethodSource("answers")
  void aRightAnswerPassesInAnyPieces(Accept accept, Mode mode) throws VerificationException {
    Answers answers = new Answers(accept, mode);
    byte[] bytes = answers.bytes();
    for (int seed = 0; seed < 300; seed++) {
      Audit audit = read(answers, bytes, new Random(seed));
      assertThat(audit.synced()).isTrue();
      assertThat(audit.objects()).isEqualTo(Answers.COUNT);
      assertThat(audit.revision()).isEqualTo(Answers.FLOOR);
    }
  }

  @ParameterizedTest
  @MethodSource("answers")
  void configMapsToo(Accept accept, Mode mode) throws VerificationException {
    Answers answers = new Answers(accept, mode, ResourceKind.CONFIGMAPS, 4000);
    assertThat(read(answers).synced()).isTrue();
  }

  @ParameterizedTest
  @MethodSource("answers")
  void aDroppedObject(Accept accept, Mode mode) {
    Answers answers = new Answers(accept, mode);
    answers.items.remove(5);
    answers.items.remove(5);
    VerificationException finding = finding(answers);
    assertThat(finding.kind()).isEqualTo(Kind.MISSING);
    assertThat(finding.where()).isEqualTo("weather/storm-0000005");
    assertThat(finding).hasMessageContaining("1 others");
  }

  @ParameterizedTest
  @MethodSource("answers")
  void theLastObjectDropped(Accept accept, Mode mode) {
    Answers answers = new Answers(accept, mode);
    answers.items.remove(Answers.COUNT - 1);
    assertThat(finding(answers).where()).isEqualTo("weather/storm-0000011");
  }

  @ParameterizedTest
  @MethodSource("answers")
  void aDoubledObject(Accept accept, Mode mode) {
    Answers answers = new Answers(accept, mode);
    answers.items.add(6, answers.items.get(5));
    VerificationException finding = finding(answers);
    assertThat(finding.kind()).isEqualTo(Kind.DUPLICATE);
    assertThat(finding.where()).isEqualTo("weather/storm-0000005");
  }

  @ParameterizedTest
  @MethodSource("answers")
  void reorderedObjects(Accept accept, Mode mode) {
    Answers answers = new Answers(accept, mode);
    Collections.swap(answers.items, 3, 4);
    VerificationException finding = finding(answers);
    assertThat(finding.kind()).isEqualTo(Kind.ORDER);
    assertThat(finding.where()).isEqualTo("weather/storm-0000003");
  }

  @ParameterizedTest
  @MethodSource("answers")
  void aCorruptedObject(Accept accept, Mode mode) {
    Answers answers = new Answers(accept, mode);
    Answers.Item item = answers.items.get(7);
    char[] data = item.data().toCharArray();
    data[data.length / 2] = data[data.length / 2] == 'A' ? 'B' : 'A';
    answers.items.set(7, item.withData(new String(data)));
    VerificationException finding = finding(answers);
    assertThat(finding.kind()).isEqualTo(Kind.CONTENT);
    assertThat(finding.where()).isEqualTo("weather/storm-0000007");
  }

  @ParameterizedTest
  @MethodSource("answers")
  void contentsOfTwoObjectsExchanged(Accept accept, Mode mode) {
    Answers answers = new Answers(accept, mode);
    answers.items.set(2, answers.items.get(2).withData(answers.items.get(3).data()));
    assertThat(finding(answers).kind()).isEqualTo(Kind.CONTENT);
  }

  @ParameterizedTest
  @MethodSource("answers")
  void aTruncatedObject(Accept accept, Mode mode) {
    Answers answers = new Answers(accept, mode);
    Answers.Item item = answers.items.get(7);
    answers.items.set(7, item.withData(item.data().substring(0, 200)));
    assertThat(finding(answers).kind()).isEqualTo(Kind.CONTENT);
    answers.items.set(7, item.withData(""));
    assertThat(finding(answers).kind()).isEqualTo(Kind.CONTENT);
  }

  /** A stream that is cut anywhere is detected. */
  @ParameterizedTest
  @MethodSource("answers")
  void aStreamThatIsCut(Accept accept, Mode mode) {
    Answers answers = new Answers(accept, mode);
    byte[] bytes = answers.bytes();
    // A JSON line feed at the end, and the empty fields at the end of an envelope, may be missing.
    int matters = bytes.length - 4;
    if (accept == Accept.JSON) {
      matters = bytes.length - 1;
    } else if (mode == Mode.WATCHLIST) {
      matters = bytes.length;
    }
    for (int length = 0; length < matters; length += 1 + length / 97) {
      byte[] cut = Arrays.copyOf(bytes, length);
      VerificationException finding =
          catchThrowableOfType(
              VerificationException.class, () -> read(answers, cut, new Random(3)));
      assertThat(finding).as("cut after %d of %d", length, bytes.length).isNotNull();
      assertThat(finding.kind()).isIn(Kind.TRUNCATED, Kind.BOOKMARK);
    }
  }

  /** A changed byte causes no exception other than a {@link VerificationException}. */
  @ParameterizedTest
  @MethodSource("answers")
  void neverThrowsAnythingElse(Accept accept, Mode mode) {
    Answers answers = new Answers(accept, mode);
    byte[] bytes = answers.bytes();
    Random random = new Random(5);
    for (int i = 0; i < 3000; i++) {
      byte[] changed = bytes.clone();
      changed[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      assertThatCode(
              () -> {
                try {
                  read(answers, changed, random);
                } catch (VerificationException found) {
                  assertThat(found.getMessage()).isNotBlank();
                  assertThat(found.where()).isNotBlank();
                }
              })
          .doesNotThrowAnyException();
    }
  }

  @ParameterizedTest
  @MethodSource("answers")
  void anObjectOfSomebodyElse(Accept accept, Mode mode) {
    Answers answers = new Answers(accept, mode);
    answers.items.add(0, answers.items.get(0).withName("storm-of-others"));
    assertThat(finding(answers).kind()).isEqualTo(Kind.UNEXPECTED);
    answers.items.set(0, answers.items.get(1).withNamespace("elsewhere"));
    VerificationException finding = finding(answers);
    assertThat(finding.kind()).isEqualTo(Kind.UNEXPECTED);
    assertThat(finding.where()).isEqualTo("elsewhere/storm-0000000");
    answers.items.set(0, answers.items.get(1).withName(ObjectSet.name(Answers.COUNT)));
    assertThat(finding(answers).kind()).isEqualTo(Kind.UNEXPECTED);
  }

  /** For example kube-root-ca.crt, which controllers create in every namespace. */
  @ParameterizedTest
  @MethodSource("answers")
  void objectsOfControllersArePassedOver(Accept accept, Mode mode) throws VerificationException {
    Answers answers = new Answers(accept, mode);
    answers.items.add(0, answers.items.get(0).withName("kube-root-ca.crt").withData("AAAA"));
    if (mode == Mode.WATCHLIST) {
      answers.items.add(answers.items.get(0).withType("DELETED"));
    }
    Audit audit = read(answers);
    assertThat(audit.synced()).isTrue();
    assertThat(audit.objects()).isEqualTo(Answers.COUNT);
    assertThat(audit.foreign()).isEqualTo(mode == Mode.LIST ? 1 : 2);
  }

  @ParameterizedTest
  @MethodSource("answers")
  void anObjectWithoutRevision(Accept accept, Mode mode) {
    Answers answers = new Answers(accept, mode);
    answers.items.set(4, answers.items.get(4).withRevision(""));
    assertThat(finding(answers).kind()).isEqualTo(Kind.REVISION);
    answers.items.set(4, answers.items.get(4).withRevision("12x"));
    assertThat(finding(answers).kind()).isEqualTo(Kind.REVISION);
  }

  @ParameterizedTest
  @MethodSource("formats")
  void aListOlderThanItsObjectsOrTheStart(Accept accept) {
    Answers answers = new Answers(accept, Mode.LIST);
    answers.listRevision = Long.toString(Answers.FLOOR - 1);
    assertThat(finding(answers).kind()).isEqualTo(Kind.REVISION);
    answers.listRevision = "";
    assertThat(finding(answers).kind()).isEqualTo(Kind.REVISION);
    answers.listRevision = Long.toString(Answers.FLOOR);
    answers.items.set(2, answers.items.get(2).withRevision("5000"));
    assertThat(finding(answers).kind()).isEqualTo(Kind.REVISION);
  }

  @ParameterizedTest
  @MethodSource("formats")
  void aBookmarkThatIsTooOldOrHasNoRevision(Accept accept) {
    Answers answers = new Answers(accept, Mode.WATCHLIST);
    answers.items.set(Answers.COUNT, Answers.bookmark(Answers.FLOOR - 1));
    assertThat(finding(answers).kind()).isEqualTo(Kind.REVISION);
    answers.items.set(Answers.COUNT, Answers.bookmark(Answers.FLOOR).withRevision(""));
    assertThat(finding(answers).kind()).isEqualTo(Kind.REVISION);
  }

  @ParameterizedTest
  @MethodSource("formats")
  void noBookmark(Accept accept) {
    Answers answers = new Answers(accept, Mode.WATCHLIST);
    answers.items.remove(Answers.COUNT);
    assertThat(finding(answers).kind()).isEqualTo(Kind.BOOKMARK);
    // A bookmark without the annotation does not end the initial events.
    answers.items.add(
        new Answers.Item("BOOKMARK", "", "", Long.toString(Answers.FLOOR), "", false));
    assertThat(finding(answers).kind()).isEqualTo(Kind.BOOKMARK);
  }

  @ParameterizedTest
  @MethodSource("formats")
  void aWatchThatEndsWithAStatus(Accept accept) {
    Answers answers = new Answers(accept, Mode.WATCHLIST);
    answers.items.set(5, answers.items.get(5).withType("ERROR"));
    VerificationException finding = finding(answers);
    assertThat(finding.kind()).isEqualTo(Kind.STATUS);
    assertThat(finding).hasMessageContaining("gone");
  }

  @ParameterizedTest
  @MethodSource("formats")
  void eventsThatNobodyCaused(Accept accept) {
    Answers answers = new Answers(accept, Mode.WATCHLIST);
    answers.items.add(answers.items.get(5).withType("DELETED"));
    assertThat(finding(answers).kind()).isEqualTo(Kind.UNEXPECTED);
    answers.items.set(Answers.COUNT + 1, answers.items.get(5));
    assertThat(finding(answers).kind()).isEqualTo(Kind.UNEXPECTED);
    answers.items.set(Answers.COUNT + 1, answers.items.get(5).withType("WEATHER"));
    assertThat(finding(answers).kind()).isEqualTo(Kind.MALFORMED);
  }

  @Nested
  class Changes {
    @ParameterizedTest
    @MethodSource("dev.rheo.storm.verify.VerifierTest#formats")
    void allOfThemPass(Accept accept) throws VerificationException {
      Answers answers = new Answers(accept, Mode.WATCHLIST);
      answers.items.add(answers.change(3, 1, 120));
      answers.items.add(new Answers.Item("BOOKMARK", "", "", "125", "", false));
      answers.items.add(answers.change(3, 2, 130));
      Audit audit = read(answers);
      assertThat(audit.changes()).isEqualTo(2);
      assertThat(audit.revision()).isEqualTo(130);
      assertThat(audit.caughtUp(answers.ledger.history())).isTrue();
      audit.settle(answers.ledger.history());
    }

    @ParameterizedTest
    @MethodSource("dev.rheo.storm.verify.VerifierTest#formats")
    void oneThatIsNotSent(Accept accept) throws VerificationException {
      Answers answers = new Answers(accept, Mode.WATCHLIST);
      answers.items.add(answers.change(3, 1, 120));
      answers.change(4, 2, 130);
      answers.items.add(answers.change(5, 3, 140));
      Audit audit = read(answers);
      assertThat(audit.caughtUp(answers.ledger.history())).isFalse();
      VerificationException finding =
          catchThrowableOfType(
              VerificationException.class, () -> audit.settle(answers.ledger.history()));
      assertThat(finding.kind()).isEqualTo(Kind.MISSING);
    }

    @ParameterizedTest
    @MethodSource("dev.rheo.storm.verify.VerifierTest#formats")
    void oneInPlaceOfAnother(Accept accept) throws VerificationException {
      Answers answers = new Answers(accept, Mode.WATCHLIST);
      Answers.Item first = answers.change(3, 1, 120);
      answers.change(4, 2, 130);
      answers.items.add(first);
      answers.items.add(first.withRevision("131"));
      Audit audit = read(answers);
      assertThat(audit.changes()).isEqualTo(2);
      assertThat(
              catchThrowableOfType(
                  VerificationException.class, () -> audit.settle(answers.ledger.history())))
          .isNotNull();
    }

    @ParameterizedTest
    @MethodSource("dev.rheo.storm.verify.VerifierTest#formats")
    void revisionsThatDoNotAscend(Accept accept) {
      Answers answers = new Answers(accept, Mode.WATCHLIST);
      Answers.Item first = answers.change(3, 1, 120);
      answers.items.add(answers.change(4, 2, 130));
      answers.items.add(first);
      assertThat(finding(answers).kind()).isEqualTo(Kind.REVISION);
      answers.items.set(Answers.COUNT + 2, new Answers.Item("BOOKMARK", "", "", "129", "", false));
      assertThat(finding(answers).kind()).isEqualTo(Kind.REVISION);
    }

    @ParameterizedTest
    @MethodSource("dev.rheo.storm.verify.VerifierTest#formats")
    void aContentThatWasNeverWritten(Accept accept) {
      Answers answers = new Answers(accept, Mode.WATCHLIST);
      Answers.Item change = answers.change(3, 1, 120);
      answers.items.add(change.withData(answers.object("MODIFIED", 3, 9, 120).data()));
      assertThat(finding(answers).kind()).isEqualTo(Kind.CONTENT);
    }

    /** The initial objects must be the state at the revision of their end, not an earlier one. */
    @ParameterizedTest
    @MethodSource("dev.rheo.storm.verify.VerifierTest#answers")
    void aStateThatIsTooOldForItsRevision(Accept accept, Mode mode) throws VerificationException {
      Answers answers = new Answers(accept, mode);
      Answers.Item change = answers.change(3, 1, 120);
      answers.listRevision = "121";
      if (mode == Mode.WATCHLIST) {
        answers.items.set(Answers.COUNT, Answers.bookmark(121));
      }
      Audit stale = read(answers);
      VerificationException finding =
          catchThrowableOfType(
              VerificationException.class, () -> stale.settle(answers.ledger.history()));
      assertThat(finding.kind()).isEqualTo(Kind.CONTENT);
      answers.items.set(3, change.withType("ADDED"));
      read(answers).settle(answers.ledger.history());
    }

    /** KEP-3157 (2b) permits changes among the initial events. */
    @ParameterizedTest
    @MethodSource("dev.rheo.storm.verify.VerifierTest#formats")
    void amongTheInitialEvents(Accept accept) throws VerificationException {
      Answers answers = new Answers(accept, Mode.WATCHLIST);
      answers.items.set(Answers.COUNT, answers.change(3, 1, 120));
      answers.items.add(answers.change(3, 2, 121));
      answers.items.add(Answers.bookmark(121));
      answers.items.add(answers.change(4, 3, 130));
      Audit audit = read(answers);
      assertThat(audit.changes()).isEqualTo(1);
      audit.settle(answers.ledger.history());
      // If one of these changes is not sent, the state is wrong.
      answers.items.remove(Answers.COUNT + 1);
      Audit incomplete = read(answers);
      assertThat(
              catchThrowableOfType(
                  VerificationException.class, () -> incomplete.settle(answers.ledger.history())))
          .isNotNull();
    }
  }

  @Test
  void aPageIsNoList() {
    Answers answers = new Answers(Accept.JSON, Mode.LIST);
    String page =
        new String(answers.bytes(), StandardCharsets.UTF_8)
            .replaceFirst("\"resourceVersion\"", "\"continue\":\"abc\",\"resourceVersion\"");
    assertThat(finding(answers, page.getBytes(StandardCharsets.UTF_8)).kind())
        .isEqualTo(Kind.TRUNCATED);
  }

  @Test
  void somethingAfterTheList() {
    Answers answers = new Answers(Accept.JSON, Mode.LIST);
    String twice = new String(answers.bytes(), StandardCharsets.UTF_8) + "{}";
    assertThat(finding(answers, twice.getBytes(StandardCharsets.UTF_8)).kind())
        .isEqualTo(Kind.MALFORMED);
  }

  /** Whitespace, another order of members, and escapes are valid. */
  @Test
  void jsonAsOtherServersWriteIt() throws VerificationException {
    Answers answers = new Answers(Accept.JSON, Mode.LIST);
    StringBuilder out = new StringBuilder("{ \"items\" : [ ");
    for (int i = 0; i < Answers.COUNT; i++) {
      Answers.Item item = answers.items.get(i);
      out.append(i == 0 ? "" : " ,\r\n\t")
          .append("{\"data\":{\"payload\":\"")
          .append(item.data().replace("/", "\\/"))
          .append("\"},\"metadata\":{\"resourceVersion\":\"")
          .append(item.revision())
          .append("\",\"namespace\":\"we\\u0061ther\",\"name\":\"")
          .append(item.name())
          .append("\",\"x\":[1,-2.5e+7,true,null,{},[],\"\"]}}");
    }
    out.append("] , \"metadata\":{\"resourceVersion\":\"900\"},\"kind\":\"SecretList\"}  ");
    byte[] bytes = out.toString().getBytes(StandardCharsets.UTF_8);
    for (int seed = 0; seed < 100; seed++) {
      Audit audit = read(answers, bytes, new Random(seed));
      assertThat(audit.revision()).isEqualTo(900);
    }
  }
}
