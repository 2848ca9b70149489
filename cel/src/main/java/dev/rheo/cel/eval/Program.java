package dev.rheo.cel.eval;

import dev.rheo.cel.CompileException;
import dev.rheo.cel.Expression;
import org.jspecify.annotations.Nullable;

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

  /**
   * What came of an evaluation, and what it cost.
   *
   * @param value null if there is none
   * @param fault why there is none; null if there is one
   * @param exceeded whether it was ended because it costs more than it may
   */
  public record Outcome(
      @Nullable Object value, @Nullable String fault, boolean exceeded, long cost) {}

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
   * Evaluates it, and tells the cost of what has no value, too.
   *
   * @param costMax what it may cost
   * @throws RuntimeException if the meter of the thread ends the work
   */
  public Outcome run(Variables variables, long costMax) {
    Frame frame = new Frame(variables, locals, costMax);
    try {
      return new Outcome(plan.eval(frame), null, false, frame.cost());
    } catch (EvaluationException e) {
      return new Outcome(null, e.getMessage(), false, frame.cost());
    } catch (CostExceededException e) {
      return new Outcome(null, e.getMessage(), true, frame.cost());
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
