package dev.rheo.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.store.RevisionStore.RangeCursor;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryRevisionStoreTest extends ExpiryContract {
  @Override
  protected RevisionStore create(InstantSource clock) {
    return new MemoryRevisionStore(clock);
  }

  @Test
  void eachStoreHasAHistoryOfItsOwn() {
    assertThat(new MemoryRevisionStore().history())
        .isNotEqualTo(new MemoryRevisionStore().history());
  }

  @Test
  void compactionGivesMemoryBackWhenNoReadHoldsIt() throws Exception {
    MemoryRevisionStore memory = new MemoryRevisionStore();
    memory.commit(List.of(put("gone", "1")));
    memory.commit(List.of(delete("gone")));
    for (int i = 0; i < 100; i++) {
      memory.commit(List.of(put("a", "" + i)));
    }
    RangeCursor held = memory.range("", "", 50);
    memory.compact(memory.currentRevision());
    assertThat(memory.versionCount()).isEqualTo(memory.currentRevision() - 50 + 1);
    held.close();
    assertThat(memory.versionCount()).isEqualTo(1);
  }
}
