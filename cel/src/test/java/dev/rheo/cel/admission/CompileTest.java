package dev.rheo.cel.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rheo.cel.CompileException;
import dev.rheo.cel.Rows;
import dev.rheo.cel.admission.AdmissionExpressions.Purpose;
import dev.rheo.cel.eval.Program;
import java.io.IOException;
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
    return Rows.tests("compile.jsonl", row -> assertThat(verdict(row[0])).isEqualTo(row[1]));
  }

  private static String verdict(String expression) {
    String other = "must evaluate to list(JSONPatch) but got ";
    try {
      Program ignored = EXPRESSIONS.compile(Purpose.JSON_PATCH, expression);
      return "OK list(JSONPatch)";
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
  void failsWhereAConstantDoes() {
    assertThatThrownBy(() -> EXPRESSIONS.compile(Purpose.VALIDATION, "uint(-1) == 1u"))
        .hasMessage("program instantiation failed: unsigned integer overflow");
    assertThatThrownBy(() -> EXPRESSIONS.compile(Purpose.VALIDATION, "double('x') > 0.0"))
        .hasMessage(
            "program instantiation failed: type conversion error from 'string' to 'double'");
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
