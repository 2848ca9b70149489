/**
 * The watch cache: fed by the store, it serves every read as a cursor over revisions.
 *
 * <p>This page follows one change from the store to its readers. At each hand-over it says what
 * could be lost there, and which lock or which order of two steps prevents it. The classes describe
 * themselves; this page joins them.
 *
 * <pre>
 *   store ─watch▶ Follower ─apply▶ Spool, Tables ─publish▶ Published ─route▶ Waiters ─wake▶ reader
 *                    │              (unpublished)              ▲                ▲             │
 *                    └─ rebuild: a new Generation              │                └─── 1. arm ──┤
 *                                                              └──────────── 2. look again ───┘
 * </pre>
 *
 * <h2>Who writes, who reads</h2>
 *
 * Two threads write: the {@link Follower} applies changes, the {@link SegmentCompactor} moves
 * records. A thread that adds or removes a resource writes, too ({@link Members}). All of them do
 * so under the cache's lock ({@link WatchCache#lock}), which guards all that is not published: the
 * head of the {@link Spool}, the {@link Table}s with their editors, the ends of the {@link
 * EventLog}s. Readers never take this lock. They begin at one volatile reference, to the {@link
 * Published} state: the generation, the revision, and for each resource an immutable {@link
 * EntryTree} and the number of its last event. A reader that has the reference sees all that was
 * written before it was set. A snapshot is this reference's tree, and costs nothing.
 *
 * <h2>Store to follower</h2>
 *
 * The follower reads one watch of the whole store. Its position is {@link Generation#applied}. A
 * batch contains all events of each of its revisions, so a commit is never applied in part. The
 * position of a published generation advances only after the batch is applied and its records are
 * in the files. If the watch fails, the next one begins after this position. If the store has
 * compacted changes after the position, the cache is built again (see below).
 *
 * <h2>Apply and publish</h2>
 *
 * In one critical section, the {@link Applier} appends each version's record to the head segment,
 * puts its {@link Entry} into the tree, and appends an event with the places of both versions to
 * the log; then the spool is flushed, and the state is published. Nobody sees a part of it:
 *
 * <ul>
 *   <li>Trees are immutable once published. The editor copies a node before it changes it. An index
 *       by a field is part of its tree, so it shows the same revision.
 *   <li>A reader of a log reads events below the published end only; events above it do not exist
 *       for the reader.
 *   <li>The bytes of a published entry are in the file. The newest are on the heap as well, and may
 *       be dropped from there at any moment.
 * </ul>
 *
 * If a record cannot be written, {@link Applier#rollback} makes tables and logs equal to the
 * published state again, and the same batch, which is still in memory, is applied to a new segment.
 *
 * <h2>Arm and route</h2>
 *
 * A reader ({@link LogReader}) that has examined all published events waits. Two sides meet here,
 * and each does its two steps in the opposite order:
 *
 * <pre>
 *   follower                              reader
 *   1 sets published                      1 arms itself in Waiters
 *   2 collects the armed waiters          2 looks at published again
 *     that an event concerns
 * </pre>
 *
 * Arming and collecting hold the monitor of the resource's {@link Waiters}, so one comes first. If
 * the reader armed first, the follower finds and wakes it. If the follower collected first, it had
 * published before that, and the reader's second look finds the event. {@link RevisionWaits} does
 * the same for threads that wait for a revision.
 *
 * <p>An event collects only the readers on its routes: all, its namespace, its object, its name,
 * and both versions' values of each field. A reader that stays armed therefore knows that what was
 * routed does not concern it. After the last event of a state is collected, the follower sets
 * {@link WatchCache#routed}. A reader reads that reference <em>first</em> and then whether it is
 * still armed. If it is, it passes over all events of the routed state, and a bookmark may carry
 * that state's revision. A reader that was woken begins at the event that woke it, since those
 * before it did not concern it. It does so only if it was armed before that event was published;
 * otherwise its second look has already found something, and it examines every event.
 *
 * <p>Only the follower routes, in the order in which it published, and without the cache's lock.
 * The compactor and {@link Members} publish, too, but no new event, so there is nobody to wake;
 * after the removal of a resource {@link Members} wakes all of its readers itself.
 *
 * <h2>Trimmed history</h2>
 *
 * {@link Retention} raises {@link Generation#floor} first, then {@link EventLog#first}, then drops
 * the events. A reader reads an event first and compares its number with {@code first} afterwards.
 * An event that was dropped under its eyes is therefore noticed, and the floor, which is higher by
 * then, makes it a CompactedException: the reader is told, it misses nothing silently.
 *
 * <h2>Moved records</h2>
 *
 * The compactor frees a segment of which little is needed. It lists the needed records from a
 * published state and copies them to the head, without changing what refers to them. No record is
 * ever added to a segment that is not the head. So an event that is logged meanwhile can refer to
 * the old segment only by its previous version, and that one was current in the listed state and is
 * copied. Then, in one critical section, the compactor enters the new places into the logs and
 * trees, publishes them, and unlinks the segment, in this order.
 *
 * <ul>
 *   <li>A reader that holds an old entry (of a snapshot, or of a body under way) holds the {@link
 *       Segment}. The file has no name any more, but it is open until the garbage collector finds
 *       that no entry refers to it.
 *   <li>A reader of the log that reads an old place and then finds no segment reads the place again
 *       ({@link EventDecoder}). The new place was entered before the segment was unlinked, so the
 *       second look finds it. If the place is the same as before, the event was trimmed.
 *   <li>A derived form is found by the place of its version. It is dropped with the segment, and
 *       made again at the new place when it is asked for.
 * </ul>
 *
 * If a build begins meanwhile, the compactor gives up. Its copies count as dead bytes until the
 * last step, so nothing needs to be undone.
 *
 * <h2>Rebuild</h2>
 *
 * After a compaction of changes that were not read, a failed read of the spool, or a bug, the
 * follower builds a new {@link Generation} beside the published one: the state at the store's
 * compacted revision, then all changes since. A build that fails is discarded as a whole. New reads
 * are refused meanwhile; readers that are open go on with the old generation. The first state of
 * the new one is published like any other. Then all waiters are woken, whatever they wait for. A
 * reader that sees another generation than its own looks up its position in the new log. Its
 * position is a revision of the store, and so means the same in both, unless the store has begun
 * another history ({@link dev.rheo.store.RevisionStore#history}): then the reader gets a
 * CompactedException. The events of one revision come in the order of the commit in both. If the
 * position is below the new floor, the reader gets a CompactedException. The old segments are
 * unlinked after the new state is published, and live as long as entries refer to them.
 *
 * <h2>A change, step by step</h2>
 *
 * A pod {@code ns/p} exists since revision 10 without a node. The commit of revision 12 binds it to
 * {@code n1}. A kubelet watches {@code spec.nodeName=n1} and has been armed since revision 11.
 *
 * <ol>
 *   <li>The batch [put ns/p@12] arrives. Under the lock: the record goes to place 3:4096; in the
 *       tree the entry of 12 replaces that of 10, in the index by {@code spec.nodeName} it moves
 *       from the value "" to n1; the log gets event 7 with the places 3:4096 and 2:512.
 *   <li>The record is flushed, the state of revision 12 is published, the lock is released. A list
 *       that begins now shows the pod on n1. One that began before still shows it without a node.
 *   <li>Event 7 concerns readers of all pods, of {@code ns}, of {@code ns/p}, of {@code p} in all
 *       namespaces, of the node n1, and of pods without a node. The kubelet is collected; those of
 *       5,000 other nodes are not touched.
 *   <li>The kubelet's body is drawn. It passes over what lies before event 7, takes the event, and
 *       sends it as ADDED, since only the new version matches. The bytes are those of the record at
 *       3:4096.
 *   <li>It finds nothing more, arms itself, looks again, and waits.
 * </ol>
 */
@NullMarked
package dev.rheo.cache;

import org.jspecify.annotations.NullMarked;
