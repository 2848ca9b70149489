package dev.rheo.resource.rules.kind;

/** Paths of files, in volumes and on nodes. */
public final class FilePaths {
  private static final String BACKSTEPS = "must not contain '..'";

  private FilePaths() {}

  /** Demands that no element of the path is {@code ..}. */
  public static void noBacksteps(Field path) {
    String text = path.text();
    // the elements, without a list of them: a client decides how many there are
    if (("/" + text + "/").contains("/../")) {
      path.invalid(text, BACKSTEPS);
    }
  }

  /** Demands a relative path that does not leave its folder. */
  public static void localDescending(Field path) {
    if (path.text().startsWith("/")) {
      path.invalid(path.text(), "must be a relative path");
    }
    noBacksteps(path);
  }

  /** As {@link #localDescending}, and names with two leading dots are the kubelet's own. */
  public static void localNonReserved(Field path) {
    localDescending(path);
    if (path.text().startsWith("..") && !path.text().startsWith("../")) {
      path.invalid(path.text(), "must not start with '..'");
    }
  }
}
