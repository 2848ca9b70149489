package dev.rheo.edge.ledger;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The accounts of all memory that connections and requests occupy.
 *
 * <pre>
 *   heap                     everything indented below; shrinks as the object index grows
 *   ├─ streams               members' requests with their headers, from header to end of response
 *   └─ bulk                  the rest, which leaves room in heap for members' small requests
 *      ├─ streams-large      members' requests with large headers
 *      ├─ streams-strangers  strangers' requests
 *      ├─ watches            members' long-running requests
 *      ├─ headers            HTTP/1 headers that are still arriving
 *      ├─ request-bodies     raw request bodies
 *      ├─ …-small            those that are declared to be small
 *      ├─ trees              decoded bodies and objects, and structures built from them
 *      │  ├─ …-light         those of requests that need little
 *      │  ├─ …-queued        those of requests that wait for the permit to need much
 *      │  ├─ …-heavy         those of requests that have it
 *      │  ├─ …-forms         those that forms are made of
 *      │  └─ …-converted     those that webhooks are asked to convert, for forms
 *      ├─ documents          documents of extension API servers that are read
 *      ├─ aggregated         connections to extension API servers, and what is on its way
 *      ├─ snapshots          the parts of a snapshot of the store that are made and not sent yet
 *      └─ answers            fully buffered responses, errors included
 *         └─ …-strangers
 *   connections              heap state of open connections
 *   ├─ …-strangers           those of peers that have not authenticated
 *   └─ …-members             those of peers that have
 *   health                   health checks, when streams or the heap is full
 *   reserve                  429 responses to members, when streams or the heap is full
 *   incoming                 direct memory: received bytes that are not processed yet, and
 *                            outbound control frames that the peer does not read
 *   tls                      native memory: TLS state
 *   descriptors              file descriptors of connections, a number
 *   index                    the object index: at most 7/8 of what is heap's without it, and less
 *                            where that would keep large objects from being deleted
 * </pre>
 *
 * <p>The limits of the parts may add up to more than the limit of {@code heap}, so that one part
 * can be full while others are not. Connections are not among them: a health check on a new
 * connection must find room while requests fill the heap. Strangers are confined to sub-accounts so
 * that they cannot use up the room of members. Thread-safe.
 */
public final class Ledger {

  /**
   * Names an account to leave unlimited, so that the siege can show that it detects the lack of a
   * limit. Never set in production.
   */
  static final String UNLIMITED = "rheo.test.unlimited-account";

  /** Maximum number of waiting charges, for accounts that can be waited for. */
  private static final int WAITING = 1000;

  private static final int RESERVE = 512 << 10;

  /**
   * What the index leaves, in bytes, so that the largest object (1.5 MiB) can be deleted: its form
   * twice, an answer with it, and the parts of the room that are for others.
   */
  private static final int LARGEST = 11 << 19;

  /** Two chunks of a snapshot and what is read ahead for them, each with one largest value. */
  private static final int SNAPSHOTS = 5 << 20;

  /**
   * Limits of the accounts, in bytes unless noted.
   *
   * @param heap all heap accounts together, connections included
   * @param connections heap state of open connections, set aside for them
   * @param streams members' requests, from header to the end of the response; large ones,
   *     strangers' and watches have shares of this
   * @param headers HTTP/1 headers that are still arriving
   * @param requestBodies raw request bodies
   * @param trees decoded bodies and objects
   * @param answers fully buffered responses
   * @param incoming received bytes that are not processed yet, in direct memory
   * @param tls TLS state, in native memory
   * @param descriptors open connections, as bounded by file descriptors; a number
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

    /** Ample limits with 1 GiB of heap, as for tests. */
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
  private final Account bulk;
  private final Account largeStreams;
  private final Account strangerStreams;
  private final Account watches;
  private final Account headers;
  private final Account requestBodies;
  private final Account smallBodies;
  private final long requestBodiesRoom;
  private final Account trees;
  private final Account lightTrees;
  private final Account queuedTrees;
  private final Account heavyTrees;
  private final Account formTrees;
  private final Account convertedTrees;
  private final Account documents;
  private final Account aggregated;
  private final Account snapshots;
  private final Account answers;
  private final Account strangerAnswers;
  private final Account health;
  private final Account reserve;
  private final Account incoming;
  private final Account tls;
  private final Account descriptors;
  private final Account index;
  private volatile long lightTree;

