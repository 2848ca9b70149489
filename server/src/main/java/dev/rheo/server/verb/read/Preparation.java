package dev.rheo.server.verb.read;

import dev.rheo.api.status.ApiException;
import dev.rheo.cache.Entry;
import dev.rheo.cache.FormKind;
import dev.rheo.cache.FormReader;
import dev.rheo.codec.io.Meter;
import dev.rheo.server.encoding.Encoding;
import dev.rheo.server.encoding.ObjectRange;
import dev.rheo.server.verb.item.ItemEncoder;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Has the forms of an answer made that need somebody outside, such as a webhook, before the answer
 * begins: what is refused can then be told by a Status, as upstream tells it. The forms are spooled
 * as all others are, so this holds no more than one entry.
 */
final class Preparation {
  /** Upstream's limit of a request. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final long LOOK_MILLIS = 500;

  private Preparation() {}

  /**
   * Waits for the forms of entries.
   *
   * @param entries gives the entries, then null
   * @param inList whether the entries are items of a list
   * @throws ApiException if a form is refused, or is not made in time
   */
  static void await(
      Encoding encoding,
      boolean inList,
      boolean compressed,
      FormReader reader,
      Supplier<@Nullable Entry> entries,
      ItemEncoder.Ahead ahead)
      throws InterruptedException, IOException {
    FormKind kind = outside(encoding, inList, compressed);
    if (kind == null) {
      return;
    }
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    for (Entry entry = entries.get(); entry != null; entry = entries.get()) {
      await(kind, entry, reader, ahead, deadline);
    }
  }

  private static @Nullable FormKind outside(Encoding encoding, boolean inList, boolean compressed) {
    ObjectRange part = encoding.part(inList);
    FormKind kind = compressed ? part.compressed() : part.kind();
    FormKind cells = encoding.cells();
    FormKind found = kind == null ? null : kind.outside();
    return found == null && cells != null ? cells.outside() : found;
  }

  private static void await(
      FormKind kind, Entry entry, FormReader reader, ItemEncoder.Ahead ahead, long deadline)
      throws InterruptedException, IOException {
    try {
      while (reader.form(kind, entry, ItemEncoder.OWN_REVISION) == null) {
        CountDownLatch made = new CountDownLatch(1);
        reader.make(kind, entry, ItemEncoder.OWN_REVISION, ahead.after(entry), made::countDown);
        while (!made.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
          Meter.check();
          if (System.nanoTime() > deadline) {
            reader.close();
            throw ApiException.timeout("request did not complete within the allotted timeout", 0);
          }
        }
      }
    } catch (IOException e) {
      if (e.getCause() instanceof ApiException refused) {
        throw refused;
      }
      throw e;
    }
  }
}
