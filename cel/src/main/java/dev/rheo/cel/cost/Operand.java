package dev.rheo.cel.cost;

import dev.cel.common.ast.CelExpr;
import dev.cel.common.types.CelType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a function is called on or with.
 *
 * @param path where it is in a variable; empty if it is in none
 * @param expr null for an element of a list that stands for all of them
 * @param size as far as it follows from the expression alone
 */
record Operand(List<String> path, CelType type, @Nullable CelExpr expr, @Nullable Range size) {}
