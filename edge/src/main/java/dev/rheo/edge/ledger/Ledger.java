package dev.rheo.edge.ledger;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The accounts of all memory that lives because of what somebody sent or asked for.
 *
 * <pre>
 *   heap                     all of what follows; less as the index of the objects grows
 *   ├─ connections           what an open connection keeps on the heap
 *   │  ├─ …-strangers        those of peers that have not authenticated
 *   │  └─ …-members          those of peers that have
 *   ├─ streams               requests from their header to the end of their answer, with their header
 *   │  ├─ …-strangers
 *   │  └─ watches            those that end only when somebody ends them
 *   ├─ headers               headers while they come
 *   ├─ request-bodies        bodies, as they came
 *   ├─ trees                 bodies and objects decoded, and what is built of them
 *   └─ answers               answers and errors made as a whole
 *      └─ …-strangers
 *   health                   health checks, when streams or the heap has no room
 *   reserve                  refusals of members, then
 *   incoming                 direct memory: bytes that came and make no whole record or frame yet,
 *                            and control frames that the peer does not take
 *   tls                      native memory: the state of TLS
 *   descriptors              file descriptors of connections, a number
 * </pre>
 *
 * <p>The limits of the parts may come to more than {@code heap} has, which is the bound: one part
 * can be full without all being full. Strangers get a part of each so that they cannot take the
 * room of those who are known. Thread-safe.
 */
public final class Ledger {

  /** An account that has no limit, to show that the siege sees it. Never set in production. */
  static final String UNLIMITED = "rheo.test.unlimited-account";

  /** Who may wait for an account at once, where waiting makes sense. */
  private static final int WAITING = 1000;

  private static final int RESERVE = 512 << 10;

  /**
   * What may be held, in bytes.
   *
   * @param heap all accounts on the heap together
   * @param connections what open connections keep on the heap
   * @param streams requests, from header to the end of the answer
   * @param headers headers while they come
   * @param requestBodies bodies of requests
   * @param trees decoded bodies and objects
   * @param answers answers made as a whole
   * @param incoming bytes, in direct memory, that make no whole yet
   * @param tls the state of TLS, in native memory
   * @param descriptors connections that may be open at once, as far as file descriptors go
   */
  public record Limits(
      long heap,
      long connections,
      long streams,
      long headers,
      long requestBodies,
      long trees,
      long answers,
      long incoming,
      long tls,
      long descriptors) {

    /** Limits for an edge that has a gigabyte to itself, such as a test's. */
    public static Limits roomy() {
      long some = 64L << 20;
      return new Limits(
          16 * some, 2 * some, 2 * some, some, some, 2 * some, some, some, 4 * some, 10_000);
    }

    public Limits withConnections(long bytes) {
      return new Limits(
          heap, bytes, streams, headers, requestBodies, trees, answers, incoming, tls, descriptors);
    }

    public Limits withStreams(long bytes) {
      return new Limits(
          heap,
          connections,
          bytes,
          headers,
          requestBodies,
          trees,
          answers,
          incoming,
          tls,
          descriptors);
    }

    public Limits withRequestBodies(long bytes) {
      return new Limits(
          heap, connections, streams, headers, bytes, trees, answers, incoming, tls, descriptors);
    }

    public Limits withDescriptors(long number) {
      return new Limits(
          heap,
          connections,
          streams,
          headers,
          requestBodies,
          trees,
          answers,
          incoming,
          tls,
          number);
    }
  }

  private final Map<String, Account> accounts = new LinkedHashMap<>();
  private final Account heap;
  private final long heapRoom;
  private final Account connections;
  private final Account strangerConnections;
  private final Account memberConnections;
  private final Account streams;
  private final Account strangerStreams;
  private final Account watches;
  private final Account headers;
  private final Account requestBodies;
  private final Account trees;
  private final Account answers;
  private final Account strangerAnswers;
  private final Account health;
  private final Account reserve;
  private final Account incoming;
  private final Account tls;
  private final Account descriptors;

  public Ledger(Limits limits) {
    String unlimited = System.getProperty(UNLIMITED, "");
    heapRoom = unlimited.isEmpty() ? limits.heap : Long.MAX_VALUE / 2;
    heap = kept(Account.root("heap", heapRoom));
    connections = part("connections", limits.connections, 0);
    strangerConnections = share(connections, "connections-strangers", 7, 8);
    memberConnections = share(connections, "connections-members", 7, 8);
    streams = part("streams", limits.streams, 0);
    strangerStreams = share(streams, "streams-strangers", 1, 4);
    watches = share(streams, "watches", 3, 4);
    headers = part("headers", limits.headers, 0);
    requestBodies = part("request-bodies", limits.requestBodies, WAITING);
    trees = part("trees", limits.trees, WAITING);
    answers = part("answers", limits.answers, WAITING);
    strangerAnswers = share(answers, "answers-strangers", 1, 4);
    // Not parts of the heap's account, which is full just when they are needed: out of the slack.
    health = kept(Account.root("health", RESERVE));
    reserve = kept(Account.root("reserve", RESERVE));
    incoming = kept(Account.root("incoming", limitOf("incoming", limits.incoming)));
    // The state of TLS belongs to a connection: who has no limit there has none here.
    tls = kept(Account.root("tls", limitOf("connections", limits.tls)));
    descriptors = kept(Account.root("descriptors", limits.descriptors));
  }

  private static long limitOf(String name, long limit) {
    return name.equals(System.getProperty(UNLIMITED)) ? Long.MAX_VALUE / 2 : limit;
  }

  private Account kept(Account account) {
    accounts.put(account.name(), account);
    return account;
  }

  private Account part(String name, long limit, int waiting) {
    return kept(heap.part(name, limitOf(name, limit), waiting));
  }

  private Account share(Account whole, String name, int share, int of) {
    return kept(whole.part(name, whole.limit() / of * share, WAITING));
  }

  /**
   * Tells what the index of the objects takes, which grows with what is stored: that much less is
   * left for requests.
   */
  public void indexed(long bytes) {
    heap.limit(Math.max(0, heapRoom - bytes));
  }

  public Account strangerConnections() {
    return strangerConnections;
  }

  public Account memberConnections() {
    return memberConnections;
  }

  public Account streams() {
    return streams;
  }

  public Account strangerStreams() {
    return strangerStreams;
  }

  public Account watches() {
    return watches;
  }

  public Account headers() {
    return headers;
  }

  public Account requestBodies() {
    return requestBodies;
  }

  public Account trees() {
    return trees;
  }

  public Account answers() {
    return answers;
  }

  public Account strangerAnswers() {
    return strangerAnswers;
  }

  public Account health() {
    return health;
  }

  public Account reserve() {
    return reserve;
  }

  public Account incoming() {
    return incoming;
  }

  public Account tls() {
    return tls;
  }

  public Account descriptors() {
    return descriptors;
  }

  /** The figures of all accounts by name, in a fixed order. */
  public Map<String, Account.Usage> usage() {
    Map<String, Account.Usage> usage = new LinkedHashMap<>();
    accounts.forEach((name, account) -> usage.put(name, account.usage()));
    return usage;
  }
}
