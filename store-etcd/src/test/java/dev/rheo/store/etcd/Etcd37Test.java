package dev.rheo.store.etcd;

class Etcd37Test extends EtcdContract {
  Etcd37Test() {
    super("3.7");
  }
}
