package dev.rheo.resource.rules.pod;

import dev.rheo.api.name.Names;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.Syntax;
import org.jspecify.annotations.Nullable;

/** Checks the options of Windows in security contexts. */
final class WindowsOptions {
  private static final int MAX_SPEC_KIB = 64;
  private static final int MAX_DOMAIN = 256;
  private static final int MAX_USER = 104;
  private static final int MAX_NETBIOS = 15;
  private static final String NOT_IN_NETBIOS = "\\/:*?\"<>|";
  private static final String NOT_IN_USER = "\"/\\:;|=,+*?<>@[]";

  private WindowsOptions() {}

  static void validate(Field options) {
    Field name = options.at("gmsaCredentialSpecName");
    if (name.present()) {
      name.check(Names::dnsSubdomain);
    }
    Field spec = options.at("gmsaCredentialSpec");
    if (spec.present()) {
      if (spec.isEmpty()) {
        spec.invalid("gmsaCredentialSpec cannot be an empty string");
      } else if (Syntax.bytes(spec.text()) > MAX_SPEC_KIB * 1024) {
        spec.invalid("gmsaCredentialSpec size must be under " + MAX_SPEC_KIB + " KiB");
      }
    }
    if (options.at("runAsUserName").present()) {
      userName(options.at("runAsUserName"));
    }
  }

  /** Checks {@code user} or {@code domain\\user}. */
  private static void userName(Field at) {
    String text = at.text();
    int backslash = text.indexOf('\\');
    if (text.isEmpty()) {
      at.invalid("runAsUserName cannot be an empty string");
    } else if (text.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
      at.invalid("runAsUserName cannot contain control characters");
    } else if (backslash != text.lastIndexOf('\\')) {
      at.invalid("runAsUserName cannot contain more than one backslash");
    } else {
      if (backslash >= 0) {
        domain(at, text.substring(0, backslash));
      }
      user(at, text.substring(backslash + 1));
    }
  }

  private static void domain(Field at, String domain) {
    if (Syntax.bytes(domain) >= MAX_DOMAIN) {
      at.invalid("runAsUserName's Domain length must be under " + MAX_DOMAIN + " characters");
    }
    if (!isNetBios(domain) && !isDns(domain)) {
      at.invalid("runAsUserName's Domain doesn't match the NetBios nor the DNS format");
    }
  }

  private static boolean isNetBios(String domain) {
    return !domain.isEmpty()
        && domain.charAt(0) != '.'
        && domain.codePointCount(0, domain.length()) <= MAX_NETBIOS
        && domain.chars().noneMatch(c -> NOT_IN_NETBIOS.indexOf(c) >= 0);
  }

  private static boolean isDns(String domain) {
    for (String label : domain.split("\\.", -1)) {
      if (label.length() > 63
          || label.isEmpty()
          || label.startsWith("-")
          || label.endsWith("-")
          || !label.chars().allMatch(c -> c == '-' || (c < 0x80 && Character.isLetterOrDigit(c)))) {
        return false;
      }
    }
    return true;
  }

  private static void user(Field at, String user) {
    if (user.isEmpty()) {
      at.invalid("runAsUserName's User cannot be empty");
    } else if (Syntax.bytes(user) > MAX_USER) {
      at.invalid("runAsUserName's User length must not be longer than " + MAX_USER + " characters");
    }
    if (!user.isEmpty() && user.chars().allMatch(c -> c == '.' || c == ' ')) {
      at.invalid("runAsUserName's User cannot contain only periods or spaces");
    }
    if (user.chars().anyMatch(c -> NOT_IN_USER.indexOf(c) >= 0)) {
      at.invalid(
          "runAsUserName's User cannot contain the following characters: \"/\\:;|=,+*?<>@[]");
    }
  }

  /** Checks that either all containers run in the namespaces of the host, or none. */
  static void hostProcess(Field spec) {
    Boolean ofPod = hostProcessOf(spec);
    int[] containers = new int[2];
    Containers.each(
        spec,
        container -> {
          containers[0]++;
          Boolean own = hostProcessOf(container);
          if (ofPod != null && own != null && !ofPod.equals(own)) {
            container
                .at("securityContext", "windowsOptions", "hostProcess")
                .invalid(
                    own,
                    "pod hostProcess value must be identical if both are specified, was " + ofPod);
          }
          if (own != null ? own : ofPod != null && ofPod) {
            containers[1]++;
          }
        });
    if (containers[1] == 0) {
      return;
    }
    if (containers[1] != containers[0]) {
      spec.invalid(
          "",
          "If pod contains any hostProcess containers then all containers must be HostProcess"
              + " containers");
    }
    Field network = spec.at("hostNetwork");
    if (!network.flag()) {
      network.invalid(false, "hostNetwork must be true if pod contains any hostProcess containers");
    }
  }

  private static @Nullable Boolean hostProcessOf(Field of) {
    Field flag = of.at("securityContext", "windowsOptions", "hostProcess");
    return flag.absent() ? null : flag.flag();
  }
}
