package dev.rheo.server.security;

import dev.rheo.api.name.Names;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The user names of service accounts and nodes. */
final class ServiceAccounts {

  private static final String USER_PREFIX = "system:serviceaccount:";
  private static final String NODE_PREFIX = "system:node:";

  private ServiceAccounts() {}

  /** A service account, identified by namespace and name. */
  record Account(String namespace, String name) {

    /** The groups of the account, which follow from its namespace. */
    List<String> groups() {
      return List.of("system:serviceaccounts", "system:serviceaccounts:" + namespace);
    }
  }

  /** The service account that a user name denotes, or null. */
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

  /** The node that a user name denotes, or null. */
  static @Nullable String node(String user) {
    if (!user.startsWith(NODE_PREFIX)) {
      return null;
    }
    String name = user.substring(NODE_PREFIX.length());
    return Names.dnsSubdomain(name).isEmpty() ? name : null;
  }
}
