package dev.rheo.store.etcd;

class Etcd36Test extends EtcdContract {
  Etcd36Test() {
    super("3.6");
  }
}
