package dev.rheo.api.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rheo.api.feature.FeatureGates;
import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.Cause;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The tables of resourceVersion semantics (KEP-2340, KEP-3157), row by row. */
class ListOptionsTest {
  private static final FeatureGates ON = FeatureGates.defaults();
  private static final FeatureGates OFF = FeatureGates.parse("WatchList=false");

  private static Map<String, List<String>> query(String text) {
    Map<String, List<String>> query = new LinkedHashMap<>();
    for (String pair : text.split("&")) {
      if (!pair.isEmpty()) {
        String[] parts = pair.split("=", 2);
        query.computeIfAbsent(parts[0], k -> new ArrayList<>()).add(parts[1]);
      }
    }
    return query;
  }

  private static ListOptions parse(String query) {
    return ListOptions.parse(query(query), false, ON);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      emptyValue = "",
      value = {
        "'' | Consistent[limit=0]",
        "limit=5 | Consistent[limit=5]",
        "limit=-5 | Consistent[limit=0]",
        "resourceVersion=0 | Any[]",
        "resourceVersion=0&limit=5 | Any[]",
        "resourceVersion=0&limit=5&resourceVersionMatch=NotOlderThan | Any[]",
        "resourceVersion=7 | NotOlderThan[revision=7, limit=0]",
        "resourceVersion=7&limit=5 | Exact[revision=7, limit=5]",
        "resourceVersion=7&resourceVersionMatch=Exact | Exact[revision=7, limit=0]",
        "resourceVersion=7&resourceVersionMatch=Exact&limit=5 | Exact[revision=7, limit=5]",
        "resourceVersion=7&resourceVersionMatch=NotOlderThan | NotOlderThan[revision=7, limit=0]",
        "resourceVersion=7&resourceVersionMatch=NotOlderThan&limit=5 | NotOlderThan[revision=7,"
            + " limit=5]",
      })
  void lists(String query, String plan) {
    assertThat(parse(query).readPlan()).hasToString(plan);
  }

