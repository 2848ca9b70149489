package dev.rheo.cel;

import static org.assertj.core.api.Assertions.assertThat;

import cel.parser.internal.CELLexer;
import java.util.Random;
import org.antlr.v4.runtime.CharStreams;
import org.junit.jupiter.api.Test;

class TokensTest {
  @Test
  void theLexerMakesNoMore() {
    Random random = new Random(7);
    String[] parts = {
      "1",
      "u",
      "1u",
      "0x",
      "1e1",
      ".",
      "a",
      "_",
      " ",
      "\n",
      "\r",
      "\t",
      "//",
      "'",
      "\"",
      "'''",
      "r'",
      "b\"",
      "\\",
      "(",
      "==",
      "!",
      "&&",
      "&",
      "é",
      "😀",
      "`",
      "?",
      "true",
      "-",
      "9223372036854775808"
    };
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder();
      int few = 2 + random.nextInt(parts.length - 2);
      for (int n = random.nextInt(30); n > 0; n--) {
        text.append(parts[(i + random.nextInt(few)) % parts.length]);
      }
      assertThat(Tokens.atMost(text.toString()))
          .as("%s", text)
          .isGreaterThanOrEqualTo(tokens(text.toString()));
    }
  }

  @Test
  void aLongTextIsNotManyTokens() {
    assertThat(Tokens.atMost("true // " + "word ".repeat(1000))).isLessThan(2_100);
    assertThat(Tokens.atMost("true // " + "x".repeat(9000))).isLessThan(10);
  }

  private static int tokens(String text) {
    CELLexer lexer = new CELLexer(CharStreams.fromString(text));
    lexer.removeErrorListeners();
    return lexer.getAllTokens().size() + 1;
  }
}
