package dev.rheo.server.verb.write;

import dev.rheo.api.status.ApiException;
import dev.rheo.cache.Entry;
import dev.rheo.cache.FormReader;
import dev.rheo.codec.io.ByteOutput;
import dev.rheo.codec.io.Meter;
import dev.rheo.resource.type.ResourceType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The answer to the deletion of a collection: the list of the selected objects as they were before.
 * It is assembled in memory, so it has a budget: a list of more than {@link #MAX_BYTES} is dropped
 * and the answer is a Status, which upstream also returns where it has no list. It has a {@link
 * Meter} of its own, so that a list that is dropped takes no memory from the deletions.
 *
 * <p>Not thread-safe.
 */
final class DeletedList implements AutoCloseable {
  /** Limit on the JSON of all items together, in bytes. */
  static final int MAX_BYTES = 128 << 10;

  /**
   * The same if the items are converted, by way of trees. With more the list could become a heavy
   * request, and take the permit that the deletions of large objects wait for.
   */
  private static final int MAX_CONVERTED_BYTES = 16 << 10;

  private static final byte[] TAIL = "]}\n".getBytes(StandardCharsets.UTF_8);
  private static final int ENVELOPE = 1 << 10;

  private final ResourceType type;
  private final FormReader reader;
  private final int typePrefix;
  private final int most;
  private final Meter meter = Meter.another();
  private ByteOutput items = new ByteOutput(0);
  private boolean whole = true;

  DeletedList(ResourceType type, FormReader reader) {
    this.type = type;
    this.reader = reader;
    this.most = type.conversion().isIdentity() ? MAX_BYTES : MAX_CONVERTED_BYTES;
    this.typePrefix =
        "{\"kind\":\"%s\",\"apiVersion\":\"%s\","
            .formatted(type.kind(), type.apiVersion())
            .length();
  }

  void add(Entry entry) {
    if (!whole) {
      return;
    }
    if (items.size() + (long) entry.length() > most) {
      giveUp();
      return;
    }
    try {
      // The size of the answer, twice because it is copied at the end.
      Meter.promise(2L * (items.size() + entry.length()) + ENVELOPE);
      Meter.runWithin(meter, () -> append(entry));
    } catch (IOException | ApiException e) {
      // A deletion must not fail because its answer cannot be built.
      giveUp();
    }
  }

  private void append(Entry entry) throws IOException {
    long mark = Meter.mark();
    byte[] form = type.conversion().convert(reader.readFully(entry));
    // Garbage once it is copied; the output charges the copy.
    Meter.release(mark);
    // Items of a list have neither kind nor apiVersion.
    if (items.size() > 0) {
      items.write(',');
    }
    items.write('{');
    items.write(form, typePrefix, form.length - typePrefix);
  }

  private void giveUp() {
    whole = false;
    items = new ByteOutput(0);
    close();
  }

  @Override
  public void close() {
    meter.close();
  }

  /**
   * @param revision the revision of the snapshot that the objects were selected from
   * @param continueToken empty if nothing was left out
   * @return null if the list was dropped: it was too large, or an object could not be read
   */
  byte @Nullable [] toJson(long revision, String continueToken) {
    if (!whole) {
      return null;
    }
    String more = continueToken.isEmpty() ? "" : ",\"continue\":\"" + continueToken + '"';
    byte[] head =
        "{\"kind\":\"%s\",\"apiVersion\":\"%s\",\"metadata\":{\"resourceVersion\":\"%d\"%s},\"items\":["
            .formatted(type.listKind(), type.apiVersion(), revision, more)
            .getBytes(StandardCharsets.UTF_8);
    byte[] list = Arrays.copyOf(head, head.length + items.size() + TAIL.length);
    System.arraycopy(items.array(), 0, list, head.length, items.size());
    System.arraycopy(TAIL, 0, list, list.length - TAIL.length, TAIL.length);
    return list;
  }
}
