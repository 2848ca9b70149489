package dev.rheo.cel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rheo.cel.type.DeclType;
import dev.rheo.codec.io.Meter;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Expressions that are meant to take long, or much memory. */
class HostileExpressionsTest {
  private static final int SMALL_STACK = 2 << 20;
  private static final Environment ENVIRONMENT =
      Environment.builder().variable("object", DeclType.DYN).build();

  /** Of each, a compiler without a bound takes seconds, minutes, or the heap. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "(;20000;'';expression recursion limit exceeded: 250",
        "[;20000;'';expression recursion limit exceeded: 250",
        "object;0;.a*260;max recursion depth exceeded",
        "1;0;+1*300;max recursion depth exceeded",
        "1;0;1*100001;expression code point size exceeds limit: size: 100002, limit 100000",
        "'';0;@*50000;More than 100 syntax errors",
        "{;1;1:1,*24000};expression node limit (50000) exceeded",
        "[;1;[],*3000[]];expression exceeds limit of 2500 type variables",
        "[;1;object[0],*600object];expression exceeds limit of 2500 type variables",
        "object;0;.optMap(x,x)*200;expression node limit (50000) exceeded",
      })
  void areRefused(String start, int repeated, String rest, String message) {
    String expression = start.repeat(Math.max(repeated, 1)) + repeat(rest);
    assertThatThrownBy(() -> compileOnSmallStack(expression))
        .isInstanceOf(CompileException.class)
        .hasMessageContaining(message);
  }

  @Test
  void refusesLargeRegularExpressions() {
    for (String regex :
        new String[] {"(a{1000}){1000}", "(".repeat(5000) + "a", "(a|b)*".repeat(15_000)}) {
      assertThatThrownBy(() -> compileOnSmallStack("'a'.matches('" + regex + "')"))
          .hasMessageContaining("invalid matches argument");
    }
  }

  @Test
  void acceptsWhatIsLargeAndHarmless() throws Throwable {
    compileOnSmallStack("['" + "x','".repeat(10_000) + "x']");
    compileOnSmallStack("true" + "&&object.a".repeat(5_000));
    compileOnSmallStack("(".repeat(60) + "1" + ")".repeat(60));
    compileOnSmallStack("'" + "a".repeat(99_000) + "'");
  }

  @Test
  void showsNoMoreThanSomeFaults() {
    assertThatThrownBy(() -> ENVIRONMENT.compile("[" + "x,".repeat(150) + "x]"))
        .hasMessageEndingWith("51 more errors were truncated");
    assertThatThrownBy(() -> ENVIRONMENT.compile("[" + "xxxxxxx,".repeat(1500) + "x]"))
        .satisfies(e -> assertThat(e.getMessage().length()).isLessThan(100_000));
  }

  @Test
  void chargesWhatItTakesAndGivesItBack() throws CompileException {
    Recording meter = new Recording();
    Meter.within(meter, () -> ENVIRONMENT.compile("[" + "1,".repeat(1000) + "1]"));
    assertThat(meter.most).isGreaterThan(1_000_000);
    assertThat(meter.charged).isZero();
  }

  private static String repeat(String rest) {
    int star = rest.indexOf('*');
    if (star < 0) {
      return rest;
    }
    int end = star + 1;
    while (end < rest.length() && Character.isDigit(rest.charAt(end))) {
      end++;
    }
    return rest.substring(0, star).repeat(Integer.parseInt(rest.substring(star + 1, end)))
        + rest.substring(end);
  }

  private static void compileOnSmallStack(String expression) throws Throwable {
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread thread =
        new Thread(
            null,
            () -> {
              try {
                ENVIRONMENT.compile(expression);
              } catch (Throwable e) {
                failure.set(e);
              }
            },
            "small stack",
            SMALL_STACK);
    thread.start();
    thread.join();
    if (failure.get() != null) {
      throw failure.get();
    }
  }

  private static final class Recording extends Meter {
    private long charged;
    private long most;

    @Override
    protected void onCharge(long bytes) {
      charged += bytes;
      most = Math.max(most, charged);
    }

    @Override
    protected void onCheck() {}

    @Override
    protected long charged() {
      return charged;
    }

    @Override
    protected void onRelease(long bytes) {
      charged = bytes;
    }
  }
}
