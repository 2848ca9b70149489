package dev.rheo.api.url;

import dev.rheo.api.status.GoText;
import java.net.Inet6Address;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * A URL as Go's net/url reads it, whose faults stand in messages.
 *
 * @param scheme in lower case; empty if there is none
 * @param user as it is written, without its at sign; empty if there is none
 * @param hasUser whether there is an at sign
 * @param host with its port
 * @param path as it is written, with its escapes; empty if what follows the scheme is no path
 * @param query as it is written
 * @param fragment without escapes
 */
public record GoUrl(
    String scheme,
    boolean hasUser,
    String user,
    String host,
    String path,
    String query,
    String fragment) {

  /** A text is no URL. The message is the one of Go. */
  public static final class SyntaxException extends Exception {
    private static final long serialVersionUID = 1L;

    SyntaxException(String message) {
      super(message);
    }
  }

  /**
   * What a path may have without an escape, and what Go leaves in it, besides letters and digits.
   */
  private static final String PATH = "-_.~$&+,/:;=@";

  private static final String WRITTEN_PATH = PATH + "!'()*[]%";
  private static final String UNRESERVED = "-_.~";
  private static final String HOST = UNRESERVED + "!$&'()*+,;=:[]<>\"";
  private static final String USER = "-._:~!$&'()*+,;=%@";
  private static final String USER_SHOWN = UNRESERVED + "$&+,;=:%";

  /**
   * Reads a URL.
   *
   * @throws SyntaxException if the text is none
   */
  public static GoUrl parse(String text) throws SyntaxException {
    int hash = text.indexOf('#');
    String url = hash < 0 ? text : text.substring(0, hash);
    try {
      GoUrl parsed = read(url, false);
      if (hash < 0) {
        return parsed;
      }
      url = text;
      return new GoUrl(
          parsed.scheme,
          parsed.hasUser,
          parsed.user,
          parsed.host,
          parsed.path,
          parsed.query,
          unescape(text.substring(hash + 1)));
    } catch (SyntaxException e) {
      throw new SyntaxException("parse " + GoText.quote(url) + ": " + e.getMessage());
    }
  }

  /**
   * Demands a URL as it stands in a request, which has a scheme or starts with a slash.
   *
   * @throws SyntaxException if the text is none
   */
  public static void checkRequest(String text) throws SyntaxException {
    try {
      if (text.isEmpty()) {
        throw new SyntaxException("empty url");
      }
      read(text, true);
    } catch (SyntaxException e) {
      throw new SyntaxException("parse " + GoText.quote(text) + ": " + e.getMessage());
    }
  }

  /**
   * @param request whether it must be one of a request
   */
  private static GoUrl read(String url, boolean request) throws SyntaxException {
    if (url.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
      throw new SyntaxException("net/url: invalid control character in URL");
    }
    if (url.equals("*")) {
      return new GoUrl("", false, "", "", "*", "", "");
    }
    int colon = schemeEnd(url);
    String scheme = colon < 0 ? "" : url.substring(0, colon).toLowerCase(Locale.ROOT);
    String rest = url.substring(colon + 1);
    int question = rest.indexOf('?');
    String query = question < 0 ? "" : rest.substring(question + 1);
    rest = question < 0 ? rest : rest.substring(0, question);
    if (!rest.startsWith("/")) {
      if (!scheme.isEmpty()) {
        return new GoUrl(scheme, false, "", "", "", query, "");
      }
      if (request) {
        throw new SyntaxException("invalid URI for request");
      }
      if (rest.split("/", 2)[0].indexOf(':') >= 0) {
        throw new SyntaxException("first path segment in URL cannot contain colon");
      }
    }
    String authority = "";
    if (rest.startsWith("//") && (!scheme.isEmpty() || (!request && !rest.startsWith("///")))) {
      int slash = rest.indexOf('/', 2);
      authority = rest.substring(2, slash < 0 ? rest.length() : slash);
      rest = slash < 0 ? "" : rest.substring(slash);
    }
    int at = authority.lastIndexOf('@');
    String host = host(scheme, authority.substring(at + 1));
    String user = at < 0 ? "" : user(authority.substring(0, at));
    unescape(rest);
    return new GoUrl(scheme, at >= 0, user, host, rest, query, "");
  }

  /** The place of the colon after the scheme, or -1. */
  private static int schemeEnd(String url) throws SyntaxException {
    for (int i = 0; i < url.length(); i++) {
      char c = url.charAt(i);
      if (c == ':') {
        if (i == 0) {
          throw new SyntaxException("missing protocol scheme");
        }
        return i;
      }
      boolean inner = (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
      if (!isLetter(c) && (!inner || i == 0)) {
        return -1;
      }
    }
    return -1;
  }

  private static String user(String user) throws SyntaxException {
    for (int i = 0; i < user.length(); i++) {
      if (!isAlphanumeric(user.charAt(i)) && USER.indexOf(user.charAt(i)) < 0) {
        throw new SyntaxException("net/url: invalid userinfo");
      }
    }
    unescape(user);
    StringBuilder shown = new StringBuilder();
    boolean password = false;
    for (char c : user.toCharArray()) {
      boolean plain = isAlphanumeric(c) || (USER_SHOWN.indexOf(c) >= 0 && !(c == ':' && password));
      password |= c == ':';
      shown.append(plain ? String.valueOf(c) : String.format(Locale.ROOT, "%%%02X", (int) c));
    }
    return shown.toString();
  }

  private static String host(String scheme, String host) throws SyntaxException {
    int open = host.lastIndexOf('[');
    if (open > 0) {
      throw new SyntaxException("invalid IP-literal");
    }
    if (open == 0) {
      int close = host.lastIndexOf(']');
      if (close < 0) {
        throw new SyntaxException("missing ']' in host");
      }
      port(host.substring(close + 1));
      literal(host.substring(1, close));
      return host;
    }
    int colon = host.indexOf(':');
    if (colon >= 0) {
      boolean strict = scheme.equals("http") || scheme.equals("https");
      port(host.substring(strict ? colon : host.lastIndexOf(':')));
    }
    checkHost(host);
    return host;
  }

  private static void literal(String address) throws SyntaxException {
    int zone = address.indexOf("%25");
    String digits = zone < 0 ? address : address.substring(0, zone);
    checkHost(digits);
    try {
      Inet6Address.ofLiteral(digits);
    } catch (IllegalArgumentException e) {
      throw new SyntaxException(
          digits.matches("[0-9.]+")
              ? "invalid IP-literal"
              : "invalid host: ParseAddr(" + GoText.quote(digits) + "): unable to parse IP");
    }
  }

  private static void port(String port) throws SyntaxException {
    boolean valid = port.isEmpty() || port.charAt(0) == ':';
    for (int i = 1; i < port.length(); i++) {
      valid &= port.charAt(i) >= '0' && port.charAt(i) <= '9';
    }
    if (!valid) {
      throw new SyntaxException("invalid port " + GoText.quote(port) + " after host");
    }
  }

  private static void checkHost(String host) throws SyntaxException {
    for (int i = 0; i < host.length(); i++) {
      char c = host.charAt(i);
      if (c == '%') {
        String escape = escape(host, i);
        if (Character.digit(escape.charAt(1), 16) < 8 && !escape.equals("%25")) {
          throw new SyntaxException("invalid URL escape " + GoText.quote(escape));
        }
      } else if (c < 0x80 && !isAlphanumeric(c) && HOST.indexOf(c) < 0) {
        throw new SyntaxException(
            "invalid character " + GoText.quote(String.valueOf(c)) + " in host name");
      }
    }
  }

  /** The three characters of an escape. */
  private static String escape(String text, int at) throws SyntaxException {
    String escape = text.substring(at, Math.min(text.length(), at + 3));
    if (escape.length() < 3
        || Character.digit(escape.charAt(1), 16) < 0
        || Character.digit(escape.charAt(2), 16) < 0) {
      throw new SyntaxException("invalid URL escape " + GoText.quote(escape));
    }
    return escape;
  }

  private static String unescape(String text) throws SyntaxException {
    if (text.indexOf('%') < 0) {
      return text;
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    String latin = new String(bytes, StandardCharsets.ISO_8859_1);
    StringBuilder plain = new StringBuilder(latin.length());
    for (int i = 0; i < latin.length(); i++) {
      if (latin.charAt(i) == '%') {
        plain.append((char) Integer.parseInt(escape(latin, i).substring(1), 16));
        i += 2;
      } else {
        plain.append(latin.charAt(i));
      }
    }
    return new String(
        plain.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }

  private static boolean isAlphanumeric(char c) {
    return isLetter(c) || (c >= '0' && c <= '9');
  }

  private static boolean isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  // its parts

  /** The host without its port, and without the brackets of an IPv6 address. */
  public String hostName() {
    int colon = portColon();
    String name = colon < 0 ? host : host.substring(0, colon);
    return name.startsWith("[") && name.endsWith("]") ? name.substring(1, name.length() - 1) : name;
  }

  /** The port; empty if there is none. */
  public String port() {
    int colon = portColon();
    return colon < 0 ? "" : host.substring(colon + 1);
  }

  private int portColon() {
    int colon = host.lastIndexOf(':');
    boolean digits =
        colon >= 0 && host.substring(colon + 1).chars().allMatch(c -> c >= '0' && c <= '9');
    return digits && host.indexOf(']', colon) < 0 ? colon : -1;
  }

  /** The path with escapes: as it is written, if Go could have written it so. */
  public String escapedPath() {
    boolean asWritten =
        path.chars().allMatch(c -> isAlphanumeric((char) c) || WRITTEN_PATH.indexOf(c) >= 0);
    if (asWritten) {
      return path;
    }
    byte[] bytes;
    try {
      bytes = unescape(path).getBytes(StandardCharsets.UTF_8);
    } catch (SyntaxException e) {
      throw new IllegalStateException(e); // it was read before
    }
    StringBuilder escaped = new StringBuilder();
    for (byte each : bytes) {
      char c = (char) Byte.toUnsignedInt(each);
      boolean plain = c < 0x80 && (isAlphanumeric(c) || PATH.indexOf(c) >= 0);
      escaped.append(plain ? String.valueOf(c) : String.format(Locale.ROOT, "%%%02X", (int) c));
    }
    return escaped.toString();
  }

  /** The values of the query by name, in their order; what cannot be read is left out. */
  public Map<String, List<String>> queryValues() {
    Map<String, List<String>> values = new TreeMap<>();
    for (String pair : query.split("&", -1)) {
      int equals = pair.indexOf('=');
      if (pair.isEmpty() || pair.indexOf(';') >= 0) {
        continue;
      }
      try {
        String name = unescape((equals < 0 ? pair : pair.substring(0, equals)).replace('+', ' '));
        String value = equals < 0 ? "" : unescape(pair.substring(equals + 1).replace('+', ' '));
        values.computeIfAbsent(name, any -> new ArrayList<>()).add(value);
      } catch (SyntaxException e) {
        // as Go: the others count
      }
    }
    return values;
  }
}
