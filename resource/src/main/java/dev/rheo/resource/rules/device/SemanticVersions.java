package dev.rheo.resource.rules.device;

/** Versions as semver.org defines them: {@code 1.2.3-alpha.1+build}. */
final class SemanticVersions {
  private static final int NUMBERS = 3;

  private SemanticVersions() {}

  static boolean isValid(String version) {
    int plus = version.indexOf('+');
    String build = plus < 0 ? "0" : version.substring(plus + 1);
    String rest = plus < 0 ? version : version.substring(0, plus);
    int dash = rest.indexOf('-');
    String release = dash < 0 ? "0" : rest.substring(dash + 1);
    String[] numbers = (dash < 0 ? rest : rest.substring(0, dash)).split("\\.", -1);
    if (numbers.length != NUMBERS) {
      return false;
    }
    for (String number : numbers) {
      if (!isNumber(number)) {
        return false;
      }
    }
    for (String part : release.split("\\.", -1)) {
      if (!isIdentifier(part) || (isDigits(part) && !isNumber(part))) {
        return false;
      }
    }
    for (String part : build.split("\\.", -1)) {
      if (!isIdentifier(part)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isNumber(String text) {
    return isDigits(text) && (text.length() == 1 || text.charAt(0) != '0');
  }

  private static boolean isDigits(String text) {
    return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  private static boolean isIdentifier(String text) {
    return !text.isEmpty()
        && text.chars()
            .allMatch(
                c ->
                    c == '-'
                        || (c >= '0' && c <= '9')
                        || (c >= 'a' && c <= 'z')
                        || (c >= 'A' && c <= 'Z'));
  }
}
