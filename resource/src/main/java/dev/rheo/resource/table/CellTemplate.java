package dev.rheo.resource.table;

import dev.rheo.codec.io.ByteOutput;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * JSON with slots for values that depend on the time of reading: ages, the time since a restart,
 * the duration of a running job. It is built once for each object version and rendered for each
 * reader.
 *
 * <p>A slot is nine bytes inside a JSON string: {@value #SLOT}, a byte that JSON escapes and so
 * never contains raw, then an instant in milliseconds since 1970, eight bytes, big-endian. It
 * renders as the time since then in human-readable form ({@code 5m4s}). At 00:05:04
 *
 * <pre>  ["web","3 (❨00:00:00❩ ago)"]    is    ["web","3 (5m4s ago)"]</pre>
 */
public final class CellTemplate {
  static final byte SLOT = 1;

  private static final int SLOT_LENGTH = 1 + Long.BYTES;
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private CellTemplate() {}

  /** Writes a slot for the time since an instant. */
  static void slot(ByteOutput out, long epochMillis) {
    int at = out.claim(SLOT_LENGTH);
    out.array()[at] = SLOT;
    LONGS.set(out.array(), at + 1, epochMillis);
  }

  /**
   * Renders the JSON at a time.
   *
   * @param now in milliseconds since 1970
   */
  public static byte[] render(byte[] template, long now) {
    ByteOutput out = new ByteOutput(template.length);
    render(template, 0, template.length, now, out);
    return out.toByteArray();
  }

  /**
   * Renders the JSON at a time and appends it to {@code out}.
   *
   * @param from index at which the template begins in the array
   * @param to index after its end
   * @param now in milliseconds since 1970
   */
  public static void render(byte[] template, int from, int to, long now, ByteOutput out) {
    int copied = from;
    for (int i = from; i < to; i++) {
      if (template[i] == SLOT) {
        out.write(template, copied, i - copied);
        HumanDuration.write(out, now - (long) LONGS.get(template, i + 1));
        i += SLOT_LENGTH - 1;
        copied = i + 1;
      }
    }
    out.write(template, copied, to - copied);
  }
}
