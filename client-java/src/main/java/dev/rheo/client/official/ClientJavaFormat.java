package dev.rheo.client.official;

import com.google.gson.JsonParseException;
import dev.rheo.client.transport.ObjectFormat;
import io.kubernetes.client.common.KubernetesObject;
import io.kubernetes.client.openapi.JSON;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;

/**
 * Reads and writes objects as the official Java client does, with its Gson.
 *
 * <p>Items of a list have neither apiVersion nor kind on the wire, and the model classes do not
 * know theirs: as with the client's own lists, these fields are null then.
 *
 * @param <T> the model class
 */
public final class ClientJavaFormat<T extends KubernetesObject> implements ObjectFormat<T> {

  private final Class<T> type;

  public ClientJavaFormat(Class<T> type) {
    this.type = type;
  }

  @Override
  public T decode(byte[] bytes, int offset, int length) throws IOException {
    T object;
    try (Reader reader =
        new InputStreamReader(
            new ByteArrayInputStream(bytes, offset, length), StandardCharsets.UTF_8)) {
      object = JSON.getGson().fromJson(reader, type);
    } catch (JsonParseException | IllegalArgumentException e) {
      throw new IOException(
          "An object is not a " + type.getSimpleName() + ": " + e.getMessage(), e);
    }
    if (object == null || object.getMetadata() == null) {
      throw new IOException("An object is not a " + type.getSimpleName() + ": it has no metadata");
    }
    return object;
  }

  @Override
  public byte[] encode(T object) throws IOException {
    try {
      return JSON.serialize(object).getBytes(StandardCharsets.UTF_8);
    } catch (JsonParseException e) {
      throw new IOException("An object could not be written as JSON: " + e.getMessage(), e);
    }
  }
}
