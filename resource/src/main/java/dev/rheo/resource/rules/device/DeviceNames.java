package dev.rheo.resource.rules.device;

import dev.rheo.api.name.Names;
import dev.rheo.api.status.GoText;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.Identifiers;
import dev.rheo.resource.rules.kind.Syntax;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Checks of the names that devices, their drivers, pools and attributes have. */
final class DeviceNames {
  private static final int DRIVER_MAX = 63;
  private static final int POOL_MAX = 253;
  private static final int ID_MAX = 32;
  private static final int UUID_LENGTH = 36;

  private DeviceNames() {}

  static void driver(Field driver) {
    if (driver.need("")) {
      driver(driver, driver.text());
    }
  }

  private static void driver(Field at, String name) {
    if (Syntax.bytes(name) > DRIVER_MAX) {
      at.tooLong(DRIVER_MAX);
    }
    for (String fault : Names.dnsSubdomain(name.toLowerCase(Locale.ROOT))) {
      at.invalid(name, fault);
    }
  }

  static void pool(Field pool) {
    if (!pool.need("")) {
      return;
    }
    if (Syntax.bytes(pool.text()) > POOL_MAX) {
      pool.tooLong(POOL_MAX);
    }
    for (String part : pool.text().split("/", -1)) {
      for (String fault : Names.dnsSubdomain(part)) {
        pool.invalid(part, fault);
      }
    }
  }

  static void deviceClass(Field name) {
    if (name.need("")) {
      name.check(Names::dnsSubdomain);
    }
  }

  /** Checks the key of an attribute or of a capacity. */
  static void qualified(Field at, String name) {
    String[] parts = name.split("/", -1);
    if (parts.length == 1) {
      identifier(at, name);
    } else if (parts.length == 2) {
      // upstream takes names with more slashes, too
      if (parts[0].isEmpty()) {
        at.invalid("", "the domain must not be empty");
      } else {
        driver(at, parts[0]);
      }
      if (parts[1].isEmpty()) {
        at.invalid("", "the name must not be empty");
      } else {
        identifier(at, parts[1]);
      }
    }
  }

  /** Checks the name of an attribute with its domain. */
  static void fullyQualified(Field name) {
    qualified(name, name.text());
    if (name.text().indexOf('/') < 0) {
      name.invalid(
          name.text(), "a fully qualified name must be a domain and a name separated by a slash");
    }
  }

  private static void identifier(Field at, String id) {
    if (Syntax.bytes(id) > ID_MAX) {
      at.tooLong(ID_MAX);
    }
    for (String fault : Identifiers.c(id)) {
      at.invalid(id, fault);
    }
  }

  /** Checks the id of a share of a device, if there is one. */
  static void share(Field id) {
    if (id.absent()) {
      return;
    }
    String text = id.text();
    String fault = uuidFault(text);
    if (fault != null) {
      id.invalid(text, "error validating uid: " + fault);
    } else if (text.length() != UUID_LENGTH || !text.equals(text.toLowerCase(Locale.ROOT))) {
      id.invalid(
          text,
          "uid must be in RFC 4122 normalized form, `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx` with"
              + " lowercase hexadecimal characters");
    }
  }

  /** What upstream's library finds wrong with a UUID, which it takes in four spellings. */
  private static @Nullable String uuidFault(String text) {
    String plain = text;
    switch (Syntax.bytes(text)) {
      case UUID_LENGTH -> {}
      case UUID_LENGTH + 9 -> {
        String prefix = text.substring(0, Math.min(9, text.length()));
        if (!prefix.equalsIgnoreCase("urn:uuid:")) {
          return "invalid urn prefix: " + GoText.quote(prefix);
        }
        plain = text.substring(9);
      }
      case UUID_LENGTH + 2 -> {
        if (!text.startsWith("{") || !text.endsWith("}")) {
          return "invalid bracketed UUID format";
        }
        plain = text.substring(1, text.length() - 1);
      }
      case UUID_LENGTH - 4 -> {
        return isHex(text) ? null : "invalid UUID format";
      }
      default -> {
        return "invalid UUID length: " + Syntax.bytes(text);
      }
    }
    boolean hyphens =
        plain.length() == UUID_LENGTH
            && plain.charAt(8) == '-'
            && plain.charAt(13) == '-'
            && plain.charAt(18) == '-'
            && plain.charAt(23) == '-';
    return hyphens && isHex(plain.replace("-", "")) && plain.replace("-", "").length() == 32
        ? null
        : "invalid UUID format";
  }

  private static boolean isHex(String text) {
    return text.chars().allMatch(c -> Character.digit(c, 16) >= 0 && c < 0x80);
  }
}
