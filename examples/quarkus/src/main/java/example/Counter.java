package example;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Version;

/** Counts the ConfigMaps of its namespace whose names begin with a prefix. */
@Group("example.org")
@Version("v1")
public class Counter extends CustomResource<Counter.Spec, Counter.Status> implements Namespaced {

  public static class Spec {
    public String prefix;
  }

  public static class Status {
    public Integer count;
  }
}
