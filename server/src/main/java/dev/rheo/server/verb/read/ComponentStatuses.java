package dev.rheo.server.verb.read;

import dev.rheo.api.name.GroupResource;
import dev.rheo.api.select.FieldSelector;
import dev.rheo.api.select.LabelSelector;
import dev.rheo.api.status.ApiException;
import java.nio.charset.StandardCharsets;

/**
 * The statuses of components, a deprecated resource that old tools still ask for. There is one
 * component that the server knows: its store, under the name that it has in upstream. A server
 * whose store fails does not get to answer.
 */
public final class ComponentStatuses {
  private static final String STORE = "etcd-0";

  /** The warning that comes with each answer, as in upstream. */
  public static final String DEPRECATED = "v1 ComponentStatus is deprecated in v1.19+";

  private static final String FIELDS =
      "\"metadata\":{\"name\":\""
          + STORE
          + "\"},\"conditions\":[{\"type\":\"Healthy\",\"status\":\"True\",\"message\":\"ok\"}]}";

  private ComponentStatuses() {}

  /** The list of those that are selected, as JSON. */
  public static byte[] list(LabelSelector labels, FieldSelector fields) {
    String name = fields.requiresExact("metadata.name");
    boolean selected = labels.matches(any -> null) && (name == null || name.equals(STORE));
    return ("{\"kind\":\"ComponentStatusList\",\"apiVersion\":\"v1\",\"metadata\":{},\"items\":["
            + (selected ? "{" + FIELDS : "")
            + "]}")
        .getBytes(StandardCharsets.UTF_8);
  }

  /**
   * One of them, as JSON.
   *
   * @throws ApiException 404 if there is no such component
   */
  public static byte[] get(String name) {
    if (!name.equals(STORE)) {
      throw ApiException.notFound(new GroupResource("", "componentstatuses"), name);
    }
    return ("{\"kind\":\"ComponentStatus\",\"apiVersion\":\"v1\"," + FIELDS)
        .getBytes(StandardCharsets.UTF_8);
  }
}
