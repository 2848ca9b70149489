package dev.rheo.cel.eval;

import dev.rheo.cel.CompileException;
import dev.rheo.cel.Expression;

/** An expression that can be evaluated. Immutable and thread-safe. */
public final class Program {
  /** What one evaluation may cost. */
  public static final long COST_MAX = 1_000_000;

  /**
   * A value and what it cost.
   *
   * @param value as {@link Values} lists them
   */
  public record Result(Object value, long cost) {}

  private final Node plan;
  private final int locals;

  private Program(Node plan, int locals) {
    this.plan = plan;
    this.locals = locals;
  }

  /**
   * Plans the evaluation of an expression.
   *
   * @throws CompileException if it has a constant without a value, such as {@code int("x")}
   */
  public static Program of(Expression expression) throws CompileException {
    Planner planner = new Planner(expression.ast());
    try {
      Node plan = planner.plan(expression.ast().getExpr());
      return new Program(plan, planner.locals());
    } catch (EvaluationException e) {
      throw CompileException.internal("program instantiation failed: " + e.getMessage());
    }
  }

  /**
   * Evaluates it.
   *
   * @param costMax what it may cost
   * @throws EvaluationException if it has no value
   * @throws CostExceededException if it costs more
   * @throws RuntimeException if the meter of the thread ends the work
   */
  public Result eval(Variables variables, long costMax) throws EvaluationException {
    Frame frame = new Frame(variables, locals, costMax);
    Object value = plan.eval(frame);
    return new Result(value, frame.cost());
  }
}
