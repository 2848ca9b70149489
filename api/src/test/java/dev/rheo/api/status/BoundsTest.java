package dev.rheo.api.status;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.name.GroupResource;
import dev.rheo.api.name.Names;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Every refusal has a bounded size, and what fits is shown as upstream shows it. */
class BoundsTest {
  private static final String LONG = "x".repeat(1 << 20);

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  @Test
  void whatFitsIsShownWhole() {
    String fits = "a".repeat(Excerpt.MAX_BYTES - 2);
    assertThat(Excerpt.quoted(fits)).isEqualTo('"' + fits + '"');
    assertThat(Excerpt.text(fits)).isEqualTo(fits);
    assertThat(Excerpt.value(List.of("a<", 1, true))).isEqualTo("[\"a\\u003c\",1,true]");
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    tree.put("a", "b&").putArray("c").add(1).addNull().addObject();
    assertThat(Excerpt.value(tree)).isEqualTo("{\"a\":\"b\\u0026\",\"c\":[1,null,{}]}");
    tree.put("B", 1.5);
    assertThat(Excerpt.goValue(tree)).isEqualTo("map[B:1.5 a:b& c:[1 <nil> map[]]]");
    tree.put("d", LONG);
    assertThat(bytes(Excerpt.goValue(tree))).isBetween(Excerpt.MAX_BYTES, Excerpt.MAX_BYTES + 3);
  }

  @Test
  void whatDoesNotFitIsCutOnACharacterAndSaysSo() {
    assertThat(Excerpt.quoted("é".repeat(1000)))
        .isEqualTo('"' + "é".repeat(511) + "\" (cut from 1000 characters)");
    assertThat(Excerpt.text("😀".repeat(1000))).matches("(😀)+ \\(cut from 2000 characters\\)");
    assertThat(bytes(Excerpt.text("😀".repeat(1000)))).isBetween(1000, Excerpt.MAX_BYTES);
    ArrayNode list = JsonNodeFactory.instance.arrayNode();
    for (int i = 0; i < 3000; i++) {
      list.addObject().put("uid", i);
    }
    assertThat(Excerpt.value(list))
        .startsWith("[{\"uid\":0},")
        .endsWith(" (cut from a list of 3000)");
    assertThat(bytes(Excerpt.value(list))).isLessThan(Excerpt.MAX_BYTES + 40);
    assertThat(Excerpt.value(Collections.nCopies(3000, "\u0001")))
        .contains("\\u0001")
        .hasSizeLessThan(1100);
  }

  /**
   * The cost must not depend on the size of the value, which may be shown up to a hundred times.
   */
  @Test
  void aDeepTreeIsShownWithoutADeepStack() {
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    ObjectNode at = tree;
    for (int i = 0; i < 100_000; i++) {
      at = at.putObject("a");
    }
    assertThat(Excerpt.value(tree)).startsWith("{\"a\":{\"a\":").hasSizeLessThan(1100);
  }

  @Test
  void aCollectorKeepsAHundredAndSaysThatThereAreMore() throws Exception {
    FieldErrors errors = new FieldErrors();
    int looked = 0;
    for (int i = 0; i < 100_000 && !errors.isFull(); i++) {
      errors.add(FieldError.invalid("spec[" + i + "]", LONG, LONG));
      looked++;
    }
    assertThat(looked).isEqualTo(Details.MAX_CAUSES + 1);
    assertThat(errors.toList()).hasSize(Details.MAX_CAUSES);
    assertThat(errors.toList()).allSatisfy(e -> assertThat(e.body()).hasSizeLessThan(2500));
    checkBounded(ApiException.invalid("apps", "Deployment", "web", errors));
  }

  @Test
  void aHundredSmallCausesAreAllTold() {
    FieldErrors errors = new FieldErrors();
    for (int i = 0; i < 100; i++) {
      errors.add(FieldError.required("spec[" + i + "]", ""));
      errors.add(FieldError.required("spec[" + i + "]", ""));
    }
    assertThat(errors.isFull()).isFalse();
    Status status = ApiException.invalid("", "Pod", "a", errors).status();
    assertThat(status.details().causes()).hasSize(100).doesNotContain(Details.FURTHER);
    assertThat(status.message()).endsWith("spec[99]: Required value]");
    errors.add(FieldError.required("one more", ""));
    status = ApiException.invalid("", "Pod", "a", errors).status();
    assertThat(status.details().causes()).hasSize(100).last().isEqualTo(Details.FURTHER);
    assertThat(status.message()).endsWith(", and others]");
  }

  @Test
  void everyStatusIsBounded() throws Exception {
    for (String text :
        List.of(
            LONG,
            "\u0001".repeat(1 << 20),
            "😀".repeat(1 << 19),
            "\ud83d".repeat(1 << 20),
            "<".repeat(1 << 20))) {
      GroupResource resource = new GroupResource(text, text);
      for (ApiException refusal :
          List.of(
              ApiException.badRequest(text),
              ApiException.notFound(resource, text),
              ApiException.alreadyExists(resource, text),
              ApiException.conflict(resource, text, text),
              ApiException.forbidden(resource, text, text),
              ApiException.methodNotSupported(resource, text),
              ApiException.internalError(text),
              ApiException.invalid(text, text, text, List.of(FieldError.invalid(text, text, text))),
              ApiException.applyConflict(
                  Collections.nCopies(1000, new Cause(text, text, text)), text),
              ApiException.resourceExpired(text, "t".repeat(4096)))) {
        checkBounded(refusal);
        checkBounded(refusal.withCause(new Cause(text, text, text)));
      }
    }
  }

  private static void checkBounded(ApiException refusal) throws Exception {
    byte[] json = refusal.status().toJson();
    assertThat(json.length).isLessThanOrEqualTo(Status.MAX_BYTES);
    assertThat(new ObjectMapper().readTree(json).at("/details/causes").size())
        .isLessThanOrEqualTo(100);
  }

  /** The handwritten checks agree with the regular expressions that the messages name. */
  @Test
  void namesAreWhatTheirExpressionsSay() {
    Pattern label = Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?");
    Pattern subdomain = Pattern.compile(label + "(\\." + label + ")*");
    Pattern value = Pattern.compile("(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?");
    Random random = new Random(5);
    for (int i = 0; i < 200_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int length = random.nextInt(7); length > 0; length--) {
        text.append("aZ0-_.é \n".charAt(random.nextInt(9)));
      }
      String name = text.toString();
      assertThat(Names.dnsLabel(name).isEmpty()).as(name).isEqualTo(label.matcher(name).matches());
      assertThat(Names.dnsSubdomain(name).isEmpty())
          .as(name)
          .isEqualTo(subdomain.matcher(name).matches());
      assertThat(Names.labelValue(name).isEmpty())
          .as(name)
          .isEqualTo(value.matcher(name).matches());
    }
  }

  @Test
  void longNamesTakeNoDeepStack() {
    List<List<String>> faults = new ArrayList<>();
    for (String name :
        List.of("a.".repeat(1 << 19), "a.".repeat(1 << 19) + "a", "/".repeat(1 << 20))) {
      faults.add(Names.dnsSubdomain(name));
      faults.add(Names.dnsLabel(name));
      faults.add(Names.labelKey(name));
      faults.add(Names.labelKey(name + "/a"));
      faults.add(Names.labelValue(name));
    }
    assertThat(faults).allSatisfy(found -> assertThat(found).isNotEmpty());
  }
}
