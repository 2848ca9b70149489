package dev.rheo.client.store;

import dev.rheo.client.transport.ObjectFormat;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import org.jspecify.annotations.Nullable;

/**
 * How a store keeps an object: decoded, as the bytes that came, or as compressed bytes. The choice
 * is one of memory against time: bytes take a third to a tenth of the decoded object's memory and
 * are decoded at each read.
 *
 * <p>Objects that are kept as bytes are decoded anew for each reader, so a reader may change what
 * it gets. Safe for use by many threads.
 *
 * @param <T> the host client's class for the objects
 */
public interface Packing<T> {

  /**
   * Packs an object.
   *
   * @param object the object, already transformed
   * @param raw the object's bytes as the server sent them; null if a transform may have changed the
   *     object
   */
  Object pack(T object, byte @Nullable [] raw);

  /** Gives the object back. */
  T unpack(Object packed);

  /**
   * Is told that an object has left the store. What is returned takes the object's place in what
   * handlers are told of its deletion.
   */
  default Object released(Object packed) {
    return packed;
  }

  /** Whether {@link #pack} wants the bytes that came. */
  default boolean wantsBytes() {
    return true;
  }

  /**
   * Keeps decoded objects, as other informers do. All readers share them and must not change them.
   */
  static <T> Packing<T> objects() {
    return new Packing<>() {
      @Override
      public Object pack(T object, byte @Nullable [] raw) {
        return Objects.requireNonNull(object);
      }

      @Override
      @SuppressWarnings("unchecked") // What is unpacked was packed here.
      public T unpack(Object packed) {
        return (T) packed;
      }

      @Override
      public boolean wantsBytes() {
        return false;
      }
    };
  }

  /** Keeps the bytes. */
  static <T> Packing<T> bytes(ObjectFormat<T> format) {
    return new Packing<>() {
      @Override
      public Object pack(T object, byte @Nullable [] raw) {
        return raw != null ? raw : encode(format, object);
      }

      @Override
      public T unpack(Object packed) {
        return decode(format, (byte[]) packed);
      }
    };
  }

  /** Keeps the bytes, compressed with deflate. */
  static <T> Packing<T> compressed(ObjectFormat<T> format) {
    return new Packing<>() {
      @Override
      public Object pack(T object, byte @Nullable [] raw) {
        byte[] bytes = raw != null ? raw : encode(format, object);
        ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length / 4 + 64);
        Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
        try (DeflaterOutputStream deflate = new DeflaterOutputStream(out, deflater)) {
          deflate.write(bytes);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        } finally {
          deflater.end();
        }
        return out.toByteArray();
      }

      @Override
      public T unpack(Object packed) {
        Inflater inflater = new Inflater(true);
        try (InputStream in =
            new InflaterInputStream(new ByteArrayInputStream((byte[]) packed), inflater)) {
          return decode(format, in.readAllBytes());
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        } finally {
          inflater.end();
        }
      }
    };
  }

  private static <T> byte[] encode(ObjectFormat<T> format, T object) {
    try {
      return format.encode(object);
    } catch (IOException e) {
      throw new UncheckedIOException("an object cannot be written", e);
    }
  }

  private static <T> T decode(ObjectFormat<T> format, byte[] bytes) {
    try {
      return format.decode(bytes, 0, bytes.length);
    } catch (IOException e) {
      throw new UncheckedIOException("an object that is kept cannot be read", e);
    }
  }
}
