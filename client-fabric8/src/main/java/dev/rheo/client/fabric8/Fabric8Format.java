package dev.rheo.client.fabric8;

import dev.rheo.client.transport.ObjectFormat;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Reads and writes objects as a fabric8 client does, with its serialization and whatever modules
 * the user has added to that.
 *
 * <p>Items of a list have neither apiVersion nor kind on the wire. The model classes know theirs; a
 * {@link GenericKubernetesResource} is given those of the resource.
 *
 * @param <T> the model class
 */
public final class Fabric8Format<T extends HasMetadata> implements ObjectFormat<T> {

  private final KubernetesSerialization serialization;
  private final Class<T> type;
  private final String apiVersion;
  private final String kind;

  /**
   * @param serialization that of the client: {@code client.getKubernetesSerialization()}
   * @param type the model class
   * @param apiVersion group and version of the resource, such as {@code apps/v1}
   * @param kind the kind of the objects, such as {@code Deployment}
   */
  public Fabric8Format(
      KubernetesSerialization serialization, Class<T> type, String apiVersion, String kind) {
    this.serialization = serialization;
    this.type = type;
    this.apiVersion = apiVersion;
    this.kind = kind;
  }

  @Override
  public T decode(byte[] bytes, int offset, int length) throws IOException {
    T object;
    try {
      object = serialization.unmarshal(new ByteArrayInputStream(bytes, offset, length), type);
    } catch (RuntimeException e) {
      throw new IOException(
          "It is not a " + kind + " that " + type.getName() + " can hold: " + reason(e), e);
    }
    if (object == null || object.getMetadata() == null) {
      throw new IOException("It is not a " + kind + ": it has no metadata");
    }
    if (object.getApiVersion() == null) {
      object.setApiVersion(apiVersion);
    }
    if (object instanceof GenericKubernetesResource && object.getKind() == null) {
      ((GenericKubernetesResource) object).setKind(kind);
    }
    return object;
  }

  @Override
  public byte[] encode(T object) throws IOException {
    try {
      return serialization.asJson(object).getBytes(StandardCharsets.UTF_8);
    } catch (RuntimeException e) {
      throw new IOException("An object could not be written as JSON: " + e.getMessage(), e);
    }
  }

  /** The exceptions around the first one say nothing. The lines after its first are of Java. */
  private static String reason(Throwable thrown) {
    Throwable cause = thrown;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage()).lines().findFirst().orElse(cause.toString());
  }
}
