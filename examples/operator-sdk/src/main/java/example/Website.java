package example;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Version;

/** A page that is to be served. */
@Group("example.org")
@Version("v1")
public class Website extends CustomResource<Website.Spec, Website.Status> implements Namespaced {

  public static class Spec {
    private String page;

    public String getPage() {
      return page;
    }

    public void setPage(String page) {
      this.page = page;
    }
  }

  public static class Status {
    private Integer size;

    public Integer getSize() {
      return size;
    }

    public void setSize(Integer size) {
      this.size = size;
    }
  }
}
