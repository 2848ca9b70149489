package dev.rheo.store.etcd;

/** Is told of each call to etcd when it ends. Implementations are thread-safe and do not block. */
public interface EtcdCalls {
  EtcdCalls UNCOUNTED = (operation, failed, nanos) -> {};

  /**
   * @param operation gRPC's name of the method: {@code Range}, {@code Txn}, {@code LeaseGrant}
   * @param failed whether there was no answer, or etcd refused; a transaction whose conditions do
   *     not hold has not failed
   * @param nanos how long it took; a call that is tried on several members counts on each
   */
  void ended(String operation, boolean failed, long nanos);
}
