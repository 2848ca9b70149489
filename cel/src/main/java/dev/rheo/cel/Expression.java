package dev.rheo.cel;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.rheo.cel.type.TypeNames;
import java.util.List;

/** An expression that was compiled. Immutable. */
public final class Expression {
  private final CelAbstractSyntaxTree ast;

  Expression(CelAbstractSyntaxTree ast) {
    this.ast = ast;
  }

  /** What it evaluates to: {@code bool}, {@code list(string)}, {@code null_type}, {@code dyn}. */
  public String type() {
    return TypeNames.of(ast.getResultType());
  }

  /**
   * Demands that it evaluates to one of some types.
   *
   * @param types as {@link #type} writes them
   */
  public void demand(List<String> types) throws CompileException {
    if (!types.contains(type())) {
      throw new CompileException(
          types.size() == 1
              ? "must evaluate to " + types.get(0) + " but got " + type()
              : "must evaluate to one of [" + String.join(" ", types) + "] but got " + type());
    }
  }

  /** Whether it reads a variable of the environment, or one of its own with that name. */
  public boolean reads(String variable) {
    return ast.getReferenceMap().values().stream()
        .anyMatch(reference -> reference.name().equals(variable));
  }

  /** The syntax tree with the types of its nodes. */
  public CelAbstractSyntaxTree ast() {
    return ast;
  }
}
