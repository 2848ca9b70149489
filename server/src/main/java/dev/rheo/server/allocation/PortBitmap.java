package dev.rheo.server.allocation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.io.MalformedException;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.codec.protobuf.ProtobufCodec;
import dev.rheo.codec.tree.Trees;
import dev.rheo.server.verb.read.StoreReads;
import dev.rheo.store.RevisionStore.KeyValue;
import dev.rheo.store.RevisionStore.Op;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The node ports as kube-apiserver records them, all in one value: a RangeAllocation, whose bits
 * count from the first port of its range. It is in the store only if a kube-apiserver has used it.
 * Then writes of Services keep it, so that a kube-apiserver and Rheo on one store never give the
 * same port; a kube-apiserver that comes later makes it of the Services that it finds.
 *
 * <p>Source: pkg/registry/core/service/allocator of Kubernetes 1.36.3.
 */
final class PortBitmap {
  static final String KEY = "/registry/ranges/servicenodeports";

  private final KeyValue stored;
  private final boolean json;
  private final ObjectNode allocation;
  private final PortRange range;
  private final BigInteger bits;

  private PortBitmap(KeyValue stored) throws IOException {
    this.stored = stored;
    byte[] value = stored.value();
    json = value.length > 0 && value[0] == '{';
    allocation =
        json
            ? ObjectDecoder.decode(value, ObjectDecoder.MAX_DEPTH).tree()
            : ProtobufCodec.builtIn().toTree(value);
    range = PortRange.parse(Trees.text(allocation, "range"));
    JsonNode data = allocation.get("data");
    bits = data == null || data.isNull() ? BigInteger.ZERO : new BigInteger(1, data.binaryValue());
  }

  /** The store's; null if there is none that can be read. */
  static @Nullable PortBitmap read(StoreReads reads) {
    KeyValue stored = reads.get(KEY);
    if (stored == null) {
      return null;
    }
    try {
      return new PortBitmap(stored);
    } catch (IOException | MalformedException | IllegalArgumentException e) {
      // kube-apiserver makes it anew of the Services.
      return null;
    }
  }

  boolean has(long port) {
    return range.contains(port) && bits.testBit((int) port - range.first());
  }

  /**
   * Adds the ports that are taken.
   *
   * @param taken distances from the first port of {@code own}
   */
  void addTo(BitSet taken, PortRange own) {
    for (int i = bits.getLowestSetBit(); i >= 0 && i < bits.bitLength(); i++) {
      if (bits.testBit(i) && own.contains(range.first() + i)) {
        taken.set(range.first() + i - own.first());
      }
    }
  }

  /** What a commit has to do besides; null for nothing. */
  @Nullable Op change(Set<Integer> taken, Set<Integer> givenBack) {
    BigInteger changed = bits;
    for (int port : givenBack) {
      changed = range.contains(port) ? changed.clearBit(port - range.first()) : changed;
    }
    for (int port : taken) {
      changed = range.contains(port) ? changed.setBit(port - range.first()) : changed;
    }
    if (changed.equals(bits)) {
      return null;
    }
    allocation.put("data", magnitude(changed));
    byte[] tree = allocation.toString().getBytes(StandardCharsets.UTF_8);
    return new Op.Put(
        KEY, json ? tree : ProtobufCodec.builtIn().toProtobuf(tree), stored.modRevision());
  }

  /** As Go writes it: without the sign, and nothing for zero. */
  private static byte[] magnitude(BigInteger number) {
    byte[] bytes = number.toByteArray();
    return bytes[0] == 0 ? Arrays.copyOfRange(bytes, 1, bytes.length) : bytes;
  }
}
