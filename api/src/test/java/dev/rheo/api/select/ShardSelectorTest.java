package dev.rheo.api.select;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rheo.api.status.ApiException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The judge is upstream's parser: each selector here was given to it. */
class ShardSelectorTest {
  private static final String LOW =
      "shardRange(object.metadata.uid, '0x0000000000000000', '0x8000000000000000')";
  private static final String HIGH =
      "shardRange(object.metadata.uid, '0x8000000000000000', '0x10000000000000000')";

  @ParameterizedTest
  @ValueSource(
      strings = {
        LOW,
        "  shardRange( object . metadata.uid ,\t'0x0000000000000000','0x8000000000000000')\r\n\f",
        "((" + LOW + "))",
        "shardRange((object.metadata).uid, \"0x0000000000000000\", ('0x8000000000000000'))",
      })
  void oneShardCanBeWrittenInManyWays(String text) {
    assertThat(ShardSelector.parse(text)).hasToString(LOW);
  }

  @Test
  void rangesKeepTheirOrder() {
    assertThat(ShardSelector.parse("(" + HIGH + "||" + LOW + ")||" + HIGH))
        .hasToString(HIGH + " || " + LOW + " || " + HIGH);
    String namespaces =
        "shardRange(object.metadata.namespace, '0x00000000000000aa', '0x00000000000000ff')";
    assertThat(ShardSelector.parse(namespaces)).hasToString(namespaces);
    String all = "shardRange(object.metadata.uid, '0x0000000000000000', '0x10000000000000000')";
    assertThat(ShardSelector.parse(all)).hasToString(all);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '^',
      value = {
        "^  ^ ~ empty shard selector is not allowed; omit the parameter for unfiltered lists",
        "shardRange ~ unexpected expression kind 3; expected shardRange() call or || operator",
        "a.b ~ unexpected expression kind 7; expected shardRange() call or || operator",
        "'abc' ~ unexpected expression kind 5; expected shardRange() call or || operator",
        "12 ~ unexpected expression kind 5; expected shardRange() call or || operator",
        "true ~ unexpected expression kind 5; expected shardRange() call or || operator",
        "has(object.metadata.uid) ~ unsupported function \"has\"; only shardRange() and || are"
            + " allowed",
        "f(1) && f(2) ~ unsupported function \"_&&_\"; only shardRange() and || are allowed",
        "object.metadata.uid > '0x0' ~ unsupported function \"_>_\"; only shardRange() and || are"
            + " allowed",
        "true ? a : b ~ unsupported function \"_?_:_\"; only shardRange() and || are allowed",
        "shardRange() ~ shardRange() requires exactly 3 arguments, got 0",
        "shardRange(U, '0x0000000000000000') ~ shardRange() requires exactly 3 arguments, got 2",
        "shardRange(object.metadata.name, A, B) ~ unsupported field path \"object.metadata.name\";"
            + " supported: object.metadata.uid, object.metadata.namespace",
        "shardRange('a', A, B) ~ shardRange() first argument: expected field path (e.g."
            + " object.metadata.uid), got expression kind 5",
        "shardRange(f(), A, B) ~ shardRange() first argument: expected field path (e.g."
            + " object.metadata.uid), got expression kind 1",
        "shardRange(U, 0, 8) ~ hexStart must be a string literal, got int64",
        "shardRange(U, null, B) ~ hexStart must be a string literal, got structpb.NullValue",
        "shardRange(U, A, true) ~ hexEnd must be a string literal, got bool",
        "shardRange(U, f(), B) ~ hexStart must be a string literal (e.g. '0xff'), got expression"
            + " kind 1",
        "shardRange(U, '', B) ~ hexStart must have '0x' prefix, got \"\"",
        "shardRange(U, '0x', B) ~ hexStart: hex value is required after '0x'",
        "shardRange(U, '0x0', B) ~ hexStart must be a 0x-prefixed 16-digit hex value, got \"0x0\""
            + " (did you mean \"0x0000000000000000\"?)",
        "shardRange(U, A, '0xff') ~ hexEnd must be a 0x-prefixed 16-digit hex value, got \"0xff\""
            + " (did you mean \"0x00000000000000ff\"?)",
        "shardRange(U, '0x0000000000000000000', B) ~ hexStart: hex value too long (19 chars, max"
            + " 17): \"0000000000000000000\"",
        "shardRange(U, '0x20000000000000000', B) ~ hexStart: 17-digit hex value must be"
            + " '0x10000000000000000' (2^64), got \"0x20000000000000000\"",
        "shardRange(U, '0x000000000000000A', B) ~ hexStart: invalid hex character \"A\" in"
            + " \"0x000000000000000A\"",
        "shardRange(U, '0x00000000000000\u00e90', B) ~ hexStart: invalid hex character \"\u00e9\" in"
            + " \"0x00000000000000\u00e90\"",
        "shardRange(U, B, B) ~ shard range start 0x8000000000000000 must be less than end"
            + " 0x8000000000000000",
        "shardRange(U, B, A) ~ shard range start 0x8000000000000000 must be less than end"
            + " 0x0000000000000000",
        "shardRange(U, '0x10000000000000000', '0x10000000000000000') ~ shard range start"
            + " 0x10000000000000000 must be less than end 0x10000000000000000",
        "shardRange(U, A, B) || shardRange(object.metadata.namespace, A, B) ~ all shard ranges must"
            + " use the same field, got \"object.metadata.uid\" and \"object.metadata.namespace\"",
      })
  void refusalsAreUpstreams(String text, String message) {
    String full =
        text.replace("U,", "object.metadata.uid,")
            .replace(" A", " '0x0000000000000000'")
            .replace(" B", " '0x8000000000000000'");
    assertRefused(full).hasMessage("invalid shard selector: " + message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        LOW + " ||",
        "|| " + LOW,
        LOW + " | " + HIGH,
        LOW + " " + HIGH,
        LOW + ")",
        "(" + LOW,
        "shardRange(object.metadata.uid, '0x0000000000000000', '0x8000000000000000'",
        "shardRange(object.metadata.uid, '0x0000000000000000', '0x8000000000000000',)",
        "shardRange(object.metadata.uid, '0x0000000000000000, 0x8000000000000000)",
        "shardRange(object..uid, '0x0000000000000000', '0x8000000000000000')",
        "shardRange(object.metadata., '0x0000000000000000', '0x8000000000000000')",
        "shardRange(object['metadata'].uid, '0x0000000000000000', '0x8000000000000000')",
        "shardRange(object.metadata.uid, '\\q', '0x8000000000000000')",
        "[1]",
        "!" + LOW,
        "\u00e9",
      })
  void whatIsNoExpressionIsRefused(String text) {
    assertRefused(text).hasMessageStartingWith("invalid shard selector: CEL parse error: ");
  }