  public Ledger(Limits limits) {
    String unlimited = System.getProperty(UNLIMITED, "");
    heapRoom = unlimited.isEmpty() ? limits.heap - limits.connections : Long.MAX_VALUE / 2;
    heap = kept(Account.root("heap", heapRoom));
    connections = kept(Account.root("connections", limitOf("connections", limits.connections)));
    strangerConnections = share(connections, "connections-strangers", 7, 8);
    memberConnections = share(connections, "connections-members", 7, 8);
    streams = kept(heap.part("streams", limitOf("streams", limits.streams)));
    bulk = kept(heap.part("bulk", 0));
    largeStreams = kept(bulk.part("streams-large", 0));
    strangerStreams = kept(bulk.part("streams-strangers", 0));
    watches = kept(bulk.part("watches", 0));
    headers = bulky("headers", limits.headers, 0);
    requestBodiesRoom = limitOf("request-bodies", limits.requestBodies);
    requestBodies = kept(bulk.part("request-bodies", 0, WAITING));
    smallBodies = kept(bulk.part("request-bodies-small", 0, WAITING));
    trees = bulky("trees", limits.trees, WAITING);
    lightTrees = kept(trees.part("trees-light", 0, WAITING));
    queuedTrees = kept(trees.part("trees-queued", 0));
    heavyTrees = kept(trees.part("trees-heavy", 0, WAITING));
    formTrees = share(trees, "trees-forms", 1, 1);
    convertedTrees = share(trees, "trees-converted", 3, 4);
    documents = kept(bulk.part("documents", limitOf("documents", limits.trees / 2), WAITING));
    aggregated = kept(bulk.part("aggregated", 0));
    snapshots = kept(bulk.part("snapshots", limitOf("snapshots", SNAPSHOTS), WAITING));
    answers = bulky("answers", limits.answers, WAITING);
    strangerAnswers = share(answers, "answers-strangers", 1, 4);
    // Roots of their own, because they are needed just when the heap account is full. They come out
    // of the slack.
    health = kept(Account.root("health", RESERVE));
    reserve = kept(Account.root("reserve", RESERVE));
    incoming = kept(Account.root("incoming", limitOf("incoming", limits.incoming)));
    // TLS state belongs to a connection, so leaving connections unlimited leaves TLS unlimited as
    // well.
    tls = kept(Account.root("tls", limitOf("connections", limits.tls)));
    descriptors = kept(Account.root("descriptors", limits.descriptors));
    index =
        kept(
            Account.root(
                "index", Math.max(heapRoom / 4, Math.min(heapRoom / 8 * 7, heapRoom - LARGEST))));
    indexed(0);
  }

  private static long limitOf(String name, long limit) {
    return name.equals(System.getProperty(UNLIMITED)) ? Long.MAX_VALUE / 2 : limit;
  }

  private Account kept(Account account) {
    accounts.put(account.name(), account);
    return account;
  }

  private Account bulky(String name, long limit, int waiting) {
    return kept(bulk.part(name, limitOf(name, limit), waiting));
  }

  private Account share(Account whole, String name, int share, int of) {
    return kept(whole.part(name, whole.limit() / of * share, WAITING));
  }

  /**
   * Sets the size of the object index, in bytes. It reduces the limit of {@code heap}, and in
   * proportion those of what may stay there for long: the others' requests need room, too. An index
   * beyond its limit leaves what is needed to read and delete.
   */
  public void indexed(long bytes) {
    long before = index.used();
    index.force(Math.max(0, bytes - before));
    index.release(Math.max(0, before - bytes));
    long room = heapRoom - Math.min(bytes, index.limit());
    heap.limit(room);
    bulk.limit(room / 8 * 7);
    double part = (double) room / heapRoom;
    largeStreams.limit((long) (part * streams.limit()) / 2);
    strangerStreams.limit((long) (part * streams.limit()) / 4);
    watches.limit((long) (part * streams.limit()) / 4 * 3);
    aggregated.limit((long) (part * streams.limit()));
    leaveRoomForOne(bulk.limit());
  }

  /**
   * Limits what requests hold while they wait for the permit to decode something large, so that the
   * one that has it finds room. It would else wait for those that wait for it. That one leaves room
   * to light requests.
   */
  private void leaveRoomForOne(long room) {
    requestBodies.limit(Math.min(requestBodiesRoom, room / 4));
    smallBodies.limit(requestBodies.limit() / 4);
    lightTrees.limit(Math.min(trees.limit() / 2, room / 4));
    queuedTrees.limit(Math.min(trees.limit() / 4, room / 8));
    heavyTrees.limit(Math.min(trees.limit(), room / 4 * 3));
    lightTree = lightTrees.limit() / 2;
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

  public Account largeStreams() {
    return largeStreams;
  }

  public Account strangerStreams() {
    return strangerStreams;
  }

  public Account watches() {
    return watches;
  }

  /** All that lives because of requests, but for small requests themselves. */
  public Account bulk() {
    return bulk;
  }

  public Account headers() {
    return headers;
  }

  public Account requestBodies() {
    return requestBodies;
  }

  /** Bodies whose declared length is small: those of unknown length do not keep them out. */
  public Account smallBodies() {
    return smallBodies;
  }

  public Account trees() {
    return trees;
  }

  public Account lightTrees() {
    return lightTrees;
  }

  public Account heavyTrees() {
    return heavyTrees;
  }

  /** The most that one light request may take of {@link #lightTrees}, in bytes. */
  public long lightTree() {
    return lightTree;
  }

  public Account queuedTrees() {
    return queuedTrees;
  }

  public Account formTrees() {
    return formTrees;
  }

  /** What forms are made of while a webhook is asked, who may never answer: a part of trees. */
  public Account convertedTrees() {
    return convertedTrees;
  }

  /**
   * What is read of extension API servers' discovery and OpenAPI: apart from what others wait for.
   */
  public Account documents() {
    return documents;
  }

  /** Calls of extension API servers for clients: as much as requests may take themselves. */
  public Account aggregated() {
    return aggregated;
  }

  /** Snapshots of the store on their way to whoever saves them. */
  public Account snapshots() {
    return snapshots;
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

  /** The objects, by their number. No object is created while it is full. */
  public Account index() {
    return index;
  }

  /** Snapshots of all accounts by name, in a fixed order. */
  public Map<String, Account.Usage> usage() {
    Map<String, Account.Usage> usage = new LinkedHashMap<>();
    accounts.forEach((name, account) -> usage.put(name, account.usage()));
    return usage;
  }
}
