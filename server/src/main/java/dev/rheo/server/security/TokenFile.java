package dev.rheo.server.security;

import dev.rheo.api.io.IoFailures;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Static bearer tokens, in kube-apiserver's {@code --token-auth-file} format: CSV with the columns
 * token, user name, user uid, and optionally groups, which are quoted if there are several: {@code
 * s3cret,alice,1001,"dev,ops"}. Immutable.
 */
public final class TokenFile {

  private static final System.Logger LOG = System.getLogger(TokenFile.class.getName());

  private record Entry(byte[] digest, User user) {}

  private final List<Entry> entries;

  private TokenFile(List<Entry> entries) {
    this.entries = List.copyOf(entries);
  }

  /** No tokens. */
  public static TokenFile none() {
    return new TokenFile(List.of());
  }

  /**
   * @throws IOException if the file cannot be read or a line is malformed; the message names file
   *     and line, never a token
   */
  public static TokenFile read(Path file) throws IOException {
    String text;
    try {
      text = Files.readString(file, StandardCharsets.UTF_8);
    } catch (CharacterCodingException e) {
      throw new IOException(file + " is not UTF-8 text", e);
    } catch (IOException e) {
      throw new IOException("cannot read %s: %s".formatted(file, IoFailures.reason(e)), e);
    }
    List<Entry> entries = new ArrayList<>();
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      if (line.isEmpty()) {
        continue;
      }
      String where = file + ", line " + number;
      List<String> columns = columns(line, where);
      if (columns.size() < 3) {
        throw new IOException(
            where
                + ": at least 3 columns are needed (token, user name, user uid), found "
                + columns.size());
      }
      if (columns.get(0).isEmpty()) {
        LOG.log(System.Logger.Level.WARNING, "{0}: empty token, skipped", where);
        continue;
      }
      List<String> groups = new ArrayList<>();
      if (columns.size() > 3) {
        Arrays.stream(columns.get(3).split(",", -1)).filter(g -> !g.isEmpty()).forEach(groups::add);
      }
      groups.add(User.AUTHENTICATED);
      byte[] digest = digest(columns.get(0));
      // As upstream: of several lines with the same token the last one counts.
      if (entries.removeIf(entry -> MessageDigest.isEqual(entry.digest(), digest))) {
        LOG.log(System.Logger.Level.WARNING, "{0}: the token was there before", where);
      }
      entries.add(new Entry(digest, new User(columns.get(1), columns.get(2), groups)));
    }
    return new TokenFile(entries);
  }

  /**
   * The user with this token, or null. The digest is compared with all entries in constant time, so
   * that timing does not reveal how close a guess is.
   */
  @Nullable User user(String token) {
    byte[] digest = digest(token);
    User found = null;
    for (Entry entry : entries) {
      if (MessageDigest.isEqual(entry.digest(), digest)) {
        found = entry.user();
      }
    }
    return found;
  }

  private static byte[] digest(String token) {
    return Digests.sha256(token.getBytes(StandardCharsets.UTF_8));
  }

  /** One line of CSV (RFC 4180). */
  private static List<String> columns(String line, String where) throws IOException {
    List<String> columns = new ArrayList<>();
    StringBuilder column = new StringBuilder();
    int i = 0;
    while (true) {
      column.setLength(0);
      if (i < line.length() && line.charAt(i) == '"') {
        i = quoted(line, i + 1, column, where);
      } else {
        while (i < line.length() && line.charAt(i) != ',') {
          if (line.charAt(i) == '"') {
            throw new IOException(where + ", column " + (columns.size() + 1) + ": stray quote");
          }
          column.append(line.charAt(i++));
        }
      }
      columns.add(column.toString());
      if (i == line.length()) {
        return columns;
      }
      if (line.charAt(i) != ',') {
        throw new IOException(
            where + ", column " + columns.size() + ": text after the closing quote");
      }
      i++;
    }
  }

  /** Returns the index after the closing quote. */
  private static int quoted(String line, int from, StringBuilder column, String where)
      throws IOException {
    int i = from;
    while (i < line.length()) {
      char c = line.charAt(i++);
      if (c != '"') {
        column.append(c);
      } else if (i < line.length() && line.charAt(i) == '"') {
        column.append('"');
        i++;
      } else {
        return i;
      }
    }
    throw new IOException(where + ": a quote is not closed");
  }
}
