package dev.rheo.resource.publish;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;

/** What {@code /version} tells. */
final class ServerVersion {
  private static final String MAJOR = "1";
  private static final int MINOR = 36;

  private ServerVersion() {}

  static ObjectNode document(String serverVersion) {
    String minor = Integer.toString(MINOR);
    return JsonNodeFactory.instance
        .objectNode()
        .put("major", MAJOR)
        .put("minor", minor)
        .put("emulationMajor", MAJOR)
        .put("emulationMinor", minor)
        .put("minCompatibilityMajor", MAJOR)
        .put("minCompatibilityMinor", Integer.toString(MINOR - 1))
        .put("gitVersion", "v" + Discovery.KUBERNETES_VERSION + "+rheo-" + serverVersion)
        .put("gitCommit", "")
        .put("gitTreeState", "")
        .put("buildDate", "1970-01-01T00:00:00Z")
        .put("goVersion", "java" + Runtime.version().feature())
        .put("compiler", "javac")
        .put(
            "platform",
            System.getProperty("os.name", "").toLowerCase(Locale.ROOT) + "/" + architecture());
  }

  private static String architecture() {
    String name = System.getProperty("os.arch", "");
    return name.equals("x86_64") ? "amd64" : name.equals("aarch64") ? "arm64" : name;
  }
}
