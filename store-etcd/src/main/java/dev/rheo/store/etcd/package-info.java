/**
 * The store on etcd: any number of servers share one.
 *
 * <pre>
 *   EtcdRevisionStore   the store; what it opens:
 *     EtcdConnection    one channel to all members: balance, TLS, token, deadlines, faults
 *     EtcdRange         a read in pages that grow with what comes
 *     EtcdRangeStream   the same as a stream, where etcd can (3.7)
 *     EtcdWatch         a watch: fragments, progress
 *     EtcdStream        what the two read: one answer at a time
 *     Leases            times to live, shared by many keys
 *   EtcdCompactor       compaction, by one of all servers
 *   Messages, EtcdApi   etcd's protocol
 * </pre>
 */
@NullMarked
package dev.rheo.store.etcd;

import org.jspecify.annotations.NullMarked;
