package dev.rheo.client.fabric8;

import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import org.jspecify.annotations.Nullable;

/**
 * Decodes objects from bytes with the mapper of a {@link KubernetesSerialization}, which itself
 * reads streams only: it wraps each in a buffer, looks whether it is YAML, and makes a new reader.
 * That costs a third of the time of an object of 1 KB, and 8 KB of garbage.
 *
 * <p>The mapper is private, and of another library in each major version of fabric8. So it is found
 * by reflection; where that fails, {@link #of} says so and the stream has to do.
 */
final class ByteReader {
  private static final MethodType READ =
      MethodType.methodType(Object.class, byte[].class, int.class, int.class);

  private final MethodHandle read;

  private ByteReader(MethodHandle read) {
    this.read = read;
  }

  /**
   * The reader of a type, or null if there is none: the serialization is a subclass, which may read
   * in its own way, or its mapper is not to be had.
   */
  static @Nullable ByteReader of(KubernetesSerialization serialization, Class<?> type) {
    if (serialization.getClass() != KubernetesSerialization.class) {
      return null;
    }
    try {
      for (Field field : KubernetesSerialization.class.getDeclaredFields()) {
        if (field.getType().getSimpleName().equals("ObjectMapper")) {
          field.setAccessible(true);
          Object mapper = field.get(serialization);
          Object reader =
              mapper.getClass().getMethod("readerFor", Class.class).invoke(mapper, type);
          return new ByteReader(
              MethodHandles.publicLookup()
                  .unreflect(
                      reader.getClass().getMethod("readValue", byte[].class, int.class, int.class))
                  .bindTo(reader)
                  .asType(READ));
        }
      }
    } catch (ReflectiveOperationException | RuntimeException e) {
      // Another version of fabric8, or a module that is closed.
    }
    return null;
  }

  /**
   * Decodes an object.
   *
   * @throws IOException if the bytes are no such object; its cause is that of the JSON library
   */
  Object read(byte[] bytes, int offset, int length) throws IOException {
    try {
      return read.invokeExact(bytes, offset, length);
    } catch (Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IOException(e);
    }
  }
}
