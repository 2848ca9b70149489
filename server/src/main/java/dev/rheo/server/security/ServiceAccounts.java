package dev.rheo.server.security;

import dev.rheo.api.name.Names;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How service accounts and nodes are named among users. */
final class ServiceAccounts {

  private static final String USER_PREFIX = "system:serviceaccount:";
  private static final String NODE_PREFIX = "system:node:";

  private ServiceAccounts() {}

  /** A service account by its two names. */
  record Account(String namespace, String name) {

    /** The groups of the account, which follow from its namespace. */
    List<String> groups() {
      return List.of("system:serviceaccounts", "system:serviceaccounts:" + namespace);
    }
  }

  /** The account that a user name stands for, or null if it stands for none. */
  static @Nullable Account of(String user) {
    if (!user.startsWith(USER_PREFIX)) {
      return null;
    }
    int colon = user.indexOf(':', USER_PREFIX.length());
    if (colon < 0) {
      return null;
    }
    String namespace = user.substring(USER_PREFIX.length(), colon);
    String name = user.substring(colon + 1);
    return Names.dnsLabel(namespace).isEmpty() && Names.dnsSubdomain(name).isEmpty()
        ? new Account(namespace, name)
        : null;
  }

  /** The node that a user name stands for, or null if it stands for none. */
  static @Nullable String node(String user) {
    if (!user.startsWith(NODE_PREFIX)) {
      return null;
    }
    String name = user.substring(NODE_PREFIX.length());
    return Names.dnsSubdomain(name).isEmpty() ? name : null;
  }
}
