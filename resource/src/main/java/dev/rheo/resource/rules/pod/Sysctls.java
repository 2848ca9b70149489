package dev.rheo.resource.rules.pod;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.Syntax;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Checks the kernel parameters of a pod. */
final class Sysctls {
  private static final int MAX_LENGTH = 253;
  private static final String SEGMENT = "[a-z0-9]([-_a-z0-9]*[a-z0-9])?";

  /** Parameters of the IPC namespace. */
  private static final Set<String> IPC =
      Set.of(
          "kernel.sem",
          "kernel.shmall",
          "kernel.shmmax",
          "kernel.shmmni",
          "kernel.shm_rmid_forced",
          "kernel.shm",
          "kernel.msgmax",
          "kernel.msgmnb",
          "kernel.msgmni",
          "kernel.msg");

  private Sysctls() {}

  /**
   * @param any whether parameters of namespaces of the host are let through
   */
  static void validate(Field sysctls, ObjectNode spec, boolean any) {
    Set<String> seen = new HashSet<>();
    for (Field sysctl : sysctls.items()) {
      Field name = sysctl.at("name");
      if (name.need("")) {
        if (!isName(name.text())) {
          name.invalid(
              "must have at most "
                  + MAX_LENGTH
                  + " characters and match regex ^("
                  + SEGMENT
                  + "[\\./])*"
                  + SEGMENT
                  + "$");
        } else if (seen.contains(name.text())) {
          name.duplicate();
        }
      }
      String shared = any ? null : sharedWithHost(name.text(), spec);
      if (shared != null) {
        name.invalid(name.text(), "may not be specified when '" + shared + "' is true");
      }
      seen.add(name.text());
    }
  }

  /**
   * The field that makes the pod share the parameter's namespace with the host; null if it does
   * not.
   */
  static @Nullable String sharedWithHost(String sysctl, ObjectNode spec) {
    String name = normalized(sysctl);
    if (name.startsWith("net.")) {
      return Trees.flag(spec, "hostNetwork") ? "hostNetwork" : null;
    }
    boolean ipc = IPC.contains(name) || name.startsWith("fs.mqueue.");
    return ipc && Trees.flag(spec, "hostIPC") ? "hostIPC" : null;
  }

  /** With dots between the segments, and without anything from an asterisk on. */
  private static String normalized(String sysctl) {
    int slash = sysctl.indexOf('/');
    int dot = sysctl.indexOf('.');
    String name = sysctl;
    if (slash >= 0 && (dot < 0 || slash < dot)) {
      // slashes separate, so dots are part of a name
      StringBuilder swapped = new StringBuilder(sysctl);
      for (int i = 0; i < swapped.length(); i++) {
        char c = swapped.charAt(i);
        swapped.setCharAt(i, c == '/' ? '.' : c == '.' ? '/' : c);
      }
      name = swapped.toString();
    }
    int asterisk = name.indexOf('*');
    return asterisk < 0 ? name : name.substring(0, asterisk);
  }

  private static boolean isName(String name) {
    if (name.isEmpty() || Syntax.bytes(name) > MAX_LENGTH) {
      return false;
    }
    for (String segment : name.split("[./]", -1)) {
      if (segment.isEmpty()
          || !segment.chars().allMatch(c -> isAlphanumeric(c) || c == '-' || c == '_')
          || !isAlphanumeric(segment.charAt(0))
          || !isAlphanumeric(segment.charAt(segment.length() - 1))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isAlphanumeric(int c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  }
}