  @Test
  void nestingIsBounded() {
    assertThat(ShardSelector.parse("(".repeat(249) + LOW + ")".repeat(249))).hasToString(LOW);
    assertRefused("(".repeat(100_000) + LOW);
  }

  private static org.assertj.core.api.AbstractThrowableAssert<?, ? extends Throwable> assertRefused(
      String text) {
    return assertThatThrownBy(() -> ShardSelector.parse(text))
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> {
              assertThat(e.code()).isEqualTo(400);
              assertThat(e.reason()).isEqualTo("BadRequest");
            });
  }

  @ParameterizedTest
  @CsvSource({
    "'', cbf29ce484222325",
    "a, af63dc4c8601ec8c",
    "foobar, 85944171f73967e8",
  })
  void theHashIsFnv1a(String value, String hex) {
    // test vectors of the algorithm's authors
    assertThat(Long.toHexString(ShardHash.of(value))).isEqualTo(hex);
    byte[] bytes = ("x" + value + "y").getBytes(java.nio.charset.StandardCharsets.UTF_8);
    assertThat(ShardHash.of(bytes, 1, bytes.length - 1)).isEqualTo(ShardHash.of(value));
  }

  @Test
  void theShardsOfASplitPartitionTheHashes() {
    Random random = new Random(3);
    for (int shards : new int[] {1, 2, 3, 7, 100}) {
      List<ShardSelector> split = split(shards);
      List<Long> hashes = new ArrayList<>(List.of(0L, -1L, Long.MIN_VALUE, Long.MAX_VALUE));
      for (int i = 0; i < 2000; i++) {
        hashes.add(random.nextLong());
      }
      for (ShardSelector shard : split) {
        hashes.add(shard.ranges().getFirst().first());
        hashes.add(shard.ranges().getFirst().last());
      }
      for (long hash : hashes) {
        assertThat(split).filteredOn(shard -> shard.matches(hash)).hasSize(1);
      }
    }
  }

  /** Bound i of n shards is floor(i * 2^64 / n). */
  private static List<ShardSelector> split(int shards) {
    List<ShardSelector> split = new ArrayList<>();
    for (int i = 0; i < shards; i++) {
      split.add(
          ShardSelector.parse(
              "shardRange(object.metadata.uid, '%s', '%s')"
                  .formatted(bound(i, shards), bound(i + 1, shards))));
    }
    return split;
  }

  private static String bound(int i, int shards) {
    BigInteger bound =
        BigInteger.ONE
            .shiftLeft(64)
            .multiply(BigInteger.valueOf(i))
            .divide(BigInteger.valueOf(shards));
    return "0x%016x".formatted(bound);
  }
}
