package dev.rheo.cel.cost;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.cel.CompileException;
import dev.rheo.cel.Environment;
import dev.rheo.cel.Rows;
import dev.rheo.cel.type.DeclType;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class CostEstimatorTest {
  private static final Environment ENVIRONMENT =
      Environment.builder()
          .variable("object", DeclType.DYN)
          .variable("params", DeclType.DYN)
          .variable("request", DeclType.DYN)
          .variable("names", DeclType.list(DeclType.STRING, 10))
          .opaqueVariable("authorizer", "kubernetes.authorization.Authorizer")
          .build();

  /** {@code ["expression", "least cost", "largest cost"]} of objects of unknown sizes. */
  @TestFactory
  Stream<DynamicTest> estimatesAsUpstream() throws IOException {
    return Rows.tests("estimates.jsonl", CostEstimatorTest::compare);
  }

  private static void compare(String[] row) {
    try {
      Range cost = CostEstimator.estimate(ENVIRONMENT.compile(row[0]), Sizes.UNKNOWN);
      assertThat(Long.toUnsignedString(cost.min())).isEqualTo(row[1]);
      assertThat(Long.toUnsignedString(cost.max())).isEqualTo(row[2]);
    } catch (CompileException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void knowsSizesOfVariables() throws CompileException {
    Sizes sizes =
        (path, type) ->
            path.equals(List.of("names"))
                ? new Range(0, 10)
                : path.equals(List.of("names", "@items")) ? new Range(0, 63) : null;
    Range cost =
        CostEstimator.estimate(ENVIRONMENT.compile("names.all(n, n.matches('abc'))"), sizes);
    assertThat(cost).isEqualTo(new Range(2, 112));
  }
}
