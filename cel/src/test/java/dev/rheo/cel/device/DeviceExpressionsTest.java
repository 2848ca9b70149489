package dev.rheo.cel.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rheo.cel.CompileException;
import dev.rheo.cel.Expression;
import dev.rheo.cel.Rows;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceExpressionsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "device.driver == 'gpu.example.com'",
        "device.attributes['gpu.example.com'].ready",
        "device.attributes['gpu.example.com'].version.isGreaterThan(semver('1.0.0'))",
        "device.capacity['gpu.example.com'].memory.compareTo(quantity('10Gi')) >= 0",
        "cel.bind(gpu, device.attributes['gpu.example.com'], gpu.a && gpu.b)",
        "device.allowMultipleAllocations",
        "'a' in device.attributes",
      })
  void compilesSelectors(String expression) throws CompileException {
    assertThat(DeviceExpressions.compile(expression).type()).isIn("bool", "google.protobuf.Any");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "device.driver;must evaluate to bool or the unknown type, not string",
        "device.attributes;must evaluate to bool or the unknown type, not map(string, map(string,"
            + " google.protobuf.Any))",
        "device.name == 'a';undefined field 'name'",
        "object.x;undeclared reference to 'object'",
        "device.capacity['a'].b > 1;found no matching overload for '_>_' applied to"
            + " '(kubernetes.Quantity, int)'",
      })
  void refusesOthers(String expression, String message) {
    assertThatThrownBy(() -> DeviceExpressions.compile(expression))
        .isInstanceOf(CompileException.class)
        .hasMessageContaining(message);
  }

  /**
   * What kube-apiserver 1.36.3 says of expressions: {@code ["expression", "OK type" or the message,
   * "largest cost"]}.
   */
  @TestFactory
  Stream<DynamicTest> costsWhatItCostsUpstream() throws IOException {
    return Rows.tests("device-costs.jsonl", DeviceExpressionsTest::compare);
  }

  private static void compare(String[] row) {
    try {
      Expression expression = DeviceExpressions.compile(row[0]);
      assertThat("OK " + expression.type()).isEqualTo(row[1]);
      assertThat(Long.toUnsignedString(DeviceExpressions.cost(expression).max())).isEqualTo(row[2]);
    } catch (CompileException e) {
      assertThat(e.getMessage()).isEqualTo(row[1]);
    }
  }

  @Test
  void boundsCosts() throws CompileException {
    String loop = "device.attributes.all(x, ";
    assertThat(DeviceExpressions.isTooComplex(DeviceExpressions.compile(loop + "x == 'a')")))
        .isFalse();
    assertThat(
            DeviceExpressions.isTooComplex(
                DeviceExpressions.compile(loop.repeat(5) + "x == 'a'" + ")".repeat(5))))
        .isTrue();
  }
}
