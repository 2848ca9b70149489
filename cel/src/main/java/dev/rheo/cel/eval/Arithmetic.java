package dev.rheo.cel.eval;

import dev.rheo.cel.value.Bytes;
import dev.rheo.cel.value.Rfc3339;
import dev.rheo.cel.value.Timestamp;
import dev.rheo.cel.value.Uint;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The operators on numbers, and what {@code +} and {@code -} do with other values. */
final class Arithmetic {
  private Arithmetic() {}

  static void register(Map<String, Implementation> functions) {
    functions.put("_+_", args -> add(args[0], args[1]));
    functions.put("_-_", args -> subtract(args[0], args[1]));
    functions.put("_*_", args -> multiply(args[0], args[1]));
    functions.put("_/_", args -> divide(args[0], args[1]));
    functions.put("_%_", args -> modulo(args[0], args[1]));
    functions.put("-_", args -> negate(args[0]));
    functions.put("!_", args -> !asBool(args[0]));
    functions.put("_<_", args -> Values.compare(args[0], args[1]) < 0);
    functions.put("_<=_", args -> Values.compare(args[0], args[1]) <= 0);
    functions.put("_>_", args -> Values.compare(args[0], args[1]) > 0);
    functions.put("_>=_", args -> Values.compare(args[0], args[1]) >= 0);
    functions.put("_==_", args -> Values.same(args[0], args[1]));
    functions.put("_!=_", args -> !Values.same(args[0], args[1]));
  }

  static boolean asBool(Object value) throws EvaluationException {
    if (value instanceof Boolean bool) {
      return bool;
    }
    throw Implementation.noOverload();
  }

  private static EvaluationException overflow(Object value) {
    return new EvaluationException(
        value instanceof Uint ? "unsigned integer overflow" : "integer overflow");
  }

  static Object add(Object a, Object b) throws EvaluationException {
    if (a instanceof Values.Own own) {
      return own.plus(b);
    }
    try {
      if (a instanceof Long x && b instanceof Long y) {
        return Math.addExact(x, y);
      }
      if (a instanceof Uint x && b instanceof Uint y) {
        long sum = x.bits() + y.bits();
        if (Long.compareUnsigned(sum, x.bits()) < 0) {
          throw overflow(a);
        }
        return new Uint(sum);
      }
      if (a instanceof Double x && b instanceof Double y) {
        return x + y;
      }
      if (a instanceof String x && b instanceof String y) {
        return x + y;
      }
      if (a instanceof Bytes x && b instanceof Bytes y) {
        return x.plus(y);
      }
      if (a instanceof List<?> x && b instanceof List<?> y) {
        return AppendedList.concat(x, y);
      }
      if (a instanceof Timestamp x && b instanceof Duration y) {
        return inRange(x.plus(y));
      }
      if (a instanceof Duration x && b instanceof Timestamp y) {
        return inRange(y.plus(x));
      }
      if (a instanceof Duration x && b instanceof Duration y) {
        return inRange(x.plus(y));
      }
    } catch (ArithmeticException e) {
      throw overflow(a);
    }
    throw Implementation.noOverload();
  }

  static Object subtract(Object a, Object b) throws EvaluationException {
    try {
      if (a instanceof Long x && b instanceof Long y) {
        return Math.subtractExact(x, y);
      }
      if (a instanceof Uint x && b instanceof Uint y) {
        if (x.compareTo(y) < 0) {
          throw overflow(a);
        }
        return new Uint(x.bits() - y.bits());
      }
      if (a instanceof Double x && b instanceof Double y) {
        return x - y;
      }
      if (a instanceof Timestamp x && b instanceof Timestamp y) {
        return inRange(Duration.between(y.time(), x.time()));
      }
      if (a instanceof Timestamp x && b instanceof Duration y) {
        return inRange(x.minus(y));
      }
      if (a instanceof Duration x && b instanceof Duration y) {
        return inRange(x.minus(y));
      }
    } catch (ArithmeticException e) {
      throw overflow(a);
    }
    throw Implementation.noOverload();
  }

  private static Timestamp inRange(Timestamp time) throws EvaluationException {
    if (!Rfc3339.isInRange(time.time().getEpochSecond())) {
      throw new EvaluationException("timestamp overflow");
    }
    return time;
  }

  private static Duration inRange(Duration duration) throws EvaluationException {
    try {
      long ignored = duration.toNanos();
      return duration;
    } catch (ArithmeticException e) {
      throw new EvaluationException("integer overflow");
    }
  }

  private static Object multiply(Object a, Object b) throws EvaluationException {
    try {
      if (a instanceof Long x && b instanceof Long y) {
        return Math.multiplyExact(x, y);
      }
      if (a instanceof Uint x && b instanceof Uint y) {
        if (Math.unsignedMultiplyHigh(x.bits(), y.bits()) != 0) {
          throw overflow(a);
        }
        return new Uint(x.bits() * y.bits());
      }
      if (a instanceof Double x && b instanceof Double y) {
        return x * y;
      }
    } catch (ArithmeticException e) {
      throw overflow(a);
    }
    throw Implementation.noOverload();
  }

  private static Object divide(Object a, Object b) throws EvaluationException {
    if (a instanceof Long x && b instanceof Long y) {
      demandDivisor(y);
      if (x == Long.MIN_VALUE && y == -1) {
        throw overflow(a);
      }
      return x / y;
    }
    if (a instanceof Uint x && b instanceof Uint y) {
      demandDivisor(y.bits());
      return new Uint(Long.divideUnsigned(x.bits(), y.bits()));
    }
    if (a instanceof Double x && b instanceof Double y) {
      return x / y;
    }
    throw Implementation.noOverload();
  }

  private static void demandDivisor(long divisor) throws EvaluationException {
    if (divisor == 0) {
      throw new EvaluationException("division by zero");
    }
  }

  private static Object modulo(Object a, Object b) throws EvaluationException {
    boolean zero =
        (b instanceof Long y && y == 0) || (b instanceof Uint unsigned && unsigned.bits() == 0);
    if (zero) {
      throw new EvaluationException("modulus by zero");
    }
    if (a instanceof Long x && b instanceof Long y) {
      if (x == Long.MIN_VALUE && y == -1) {
        throw overflow(a);
      }
      return x % y;
    }
    if (a instanceof Uint x && b instanceof Uint y) {
      return new Uint(Long.remainderUnsigned(x.bits(), y.bits()));
    }
    throw Implementation.noOverload();
  }

  private static Object negate(Object a) throws EvaluationException {
    if (a instanceof Long x) {
      if (x == Long.MIN_VALUE) {
        throw overflow(a);
      }
      return -x;
    }
    if (a instanceof Double x) {
      return -x;
    }
    throw Implementation.noOverload();
  }
}
