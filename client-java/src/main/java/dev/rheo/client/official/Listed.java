package dev.rheo.client.official;

import io.kubernetes.client.common.KubernetesListObject;
import io.kubernetes.client.common.KubernetesObject;
import io.kubernetes.client.openapi.models.V1ListMeta;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A list as the client's informers take one: they look at its items and its version. */
final class Listed implements KubernetesListObject {

  private final V1ListMeta metadata;
  private final List<? extends KubernetesObject> items;

  Listed(String resourceVersion, List<? extends KubernetesObject> items) {
    this.metadata = new V1ListMeta().resourceVersion(resourceVersion);
    this.items = items;
  }

  @Override
  public V1ListMeta getMetadata() {
    return metadata;
  }

  @Override
  public List<? extends KubernetesObject> getItems() {
    return items;
  }

  /** Null lets the informer look up the kind of its class. */
  @Override
  public @Nullable String getApiVersion() {
    return null;
  }

  @Override
  public @Nullable String getKind() {
    return null;
  }
}
