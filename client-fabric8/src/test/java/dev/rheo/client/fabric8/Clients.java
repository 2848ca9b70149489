package dev.rheo.client.fabric8;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;

/** Configurations of fabric8 clients that look at nothing of the machine they run on. */
final class Clients {

  private Clients() {}

  static ConfigBuilder config(String url) {
    return new ConfigBuilder(Config.empty()).withMasterUrl(url).withNamespace("default");
  }
}
