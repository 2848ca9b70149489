package dev.rheo.cel.cost;

/**
 * What operations cost, in what is estimated before an expression is stored and in what is counted
 * while it is evaluated: the numbers of {@code k8s.io/apiserver/pkg/cel/library} and cel-go. Which
 * expressions may be written depends on them, so upstream does not change them.
 */
public final class Prices {
  public static final double PER_CHARACTER = 0.1;
  public static final double PER_REGEX_CHARACTER = 0.25;
  public static final double REQUIREMENTS_PER_CHARACTER = 0.5;
  public static final long NEW_LIST = 10;
  public static final long NEW_MAP = 30;
  public static final long NEW_OBJECT = 40;

  /** So that an expression can ask no more than twice whether the user may do something. */
  public static final long AUTHORIZATION = 350_000;

  private Prices() {}
}
