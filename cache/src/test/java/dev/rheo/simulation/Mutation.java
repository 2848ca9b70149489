package dev.rheo.simulation;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.MethodModel;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import org.jspecify.annotations.Nullable;

/**
 * A fault made on purpose, to prove that an invariant notices it: a method that only returns.
 *
 * @param type the simple name of the class, {@code Outer$Inner} for a nested one
 * @param result what the method returns, an Integer for a boolean; null for {@code void} and null
 */
public record Mutation(String type, String method, @Nullable Integer result) {
  boolean concerns(String simpleName, MethodModel model) {
    return simpleName.equals(type) && model.methodName().equalsString(method);
  }

  void body(MethodModel model, CodeBuilder code) {
    ClassDesc returns = model.methodTypeSymbol().returnType();
    TypeKind kind = TypeKind.from(returns);
    switch (kind.asLoadable()) {
      case VOID -> code.return_();
      case INT -> code.loadConstant(result == null ? 0 : result).ireturn();
      case LONG -> code.loadConstant(result == null ? 0L : (long) result).lreturn();
      case REFERENCE -> code.aconst_null().areturn();
      default -> throw new IllegalArgumentException("returns " + returns);
    }
  }

  @Override
  public String toString() {
    return type + "." + method + (result == null ? "" : " returns " + result);
  }
}
