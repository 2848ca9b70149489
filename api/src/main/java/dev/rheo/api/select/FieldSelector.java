package dev.rheo.api.select;

import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.Excerpt;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A selection by fields: the conjunction of its terms. Immutable. A field that an object does not
 * have counts as empty.
 *
 * <pre>
 *   spec.nodeName=node-1,status.phase!=Succeeded
 * </pre>
 *
 * In values the characters {@code \ , =} are escaped by a backslash.
 */
public final class FieldSelector {
  private static final FieldSelector EVERYTHING = new FieldSelector(List.of());

  /**
   * One term.
   *
   * @param negated whether it selects the objects that do <em>not</em> have the value
   */
  public record Term(String field, String value, boolean negated) {
    @Override
    public String toString() {
      return field + (negated ? "!=" : "=") + escape(value);
    }
  }

  private final List<Term> terms;

  private FieldSelector(List<Term> terms) {
    this.terms = List.copyOf(terms);
  }

  public static FieldSelector everything() {
    return EVERYTHING;
  }

  /** Selects the objects whose field has the value. */
  public static FieldSelector exact(String field, String value) {
    return new FieldSelector(List.of(new Term(field, value, false)));
  }

  /**
   * Parses the syntax of the query parameter {@code fieldSelector}. Only {@link #resolve} checks
   * that a resource has the fields.
   *
   * @throws ApiException 400, worded as upstream
   */
  public static FieldSelector parse(String text) {
    if (text.isEmpty()) {
      return EVERYTHING;
    }
    List<String> parts = split(text);
    Collections.sort(parts);
    List<Term> terms = new ArrayList<>(parts.size());
    for (String part : parts) {
      if (!part.isEmpty()) {
        terms.add(term(text, part));
      }
    }
    return new FieldSelector(terms);
  }

  /**
   * The selector with each field replaced by its canonical name.
   *
   * @param canonical returns the canonical name of a field; throws an {@link ApiException} 400 for
   *     a field that the resource cannot be selected by
   */
  public FieldSelector resolve(UnaryOperator<String> canonical) {
    if (terms.isEmpty()) {
      return this;
    }
    return new FieldSelector(
        terms.stream()
            .map(term -> new Term(canonical.apply(term.field()), term.value(), term.negated()))
            .toList());
  }

  public List<Term> terms() {
    return terms;
  }

  public boolean isEverything() {
    return terms.isEmpty();
  }

  public boolean matches(FieldSource fields) {
    for (int i = 0; i < terms.size(); i++) {
      Term term = terms.get(i);
      String value = fields.get(term.field());
      if (term.value().equals(value == null ? "" : value) == term.negated()) {
        return false;
      }
    }
    return true;
  }

  /** The value that the selector requires of a field, null if it requires none. */
  public @Nullable String requiresExact(String field) {
    for (Term term : terms) {
      if (!term.negated() && term.field().equals(field)) {
        return term.value();
      }
    }
    return null;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof FieldSelector selector && terms.equals(selector.terms);
  }

  @Override
  public int hashCode() {
    return terms.hashCode();
  }

  /** Canonical: parsing it gives an equal selector. */
  @Override
  public String toString() {
    return terms.stream().map(Term::toString).collect(Collectors.joining(","));
  }

  /** Splits at unescaped commas and keeps the escapes. */
  private static List<String> split(String text) {
    List<String> parts = new ArrayList<>(1);
    int start = 0;
    boolean escaped = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (escaped) {
        escaped = false;
      } else if (c == '\\') {
        escaped = true;
      } else if (c == ',') {
        parts.add(text.substring(start, i));
        start = i + 1;
      }
    }
    parts.add(text.substring(start));
    return parts;
  }

  private static Term term(String selector, String part) {
    for (int i = 0; i < part.length(); i++) {
      if (part.startsWith("!=", i)) {
        return new Term(part.substring(0, i), unescape(part.substring(i + 2)), true);
      }
      if (part.charAt(i) == '=') {
        int length = part.startsWith("==", i) ? 2 : 1;
        return new Term(part.substring(0, i), unescape(part.substring(i + length)), false);
      }
    }
    throw ApiException.badRequest(
        "invalid selector: '"
            + Excerpt.text(selector)
            + "'; can't understand '"
            + Excerpt.text(part)
            + "'");
  }

  private static String escape(String value) {
    return value.replace("\\", "\\\\").replace(",", "\\,").replace("=", "\\=");
  }

  private static String unescape(String value) {
    StringBuilder out = new StringBuilder(value.length());
    for (int i = 0; i < value.length(); ) {
      int c = value.codePointAt(i);
      i += Character.charCount(c);
      if (c == '\\') {
        if (i == value.length()) {
          throw badEscape("\\");
        }
        int escaped = value.codePointAt(i);
        if (escaped != '\\' && escaped != ',' && escaped != '=') {
          throw badEscape("\\" + Character.toString(escaped));
        }
        out.appendCodePoint(escaped);
        i += Character.charCount(escaped);
      } else if (c == ',' || c == '=') {
        // upstream prints the character's number
        throw ApiException.badRequest("invalid field selector: unescaped character in value: " + c);
      } else {
        out.appendCodePoint(c);
      }
    }
    return out.toString();
  }

  private static ApiException badEscape(String sequence) {
    return ApiException.badRequest("invalid field selector: invalid escape sequence: " + sequence);
  }
}
