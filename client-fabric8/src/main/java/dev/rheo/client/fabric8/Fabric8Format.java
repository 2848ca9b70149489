package dev.rheo.client.fabric8;

import dev.rheo.client.transport.ObjectFormat;
import dev.rheo.client.wire.FieldSets;
import io.fabric8.kubernetes.api.model.FieldsV1;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes objects as a fabric8 client does, with its serialization and whatever modules
 * the user has added to that.
 *
 * <p>Items of a list have neither apiVersion nor kind on the wire. The model classes know theirs; a
 * {@link GenericKubernetesResource} is given those of the resource.
 *
 * <p>The field sets in {@code managedFields} are below their first level shared by the objects that
 * have the same, and cannot be changed there ({@link FieldSets}).
 *
 * @param <T> the model class
 */
public final class Fabric8Format<T extends HasMetadata> implements ObjectFormat<T> {

  private final KubernetesSerialization serialization;
  private final Class<T> type;
  private final @Nullable ByteReader reader;
  private final FieldSets fieldSets = new FieldSets();
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
    this.reader = ByteReader.of(serialization, type);
    this.apiVersion = apiVersion;
    this.kind = kind;
  }

  @Override
  public T decode(byte[] bytes, int offset, int length) throws IOException {
    T object;
    try {
      FieldSets.Rest rest = fieldSets.takeFrom(bytes, offset, length);
      if (rest == null) {
        object = read(bytes, offset, length);
      } else {
        object = read(rest.bytes(), 0, rest.length());
        putBack(rest.sets(), object);
      }
    } catch (IOException | RuntimeException e) {
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

  private @Nullable T read(byte[] bytes, int offset, int length) throws IOException {
    return reader != null
        ? type.cast(reader.read(bytes, offset, length))
        : serialization.unmarshal(new ByteArrayInputStream(bytes, offset, length), type);
  }

  /** Gives an object the field sets that were taken out. Only their first level is its own. */
  private static void putBack(
      List<@Nullable Map<String, Object>> sets, @Nullable HasMetadata object) {
    if (object == null || object.getMetadata() == null) {
      return;
    }
    List<ManagedFieldsEntry> entries = object.getMetadata().getManagedFields();
    if (entries == null || entries.size() != sets.size()) {
      // The user's own modules leave them out.
      return;
    }
    for (int i = 0; i < sets.size(); i++) {
      Map<String, Object> set = sets.get(i);
      if (set != null) {
        FieldsV1 fields = new FieldsV1();
        fields.setAdditionalProperties(new LinkedHashMap<>(set));
        entries.get(i).setFieldsV1(fields);
      }
    }
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