  @Test
  void continuedLists() {
    String token = ContinueToken.after("ns/a", 9).encode();
    ReadPlan rest = new ReadPlan.Continue(9, "ns/a\0", 5);
    assertThat(parse("continue=" + token + "&limit=5").readPlan()).isEqualTo(rest);
    assertThat(parse("continue=" + token + "&limit=5&resourceVersion=0").readPlan())
        .isEqualTo(new ReadPlan.Continue(9, "ns/a\0", 0));
    String latest = ContinueToken.after("ns/a", ContinueToken.LATEST).encode();
    assertThat(parse("continue=" + latest).readPlan())
        .isEqualTo(new ReadPlan.Continue(-1, "ns/a\0", 0));
    assertThatThrownBy(() -> parse("continue=" + token + "&resourceVersion=7").readPlan())
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(400))
        .hasMessage("specifying resource version is not allowed when using continue");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "watch=1 | InitialConsistent[]",
        "watch=1&resourceVersion=0 | InitialAny[]",
        "watch=1&resourceVersion=7 | Resume[revision=7]",
        "watch=1&resourceVersionMatch=NotOlderThan&sendInitialEvents=true | InitialConsistent[]",
        "watch=1&resourceVersion=0&resourceVersionMatch=NotOlderThan&sendInitialEvents=true"
            + " | InitialAny[]",
        "watch=1&resourceVersion=7&resourceVersionMatch=NotOlderThan&sendInitialEvents=true"
            + " | InitialNotOlderThan[revision=7]",
        "watch=1&resourceVersionMatch=NotOlderThan&sendInitialEvents=false | FromConsistent[]",
        "watch=1&resourceVersion=0&resourceVersionMatch=NotOlderThan&sendInitialEvents=false"
            + " | FromNow[]",
        "watch=1&resourceVersion=7&resourceVersionMatch=NotOlderThan&sendInitialEvents=false"
            + " | Resume[revision=7]",
      })
  void watches(String query, String start) {
    assertThat(parse(query).watchPlan("", "pods").start()).hasToString(start);
  }

  @Test
  void bookmarks() {
    WatchPlan plan = parse("watch=1&allowWatchBookmarks=true").watchPlan("", "pods");
    assertThat(plan.bookmarks()).isTrue();
    assertThat(plan.endOfInitialEvents()).isTrue();
    assertThat(plan.start().initialEvents()).isTrue();
    plan = parse("watch=1").watchPlan("", "pods");
    assertThat(plan.bookmarks()).isFalse();
    assertThat(plan.endOfInitialEvents()).isFalse();
    plan = parse("watch=1&allowWatchBookmarks=true&resourceVersion=7").watchPlan("", "pods");
    assertThat(plan.bookmarks()).isTrue();
    assertThat(plan.endOfInitialEvents()).isFalse();
    assertThat(plan.start().initialEvents()).isFalse();
  }

  @Test
  void withTheGateOffAWatchBeginsWithTheStateAtHandAndNoBookmark() {
    WatchPlan plan =
        ListOptions.parse(query("watch=1&allowWatchBookmarks=1"), false, OFF).watchPlan("", "pods");
    assertThat(plan).isEqualTo(new WatchPlan(new WatchPlan.InitialAny(), true, false));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "resourceVersionMatch=Exact | resourceVersionMatch | Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided",
        "resourceVersionMatch=Exact&resourceVersion=0 | resourceVersionMatch | Forbidden: resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"",
        "resourceVersionMatch=Exact&resourceVersion=7&continue=x | resourceVersionMatch | Forbidden: resourceVersionMatch is forbidden when continue is provided",
        "resourceVersionMatch=X&resourceVersion=7 | resourceVersionMatch | Unsupported value: \"X\": supported values: \"Exact\", \"NotOlderThan\", \"\"",
        "sendInitialEvents=true | sendInitialEvents | Forbidden: sendInitialEvents is forbidden for list",
        "sendInitialEvents=false | sendInitialEvents | Forbidden: sendInitialEvents is forbidden for list",
        "watch=1&sendInitialEvents=true | resourceVersionMatch | Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan",
        "watch=1&resourceVersionMatch=NotOlderThan | resourceVersionMatch | Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided",
        "watch=1&resourceVersionMatch=NotOlderThan&sendInitialEvents=true&continue=x | resourceVersionMatch | Forbidden: resourceVersionMatch is forbidden when continue is provided",
      })
  void whatDoesNotGoTogether(String query, String field, String message) {
    assertThatThrownBy(() -> parse(query))
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> {
              assertThat(e.code()).isEqualTo(422);
              assertThat(e.reason()).isEqualTo("Invalid");
              assertThat(e.status().details().group()).isEqualTo("meta.k8s.io");
              assertThat(e.status().details().kind()).isEqualTo("ListOptions");
              assertThat(e.status().details().causes())
                  .extracting(Cause::field, Cause::message)
                  .containsExactly(org.assertj.core.groups.Tuple.tuple(field, message));
            });
  }

  @Test
  void aWatchWithExactHasTwoFaults() {
    assertThatThrownBy(
            () -> parse("watch=1&resourceVersion=7&resourceVersionMatch=Exact&sendInitialEvents=1"))
        .isInstanceOfSatisfying(
            ApiException.class,
            e ->
                assertThat(e.status().details().causes())
                    .extracting(Cause::message)
                    .containsExactly(
                        "Forbidden: sendInitialEvents requires setting resourceVersionMatch to"
                            + " NotOlderThan",
                        "Unsupported value: \"Exact\": supported values: \"NotOlderThan\""));
  }

  @Test
  void withTheGateOffInitialEventsAreRefused() {
    assertThatThrownBy(
            () ->
                ListOptions.parse(
                    query("watch=1&resourceVersionMatch=NotOlderThan&sendInitialEvents=true"),
                    false,
                    OFF))
        .hasMessageContaining(
            "sendInitialEvents: Forbidden: sendInitialEvents is forbidden for watch unless the"
                + " WatchList feature gate is enabled");
  }

  @Test
  void numbersAndBooleans() {
    assertThat(parse("watch=false").watch()).isFalse();
    assertThat(parse("watch=FALSE").watch()).isFalse();
    assertThat(parse("watch=0").watch()).isFalse();
    assertThat(parse("watch=").watch()).isTrue();
    assertThat(parse("watch=anything").watch()).isTrue();
    assertThat(parse("watch=1&timeoutSeconds=30").timeoutSeconds()).isEqualTo(30);
    assertThatThrownBy(() -> parse("limit=abc"))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(400))
        .hasMessage("strconv.ParseInt: parsing \"abc\": invalid syntax");
    assertThatThrownBy(() -> parse("timeoutSeconds=9223372036854775808"))
        .hasMessage("strconv.ParseInt: parsing \"9223372036854775808\": value out of range");
    assertThat(ListOptions.parse(Map.of(), true, ON).watch()).isTrue();
  }

  @Test
  void resourceVersionsThatAreNone() {
    assertThatThrownBy(() -> parse("resourceVersion=abc").readPlan())
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(400))
        .hasMessage(
            "invalid resource version: resourceVersion: Invalid value: \"abc\": strconv.ParseUint:"
                + " parsing \"abc\": invalid syntax");
    assertThatThrownBy(() -> parse("watch=1&resourceVersion=-1").watchPlan("", "pods"))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(422));
    assertThat(parse("resourceVersion=18446744073709551615").readPlan())
        .isEqualTo(new ReadPlan.NotOlderThan(-1, 0));
    assertThat(ResourceVersion.isFuture(-1)).isTrue();
    assertThatThrownBy(() -> parse("resourceVersion=18446744073709551616").readPlan())
        .hasMessageContaining("value out of range");
  }

  @Test
  void theNameOfThePath() {
    assertThat(parse("").forName("a").fieldSelector()).hasToString("metadata.name=a");
    assertThat(parse("fieldSelector=metadata.name=a").forName("a").fieldSelector())
        .hasToString("metadata.name=a");
    assertThatThrownBy(() -> parse("fieldSelector=metadata.name=b").forName("a"))
        .hasMessage("fieldSelector metadata.name doesn't match requested name");
  }

  private static final String SHARD =
      "shardRange(object.metadata.uid, '0x0000000000000000', '0x8000000000000000')";

  @Test
  void aShardIsKeptByEveryCopy() {
    ListOptions options = parse("watch=1&resourceVersion=0&shardSelector=" + SHARD);
    assertThat(options.sendInitialEvents()).isTrue(); // by default, so it is a copy
    assertThat(options.shard()).hasToString(SHARD);
    assertThat(options.forName("a").shard()).hasToString(SHARD);
    assertThat(parse("shardSelector=").shard()).isNull();
    assertThat(parse("").shard()).isNull();
  }

  @Test
  void aMalformedShardIsRefusedIfTheGateIsOn() {
    assertThatThrownBy(() -> parse("shardSelector=all"))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(400));
    FeatureGates off = FeatureGates.parse("ShardedListAndWatch=false");
    for (String value : List.of("all", SHARD)) {
      assertThat(ListOptions.parse(query("shardSelector=" + value), false, off).shard()).isNull();
    }
  }

  @Test
  void anInvalidCombinationOfOptionsIsToldBeforeAMalformedShard() {
    assertThatThrownBy(() -> parse("resourceVersionMatch=Exact&shardSelector=all"))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(422));
  }
}
