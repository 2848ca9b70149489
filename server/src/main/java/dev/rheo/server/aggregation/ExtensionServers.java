package dev.rheo.server.aggregation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.Trees;
import dev.rheo.edge.ledger.Account;
import dev.rheo.server.outbound.CallException;
import dev.rheo.server.outbound.Connections;
import dev.rheo.server.outbound.Trust;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Makes the extension servers of APIServices, and keeps each for as long as its APIService says the
 * same of it: its idle connections are used again. Thread-safe.
 */
public final class ExtensionServers {
  private static final int HTTPS = 443;

  private final Connections connections;
  private final Account account;
  private final KeyManager[] identity;
  private final InstantSource clock;
  private final Map<String, Made> made = new ConcurrentHashMap<>();

  /** What is said of a server, and the server. */
  private record Made(Said said, ExtensionServer server) {}

  private record Said(ExtensionServer.Service service, String caBundle, boolean insecure) {}

  /**
   * @param account charged for calls of clients; one server may take three quarters of it
   * @param identity shows this server's certificate to extension servers
   * @param clock for the validity of theirs
   */
  public ExtensionServers(
      Connections connections, Account account, KeyManager[] identity, InstantSource clock) {
    this.connections = connections;
    this.account = account;
    this.identity = identity.clone();
    this.clock = clock;
  }

  /**
   * @param spec of the APIService with this name
   * @return null if it is local
   */
  @Nullable ExtensionServer of(String name, ObjectNode spec) {
    ObjectNode service = Trees.object(spec, "service");
    if (service == null) {
      forget(name);
      return null;
    }
    int port = Trees.has(service, "port") ? (int) Trees.number(service, "port") : HTTPS;
    Said said =
        new Said(
            new ExtensionServer.Service(
                Trees.text(service, "namespace"), Trees.text(service, "name"), port),
            Trees.text(spec, "caBundle"),
            Trees.flag(spec, "insecureSkipTLSVerify"));
    Made present = made.get(name);
    if (present == null || !present.said().equals(said)) {
      present = new Made(said, make(said));
      made.put(name, present);
    }
    return present.server();
  }

  void forget(String name) {
    made.remove(name);
  }

  private ExtensionServer make(Said said) {
    SSLSocketFactory sockets = null;
    String fault = null;
    try {
      Trust trust =
          said.insecure() ? Trust.inAnyone(clock) : new Trust(bundle(said.caBundle()), clock);
      sockets = trust.socketsTo(said.service().host(), identity);
    } catch (CallException e) {
      fault = e.getMessage();
    }
    Account part = account.part("of one server", account.limit() / 4 * 3);
    return new ExtensionServer(said.service(), sockets, fault, connections, part);
  }

  private static byte[] bundle(String base64) throws CallException {
    try {
      return Base64.getMimeDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw new CallException(
          "unable to load root certificates: unable to parse bytes as PEM block");
    }
  }
}
