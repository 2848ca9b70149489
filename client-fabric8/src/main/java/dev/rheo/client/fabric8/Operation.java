package dev.rheo.client.fabric8;

import dev.rheo.client.reflector.Resource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Informable;
import io.fabric8.kubernetes.client.dsl.internal.BaseOperation;
import io.fabric8.kubernetes.client.dsl.internal.OperationContext;
import io.fabric8.kubernetes.client.extension.ResourceAdapter;
import java.lang.reflect.Method;
import java.net.MalformedURLException;
import org.jspecify.annotations.Nullable;

/**
 * What an operation of fabric8's DSL selects, such as {@code
 * client.pods().inNamespace("shop").withLabel("app", "till")}.
 *
 * @param resource what to ask the server for
 * @param type the model class
 * @param apiVersion group and version
 * @param kind the kind of the objects
 * @param limit the limit of a page of a list; null for the default
 */
record Operation<T extends HasMetadata>(
    Resource resource, Class<T> type, String apiVersion, String kind, @Nullable Long limit) {

  /** There are shards from fabric8 8 on. */
  private static final @Nullable Method SHARD = shardSelector();

  /**
   * Reads an operation.
   *
   * @param server the server's address without a slash at its end
   * @throws IllegalArgumentException if it is none of fabric8's own
   */
  static <T extends HasMetadata> Operation<T> of(String server, Informable<T> informable) {
    Object operation = WrappedClient.unwrapped(informable);
    if (operation instanceof ResourceAdapter<?> adapter) {
      operation = WrappedClient.unwrapped(adapter.getResource());
    }
    if (!(operation instanceof BaseOperation<?, ?, ?> base)) {
      throw new IllegalArgumentException(
          "An informer is made of an operation of fabric8's client, such as client.pods(), and not"
              + " of a "
              + operation.getClass().getName());
    }
    OperationContext context = base.getOperationContext();
    Resource resource = new Resource(path(server, base), "");
    resource = with(resource, "labelSelector", context.getLabelQueryParam());
    // The name of a single object is a field selector.
    resource = with(resource, "fieldSelector", base.getFieldQueryParam());
    resource = with(resource, "shardSelector", shardOf(context));
    String group = base.getAPIGroupName();
    String version = base.getAPIGroupVersion();
    @SuppressWarnings("unchecked") // The operation of an Informable<T> has the class of T.
    Class<T> type = (Class<T>) base.getType();
    return new Operation<>(
        resource,
        type,
        group == null || group.isEmpty() ? version : group + "/" + version,
        base.getKind(),
        base.getLimit());
  }

  private static String path(String server, BaseOperation<?, ?, ?> base) {
    try {
      return base.getNamespacedUrl().toString().substring(server.length());
    } catch (MalformedURLException e) {
      throw KubernetesClientException.launderThrowable(e);
    }
  }

  private static Resource with(Resource resource, String parameter, @Nullable String value) {
    return value == null || value.isEmpty() ? resource : resource.with(parameter, value);
  }

  private static @Nullable Method shardSelector() {
    try {
      return OperationContext.class.getMethod("getShardSelector");
    } catch (NoSuchMethodException e) {
      return null;
    }
  }

  private static @Nullable String shardOf(OperationContext context) {
    Method method = SHARD;
    try {
      return method == null ? null : (String) method.invoke(context);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the shard of an operation cannot be read", e);
    }
  }
}
