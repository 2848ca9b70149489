package dev.rheo.server.verb.read;

import dev.rheo.cache.Entry;
import dev.rheo.cache.FormReader;
import dev.rheo.codec.json.RevisionSplice;
import dev.rheo.server.resource.Conversion;
import dev.rheo.server.resource.ResourceType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Begins an object as an item of a body, in the version that was asked for. An object asked for in
 * its stored version is written verbatim; one asked for in another is converted first, off the
 * event loop, one object at a time.
 *
 * <p>Belongs to one body; used on its event loop.
 */
final class Items {

  /** A revision that is the form's own. */
  static final long OWN_REVISION = -1;

  /**
   * An object being converted takes some ten times its size: so many at once, all bodies together.
   */
  private static final Semaphore CONVERSIONS = new Semaphore(4);

  private final ResourceType type;
  private final FormReader reader;
  private final boolean verbatim;
  private final byte[] typePrefix;

  /** The object that is being converted, or was. */
  private @Nullable Entry asked;

  private volatile byte @Nullable [] converted;
  private volatile @Nullable Throwable failure;

  Items(ResourceType type, FormReader reader) {
    this.type = type;
    this.reader = reader;
    this.verbatim = Conversion.isIdentity(type);
    this.typePrefix =
        "{\"kind\":\"%s\",\"apiVersion\":\"%s\","
            .formatted(type.kind(), type.apiVersion())
            .getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Begins an item of a list, which has neither kind nor apiVersion.
   *
   * @return false if the object is still being converted: {@code wake} will be run when it is time
   *     to call again
   */
  boolean beginInList(FormWriter writer, byte[] before, Entry entry, Runnable wake)
      throws IOException {
    if (verbatim) {
      writer.start(before, entry, entry.metadataOffset(), new byte[0]);
      return true;
    }
    byte[] bytes = convert(entry, OWN_REVISION, wake);
    if (bytes == null) {
      return false;
    }
    writer.start(join(before, bytes, typePrefix.length, new byte[0]));
    return true;
  }

  /**
   * Begins an item whole.
   *
   * @param revision the revision to tell instead of the form's, or {@link #OWN_REVISION}
   * @return as {@link #beginInList}
   */
  boolean begin(
      FormWriter writer, byte[] before, Entry entry, long revision, byte[] after, Runnable wake)
      throws IOException {
    if (verbatim) {
      if (revision == OWN_REVISION) {
        writer.start(before, entry, 0, after);
      } else {
        writer.start(before, entry, revision, after);
      }
      return true;
    }
    byte[] bytes = convert(entry, revision, wake);
    if (bytes == null) {
      return false;
    }
    writer.start(join(before, bytes, 0, after));
    return true;
  }

  private byte @Nullable [] convert(Entry entry, long revision, Runnable wake) throws IOException {
    if (asked == entry) {
      Throwable failed = failure;
      if (failed != null) {
        throw new IOException("converting " + entry.key() + " to " + type.apiVersion(), failed);
      }
      byte[] bytes = converted;
      if (bytes != null) {
        asked = null;
        converted = null;
      }
      return bytes;
    }
    asked = entry;
    Thread.startVirtualThread(
        () -> {
          CONVERSIONS.acquireUninterruptibly();
          try {
            byte[] form = reader.readFully(entry);
            if (revision != OWN_REVISION) {
              form =
                  RevisionSplice.splice(
                      form, entry.revisionOffset(), entry.revisionLength(), revision);
            }
            converted = Conversion.convert(form, type);
          } catch (Throwable e) {
            failure = e;
          } finally {
            CONVERSIONS.release();
            wake.run();
          }
        });
    return null;
  }

  private static byte[] join(byte[] before, byte[] bytes, int from, byte[] after) {
    byte[] out = Arrays.copyOf(before, before.length + bytes.length - from + after.length);
    System.arraycopy(bytes, from, out, before.length, bytes.length - from);
    System.arraycopy(after, 0, out, out.length - after.length, after.length);
    return out;
  }
}
