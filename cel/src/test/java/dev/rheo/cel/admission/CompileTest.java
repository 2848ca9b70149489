package dev.rheo.cel.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.rheo.cel.CompileException;
import dev.rheo.cel.admission.AdmissionExpressions.Purpose;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class CompileTest {
  private static final AdmissionExpressions EXPRESSIONS =
      AdmissionExpressions.withoutVariables(true);

  /**
   * What kube-apiserver 1.36.3 says of some hundred expressions, most of them wrong: {@code
   * ["expression", "OK type" or the message]}, with all variables and the types of patches.
   */
  @TestFactory
  Stream<DynamicTest> saysWhatUpstreamSays() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    ObjectMapper json = new ObjectMapper();
    try (InputStream in = CompileTest.class.getResourceAsStream("/dev/rheo/cel/compile.jsonl");
        BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(Objects.requireNonNull(in), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] pair = json.readValue(line, String[].class);
        tests.add(
            DynamicTest.dynamicTest(
                json.writeValueAsString(pair[0]),
                () -> assertThat(verdict(pair[0])).isEqualTo(pair[1])));
      }
    }
    assertThat(tests).hasSizeGreaterThan(400);
    return tests.stream();
  }

  private static String verdict(String expression) {
    String other = "must evaluate to list(JSONPatch) but got ";
    try {
      return "OK " + EXPRESSIONS.compile(Purpose.JSON_PATCH, expression).type();
    } catch (CompileException e) {
      return e.getMessage().startsWith(other)
          ? "OK " + e.getMessage().substring(other.length())
          : e.getMessage();
    }
  }

  @Test
  void namesTheTypesThatAreAllowed() {
    assertThatThrownBy(() -> EXPRESSIONS.compile(Purpose.VALIDATION, "object.x"))
        .hasMessage("must evaluate to bool but got dyn");
    assertThatThrownBy(() -> EXPRESSIONS.compile(Purpose.AUDIT_ANNOTATION, "1"))
        .hasMessage("must evaluate to one of [string null_type] but got int");
  }

  @Test
  void messagesCannotAskTheAuthorizer() {
    assertThatThrownBy(
            () ->
                EXPRESSIONS.compile(Purpose.MESSAGE, "authorizer.path('/').check('get').reason()"))
        .hasMessageContaining("undeclared reference to 'authorizer'");
  }

  @Test
  void onlyPoliciesWithParametersHaveThem() throws CompileException {
    String expression = "params.x == 1";
    EXPRESSIONS.compile(Purpose.VALIDATION, expression);
    assertThatThrownBy(
            () ->
                AdmissionExpressions.withoutVariables(false)
                    .compile(Purpose.VALIDATION, expression))
        .hasMessageContaining("undeclared reference to 'params'");
  }

  @Test
  void onlyMutationsBuildPatches() {
    assertThatThrownBy(
            () -> EXPRESSIONS.compile(Purpose.VALIDATION, "[JSONPatch{op: 'test'}].size() == 1"))
        .hasMessageContaining("undeclared reference to 'JSONPatch'");
  }

  @Test
  void knowsWhatVariablesEvaluateTo() throws CompileException {
    AdmissionExpressions expressions = AdmissionExpressions.withVariables(false);
    expressions.variable("names", "object.items.map(i, string(i.name))");
    expressions.variable("first", "variables.names[0]");
    expressions.compile(Purpose.VALIDATION, "variables.first.startsWith('a')");
    assertThatThrownBy(() -> expressions.compile(Purpose.VALIDATION, "variables.first + 1 == 2"))
        .hasMessageContaining("found no matching overload for '_+_' applied to '(string, int)'");
    assertThatThrownBy(() -> expressions.compile(Purpose.VALIDATION, "variables.later"))
        .hasMessageContaining("undefined field 'later'");
  }

  @Test
  void aVariableThatDoesNotCompileMayBeAnything() throws CompileException {
    AdmissionExpressions expressions = AdmissionExpressions.withVariables(false);
    assertThatThrownBy(() -> expressions.variable("bad", "1 +"))
        .isInstanceOf(CompileException.class);
    expressions.compile(Purpose.VALIDATION, "variables.bad.x == 1");
  }

  @Test
  void policiesDoNotShareVariables() throws CompileException {
    AdmissionExpressions.withVariables(false).variable("a", "1");
    AdmissionExpressions other = AdmissionExpressions.withVariables(false);
    assertThatThrownBy(() -> other.compile(Purpose.VALIDATION, "variables.a == 1"))
        .hasMessageContaining("undefined field 'a'");
  }
}
