package dev.rheo.client.fabric8;

import dev.rheo.client.store.Packing;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.informers.cache.ItemStore;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.lang.ref.WeakReference;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the objects in an {@link ItemStore} that the user brings, which may hold only part of them
 * in memory, or less of each.
 *
 * <p>A handler is told an object as it came as long as it is in memory. The last {@value #RECENT}
 * objects are held for that; a handler that is further behind is told what the item store has, or,
 * if that has another version, the object's identity alone.
 */
final class ItemStorePacking<T extends HasMetadata> implements Packing<T> {

  private static final int RECENT = 1024;

  private final ItemStore<T> items;
  private final Class<T> type;
  private final KubernetesSerialization serialization;
  private final Map<String, Slot<T>> slots = new ConcurrentHashMap<>();

  /** Guarded by itself. */
  private final Queue<T> recent = new ArrayDeque<>();

  /** One version of an object. */
  private static final class Slot<T> {
    final String key;
    final ObjectMeta identity;
    volatile WeakReference<T> object;

    Slot(String key, ObjectMeta identity, T object) {
      this.key = key;
      this.identity = identity;
      this.object = new WeakReference<>(object);
    }
  }

  ItemStorePacking(ItemStore<T> items, Class<T> type, KubernetesSerialization serialization) {
    this.items = items;
    this.type = type;
    this.serialization = serialization;
  }

  @Override
  public Object pack(T object, byte @Nullable [] raw) {
    String key = items.getKey(object);
    T before = items.put(key, object);
    Slot<T> slot = new Slot<>(key, identity(object), object);
    remember(object);
    restore(slots.put(key, slot), before);
    return slot;
  }

  @Override
  public Object released(Object packed) {
    @SuppressWarnings("unchecked") // What is released was packed here.
    Slot<T> slot = (Slot<T>) packed;
    slots.remove(slot.key);
    restore(slot, items.remove(slot.key));
    return slot;
  }

  @Override
  public T unpack(Object packed) {
    @SuppressWarnings("unchecked") // What is unpacked was packed here.
    Slot<T> slot = (Slot<T>) packed;
    T object = slot.object.get();
    if (object == null) {
      object = items.get(slot.key);
      if (object == null || !sameVersion(slot, object)) {
        object =
            serialization.unmarshal(serialization.asJson(Map.of("metadata", slot.identity)), type);
      }
    }
    return object;
  }

  @Override
  public boolean wantsBytes() {
    return false;
  }

  /** The item store gives back what it had: handlers are told that it is gone, or was changed. */
  private void restore(@Nullable Slot<T> slot, @Nullable T object) {
    if (slot != null && object != null && slot.object.get() == null && sameVersion(slot, object)) {
      slot.object = new WeakReference<>(object);
      remember(object);
    }
  }

  private static boolean sameVersion(Slot<?> slot, HasMetadata object) {
    return Objects.equals(
        slot.identity.getResourceVersion(), object.getMetadata().getResourceVersion());
  }

  private void remember(T object) {
    synchronized (recent) {
      recent.add(object);
      if (recent.size() > RECENT) {
        recent.remove();
      }
    }
  }

  private static ObjectMeta identity(HasMetadata object) {
    ObjectMeta metadata = object.getMetadata();
    return new ObjectMetaBuilder()
        .withNamespace(metadata.getNamespace())
        .withName(metadata.getName())
        .withUid(metadata.getUid())
        .withResourceVersion(metadata.getResourceVersion())
        .build();
  }
}
