package dev.rheo.cel.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.rheo.api.status.GoText;
import dev.rheo.cel.CompileException;
import dev.rheo.cel.Environment;
import dev.rheo.cel.Rows;
import dev.rheo.cel.eval.Authorization.Authorizer;
import dev.rheo.cel.eval.Authorization.Decision;
import dev.rheo.cel.eval.Authorization.Question;
import dev.rheo.cel.type.DeclType;
import dev.rheo.cel.value.Bytes;
import dev.rheo.cel.value.CelNull;
import dev.rheo.codec.io.Meter;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class EvaluationTest {
  private static final Environment ENVIRONMENT =
      Environment.builder()
          .variable("object", DeclType.DYN)
          .variable("oldObject", DeclType.DYN)
          .variable("params", DeclType.DYN)
          .variable("request", DeclType.DYN)
          .variable("namespaceObject", DeclType.DYN)
          .opaqueVariable("authorizer", "kubernetes.authorization.Authorizer")
          .mutations()
          .build();

  private static final Map<String, Object> VARIABLES = variables();

  private static Map<String, Object> variables() {
    Map<String, Object> values = new HashMap<>();
    try (InputStream in =
        EvaluationTest.class.getResourceAsStream("/dev/rheo/cel/variables.json")) {
      for (Map.Entry<String, JsonNode> each : new ObjectMapper().readTree(in).properties()) {
        values.put(each.getKey(), Json.value(each.getValue()));
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return values;
  }

  /**
   * What kube-apiserver 1.36.3 evaluates expressions to, and what it says that they cost: {@code
   * ["expression", "value, or ERR and a message", "cost"]}.
   */
  @TestFactory
  Stream<DynamicTest> evaluatesAsUpstream() throws IOException {
    return Rows.tests("evaluation.jsonl", EvaluationTest::compare);
  }

  private static void compare(String[] row) {
    String value;
    String cost = "";
    try {
      Program.Result result =
          Program.of(ENVIRONMENT.compile(row[0])).eval(Variables.of(VARIABLES), Program.COST_MAX);
      value = shown(result.value());
      cost = String.valueOf(result.cost());
    } catch (EvaluationException | CostExceededException e) {
      value = "ERR " + e.getMessage();
    } catch (CompileException e) {
      value = "COMPILE " + e.getMessage();
    }
    assertThat(value).isEqualTo(row[1]);
    assertThat(cost).isEqualTo(row[2]);
  }

  private static String shown(Object value) {
    return switch (value) {
      case Optional<?> some -> some.isPresent() ? "opt(" + shown(some.get()) + ")" : "none";
      case List<?> list ->
          list.stream().map(EvaluationTest::shown).collect(Collectors.joining(",", "[", "]"));
      case Map<?, ?> map -> {
        TreeSet<String> entries = new TreeSet<>();
        map.forEach((key, each) -> entries.add(shown(key) + ":" + shown(each)));
        yield "{" + String.join(",", entries) + "}";
      }
      case String text -> GoText.quote(text);
      case Bytes bytes -> "b" + HexFormat.of().formatHex(bytes.array());
      case CelNull none -> "null";
      default -> {
        try {
          yield Values.typeOf(value) + " " + Conversions.toText(value);
        } catch (EvaluationException e) {
          yield Values.typeOf(value);
        }
      }
    };
  }

  private static Object eval(String expression, long costMax)
      throws CompileException, EvaluationException {
    return Program.of(ENVIRONMENT.compile(expression))
        .eval(Variables.of(VARIABLES), costMax)
        .value();
  }

  @Test
  void endsWhatCostsTooMuch() throws Exception {
    assertThat(eval("[1, 2, 3].all(x, x > 0)", 16)).isEqualTo(true);
    assertThatThrownBy(() -> eval("[1, 2, 3].all(x, x > 0)", 15))
        .isInstanceOf(CostExceededException.class);
  }

  @Test
  void nothingMakesUpForCostsThatAreTooHigh() {
    assertThatThrownBy(() -> eval("lists.range(100).all(x, x >= 0) || true", 100))
        .isInstanceOf(CostExceededException.class);
    assertThatThrownBy(() -> eval("[1].exists(x, lists.range(100).all(y, true))", 100))
        .isInstanceOf(CostExceededException.class);
  }

  @Test
  void makesNoTextThatWasNotPaidFor() {
    String large = "'" + "a".repeat(30_000) + "'";
    assertThatThrownBy(() -> eval(large + ".replace('a', " + large + ").size()", 1_000_000))
        .isInstanceOf(CostExceededException.class);
    assertThatThrownBy(
            () -> eval("lists.range(9000).map(x, 'a').join(" + large + ").size()", 1_000_000))
        .isInstanceOf(CostExceededException.class);
  }

  @Test
  void longRangesTakeNoMemory() {
    assertThatThrownBy(() -> eval("lists.range(9000000000).size() > 1", 1_000_000))
        .isInstanceOf(CostExceededException.class);
  }

  @Test
  void loopsEndWhenNobodyWaits() {
    Meter gone =
        new Meter() {
          @Override
          protected void onCharge(long bytes) {}

          @Override
          protected void onCheck() {
            throw new IllegalStateException("gone");
          }
        };
    Program program = assertCompiles("lists.range(1000).all(x, x >= 0)");
    assertThatThrownBy(
            () -> Meter.within(gone, () -> program.eval(Variables.of(VARIABLES), 1_000_000)))
        .hasMessage("gone");
  }

  private static Program assertCompiles(String expression) {
    try {
      return Program.of(ENVIRONMENT.compile(expression));
    } catch (CompileException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void appendingTwiceToAListCopiesIt() {
    List<?> one = AppendedList.concat(List.of(1L), List.of(2L));
    List<?> two = AppendedList.concat(one, List.of(3L));
    List<?> three = AppendedList.concat(one, List.of(4L));
    assertThat(one).isEqualTo(List.of(1L, 2L));
    assertThat(two).isEqualTo(List.of(1L, 2L, 3L));
    assertThat(three).isEqualTo(List.of(1L, 2L, 4L));
  }

  @Test
  void addingTwiceToAMapCopiesIt() {
    Map<Object, Object> one = AppendedMap.with(Map.of(), "a", 1L);
    Map<Object, Object> two = AppendedMap.with(one, "b", 2L);
    Map<Object, Object> three = AppendedMap.with(one, "b", 3L);
    assertThat(one).isEqualTo(Map.of("a", 1L));
    assertThat(two).isEqualTo(Map.of("a", 1L, "b", 2L));
    assertThat(three).isEqualTo(Map.of("a", 1L, "b", 3L));
    assertThat(one.containsKey("b")).isFalse();
  }

  @Test
  void asksTheAuthority() throws Exception {
    List<Question> asked = new ArrayList<>();
    Authorizer authorizer =
        new Authorizer(
            question -> {
              asked.add(question);
              return new Decision(question.verb().equals("get"), "because", "");
            },
            "");
    Map<String, Object> values = Map.of("authorizer", authorizer);
    Program allowed =
        assertCompiles(
            "authorizer.serviceAccount('ns', 'sa').group('apps').resource('deployments')"
                + ".namespace('x').name('y').check('get').allowed()");
    Program.Result result = allowed.eval(Variables.of(values), Program.COST_MAX);
    assertThat(result.value()).isEqualTo(true);
    assertThat(result.cost()).isGreaterThan(350_000);
    assertThat(asked)
        .containsExactly(
            new Question("ns:sa", "", "apps", "deployments", "", "x", "y", "", "", "get"));
    Program refused = assertCompiles("authorizer.path('/x').check('post').reason()");
    assertThat(refused.eval(Variables.of(values), Program.COST_MAX).value()).isEqualTo("because");
    Program twice =
        assertCompiles("[1, 2, 3].all(x, authorizer.path('/x').check('get').allowed())");
    assertThatThrownBy(() -> twice.eval(Variables.of(values), Program.COST_MAX))
        .isInstanceOf(CostExceededException.class);
  }
}
