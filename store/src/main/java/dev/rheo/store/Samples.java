package dev.rheo.store;

import dev.rheo.store.SampledHistory.Sample;
import dev.rheo.store.StorageFormat.HeadFigures;
import dev.rheo.store.StorageFormat.Meta;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;

/** Reads and writes the samples of a durable store's history, in its default column family. */
final class Samples {
  private Samples() {}

  static void add(Engine engine, long epochMillis, HeadFigures figures)
      throws RocksDBException, StoreException {
    byte[] key = Meta.sample(figures.revision());
    if (engine.db.get(engine.meta, key) != null) {
      return;
    }
    byte[] value =
        ByteBuffer.allocate(16).putLong(epochMillis).putLong(figures.bytesWritten()).array();
    try (WriteBatch batch = new WriteBatch()) {
      batch.put(engine.meta, key, value);
      engine.write(batch);
    }
  }

  static List<Sample> all(Engine engine) throws RocksDBException {
    List<Sample> samples = new ArrayList<>();
    try (RocksIterator it = engine.db.newIterator(engine.meta)) {
      for (it.seek(Meta.sample(0)); it.isValid() && Meta.isSample(it.key()); it.next()) {
        ByteBuffer value = ByteBuffer.wrap(it.value());
        samples.add(new Sample(value.getLong(), Meta.sampleRevision(it.key()), value.getLong()));
      }
      it.status();
    }
    return samples;
  }

  static void drop(Engine engine, long belowRevision) throws RocksDBException, StoreException {
    try (WriteBatch batch = new WriteBatch()) {
      for (Sample sample : all(engine)) {
        if (sample.revision() < belowRevision) {
          batch.delete(engine.meta, Meta.sample(sample.revision()));
        }
      }
      if (batch.count() > 0) {
        engine.write(batch);
      }
    }
  }
}
