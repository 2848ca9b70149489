package dev.rheo.store.etcd;

class Etcd35Test extends EtcdContract {
  Etcd35Test() {
    super("3.5");
  }
}
