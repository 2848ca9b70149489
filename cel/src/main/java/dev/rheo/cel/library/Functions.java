package dev.rheo.cel.library;

import static java.util.stream.Collectors.toUnmodifiableMap;

import dev.cel.common.CelFunctionDecl;
import dev.cel.common.CelOverloadDecl;
import dev.cel.common.types.CelType;
import dev.rheo.cel.type.TypeNames;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The declarations of the functions that expressions have besides those of the CEL standard, by
 * library. They are a table, {@code functions.txt}.
 */
public final class Functions {
  private static final String TABLE = "functions.txt";
  private static final String OPTIONAL = "optional";

  /** The library of functions that only policies that mutate have. */
  public static final String JSON_PATCH = "kubernetes.jsonpatch";

  /**
   * One signature of a function.
   *
   * @param member whether it is called on its first argument
   */
  public record Overload(
      String function, String id, boolean member, CelType result, List<CelType> arguments) {
    private CelOverloadDecl declaration() {
      return member
          ? CelOverloadDecl.newMemberOverload(id, result, arguments)
          : CelOverloadDecl.newGlobalOverload(id, result, arguments);
    }

    private static Overload parse(String line) {
      String[] words = line.split(" ", 3);
      String signature = words[2];
      int arrow = signature.lastIndexOf("->");
      String call = signature.substring(0, arrow).strip();
      int open = openingOfArguments(call);
      boolean member = open > 0;
      List<CelType> arguments = new ArrayList<>();
      if (member) {
        arguments.add(TypeNames.parse(call.substring(0, open - 1)));
      }
      for (String argument : TypeNames.split(call.substring(open + 1, call.length() - 1))) {
        arguments.add(TypeNames.parse(argument));
      }
      return new Overload(
          words[0],
          words[1],
          member,
          TypeNames.parse(signature.substring(arrow + 2).strip()),
          List.copyOf(arguments));
    }

    /** Where the parenthesis is that the last one closes. */
    private static int openingOfArguments(String call) {
      int depth = 0;
      for (int i = call.length() - 1; i >= 0; i--) {
        if (call.charAt(i) == ')') {
          depth++;
        } else if (call.charAt(i) == '(' && --depth == 0) {
          return i;
        }
      }
      throw new IllegalArgumentException(call);
    }
  }

  private static final Map<String, List<Overload>> LIBRARIES = new LinkedHashMap<>();
  private static final List<String> DEFAULT = new ArrayList<>();

  static {
    read();
  }

  private Functions() {}

  private static void read() {
    try (InputStream in = Functions.class.getResourceAsStream(TABLE);
        BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(Objects.requireNonNull(in), StandardCharsets.UTF_8))) {
      List<Overload> overloads = new ArrayList<>();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("[")) {
          String name = line.substring(1, line.indexOf(']'));
          overloads = new ArrayList<>();
          LIBRARIES.put(name, overloads);
          if (!line.endsWith(OPTIONAL)) {
            DEFAULT.add(name);
          }
        } else if (!line.isEmpty() && !line.startsWith("#")) {
          overloads.add(Overload.parse(line));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All signatures of the libraries that every expression may use, and of further ones. */
  public static List<Overload> overloads(List<String> furtherLibraries) {
    List<Overload> all = new ArrayList<>();
    DEFAULT.forEach(name -> all.addAll(overloads(name)));
    furtherLibraries.forEach(name -> all.addAll(overloads(name)));
    return all;
  }

  private static List<Overload> overloads(String library) {
    return Objects.requireNonNull(LIBRARIES.get(library), library);
  }

  /** As {@link #overloads}, for the type checker. */
  public static List<CelFunctionDecl> declarations(List<String> furtherLibraries) {
    Map<String, List<CelOverloadDecl>> byName = new LinkedHashMap<>();
    for (Overload overload : overloads(furtherLibraries)) {
      byName
          .computeIfAbsent(overload.function, any -> new ArrayList<>())
          .add(overload.declaration());
    }
    return byName.entrySet().stream()
        .map(each -> CelFunctionDecl.newFunctionDeclaration(each.getKey(), each.getValue()))
        .toList();
  }

  /** The functions by the identifiers of their overloads. */
  static Map<String, Overload> byId() {
    return LIBRARIES.values().stream()
        .flatMap(List::stream)
        .collect(toUnmodifiableMap(Overload::id, each -> each));
  }
}
