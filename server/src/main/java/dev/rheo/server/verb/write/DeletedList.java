package dev.rheo.server.verb.write;

import dev.rheo.api.status.ApiException;
import dev.rheo.cache.Entry;
import dev.rheo.cache.FormReader;
import dev.rheo.codec.io.Meter;
import dev.rheo.codec.schema.ListMetadata;
import dev.rheo.resource.type.ResourceType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The answer to the deletion of a collection: the list of the selected objects as they were before.
 * It is assembled in memory, so it has a limit. The answers' account pays for it. Each object has a
 * {@link Meter} of its own while it is converted: one for the list could become a heavy request,
 * and hold the permit that the deletions of large objects wait for.
 *
 * <p>Not thread-safe.
 */
final class DeletedList {
  /**
   * Limit on the JSON of all items together, in bytes. It leaves the deletions room in a server
   * whose memory is full of objects.
   */
  static final int MAX_BYTES = 256 << 10;

  private static final byte[] TAIL = "]}\n".getBytes(StandardCharsets.UTF_8);
  private static final int ENVELOPE = 1 << 10;

  /** What an item takes beside its bytes: an array's header and a reference. */
  private static final int ITEM = 32;

  private final ResourceType type;
  private final FormReader reader;

  /** How many bytes of an object its item has not, a brace among them. */
  private final int dropped;

  private final List<byte[]> items = new ArrayList<>();
  private long size;

  DeletedList(ResourceType type, FormReader reader) {
    this.type = type;
    this.reader = reader;
    // The items of custom resources state their kind.
    this.dropped =
        type.customObjects() != null
            ? 1
            : "{\"kind\":\"%s\",\"apiVersion\":\"%s\","
                .formatted(type.kind(), type.apiVersion())
                .length();
  }

  /**
   * Adds an object, if there is room for it.
   *
   * @return whether it was added
   * @throws IOException if the object cannot be read
   * @throws ApiException if there is no memory for it now
   */
  boolean add(Entry entry) throws IOException {
    long next = size + entry.length();
    if (next > MAX_BYTES) {
      return false;
    }
    // Twice because the items are copied at the end.
    Meter.promise(2 * next + (items.size() + 1L) * ITEM + ENVELOPE);
    try (Meter one = Meter.another()) {
      byte[] form = Meter.within(one, () -> type.convert(reader.readFully(entry)));
      items.add(form);
      size += form.length;
    }
    return true;
  }

  /**
   * @param meta with the revision of the snapshot that the objects were selected from
   */
  byte[] toJson(ListMetadata meta) {
    byte[] head =
        "{\"kind\":\"%s\",\"apiVersion\":\"%s\",\"metadata\":%s,\"items\":["
            .formatted(
                type.listKind(), type.apiVersion(), meta.toJson(type.customObjects() != null))
            .getBytes(StandardCharsets.UTF_8);
    // Each item loses its beginning and gets "{" and, unless it is the first, ",".
    long parts = size - items.size() * (dropped - 2L) - (items.isEmpty() ? 0 : 1);
    ByteBuffer list = ByteBuffer.allocate((int) (head.length + parts + TAIL.length));
    list.put(head);
    for (byte[] item : items) {
      if (list.position() > head.length) {
        list.put((byte) ',');
      }
      list.put((byte) '{').put(item, dropped, item.length - dropped);
    }
    return list.put(TAIL).array();
  }
}
