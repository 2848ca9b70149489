package dev.rheo.resource.type;

import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The order of the versions of a group, the preferred one first, as Kubernetes documents it for
 * CustomResourceDefinitions: {@code v10, v2, v1, v11beta2, v10beta3, v3beta1, v12alpha1, foo1}.
 */
public final class ApiVersions {
  private static final Pattern VERSION =
      Pattern.compile("v([1-9][0-9]*)(?:(alpha|beta)([1-9][0-9]*))?");
  private static final int MAX_DIGITS = 18;

  /** The preferred version first. */
  public static final Comparator<String> ORDER =
      Comparator.comparing(ApiVersions::parse, ApiVersions::compare)
          .thenComparing(Comparator.naturalOrder());

  /**
   * @param stability 3 for a release, 2 for a beta, 1 for an alpha, 0 for any other text
   */
  private record Parsed(int stability, long major, long minor) {}

  private ApiVersions() {}

  private static int compare(Parsed a, Parsed b) {
    if (a.stability != b.stability) {
      return Integer.compare(b.stability, a.stability);
    }
    return a.major != b.major ? Long.compare(b.major, a.major) : Long.compare(b.minor, a.minor);
  }

  private static Parsed parse(String version) {
    Matcher parts = VERSION.matcher(version);
    if (!parts.matches() || version.length() > MAX_DIGITS) {
      return new Parsed(0, 0, 0);
    }
    String stage = parts.group(2);
    return new Parsed(
        stage == null ? 3 : stage.equals("beta") ? 2 : 1,
        Long.parseLong(parts.group(1)),
        stage == null ? 0 : Long.parseLong(parts.group(3)));
  }
}
