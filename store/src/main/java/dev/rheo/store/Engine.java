package dev.rheo.store;

import dev.rheo.store.StoreException.Fault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.rocksdb.AbstractEventListener;
import org.rocksdb.AbstractNativeReference;
import org.rocksdb.BackgroundErrorReason;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompactionJobInfo;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushJobInfo;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Logger;
import org.rocksdb.MemTableInfo;
import org.rocksdb.ReadOptions;
import org.rocksdb.ReadTier;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteBufferManager;
import org.rocksdb.WriteOptions;

/** An open RocksDB and every native object that belongs to it. */
final class Engine implements AutoCloseable {
  private static final System.Logger LOGGER = System.getLogger(Engine.class.getName());
  private static final long MIB = 1 << 20;

  private static final Duration STALL_PAUSE = Duration.ofMillis(1);
  private static final Duration LONGEST_STALL = Duration.ofSeconds(20);

  /** How an engine is opened. */
  enum Mode {
    /** Creates a database, which must not exist yet. */
    CREATE,
    WRITE,
    /** Changes no file: for checks, and for reads while the disk is full. */
    READ
  }

  /** Opens an engine. */
  interface Opening {
    Engine open() throws StoreException;
  }

  private final Deque<AutoCloseable> natives = new ArrayDeque<>();
  private final Cache cache;
  final RocksDB db;
  final ColumnFamilyHandle meta;
  final ColumnFamilyHandle heads;
  final ColumnFamilyHandle keys;
  final ColumnFamilyHandle log;
  final ColumnFamilyHandle values;
  private final WriteOptions synced;
  private final HealthState health;
  private volatile @Nullable StoreException fault;
  private final ReentrantLock writing = new ReentrantLock();
  private volatile @Nullable FileRecorder recorder;

  /** Whether RocksDB may have begun a log or changed its manifest since the last write. */
  private final AtomicBoolean filesChanged = new AtomicBoolean(true);

  /** For point lookups. */
  final ReadOptions cached;

  /** For reads that fail as {@link #isIncomplete} instead of waiting for the disk. */
  final ReadOptions inMemory;

  /** For scans, whose blocks must not evict others from the block cache. */
  final ReadOptions scan;

  /**
   * @param health is told of failed writes and background errors
   */
  Engine(
      Path directory,
      RocksSettings settings,
      Mode mode,
      WALRecoveryMode recovery,
      HealthState health)
      throws RocksDBException {
    this.health = health;
    boolean opened = false;
    try {
      cache = own(new LRUCache(settings.nativeMemory(), 2));
      synced = own(new WriteOptions().setSync(true).setNoSlowdown(true));
      cached = own(new ReadOptions());
      inMemory = own(new ReadOptions().setReadTier(ReadTier.BLOCK_CACHE_TIER));
      scan = own(new ReadOptions().setFillCache(false));
      DBOptions options = options(settings, mode, recovery);
      long writeBuffers = settings.nativeMemory() / 2;
      List<ColumnFamilyDescriptor> families =
          List.of(
              family(RocksDB.DEFAULT_COLUMN_FAMILY, writeBuffers / 16, settings),
              family(StorageFormat.HEADS, writeBuffers / 8, settings),
              family(StorageFormat.KEYS, writeBuffers / 8, settings),
              family(StorageFormat.LOG, writeBuffers / 8, settings),
              family(StorageFormat.VALUES, writeBuffers / 2, settings));
      List<ColumnFamilyHandle> handles = new ArrayList<>();
      String path = directory.toString();
      db =
          own(
              mode == Mode.READ
                  ? RocksDB.openReadOnly(options, path, families, handles)
                  : RocksDB.open(options, path, families, handles));
      handles.forEach(this::own);
      meta = handles.get(0);
      heads = handles.get(1);
      keys = handles.get(2);
      log = handles.get(3);
      values = handles.get(4);
      opened = true;
    } finally {
      if (!opened) {
        close();
      }
    }
  }

  private DBOptions options(RocksSettings settings, Mode mode, WALRecoveryMode recovery) {
    Logger logger =
        own(
            new Logger(mode == Mode.CREATE ? InfoLogLevel.FATAL_LEVEL : InfoLogLevel.ERROR_LEVEL) {
              @Override
              protected void log(InfoLogLevel level, String message) {
                LOGGER.log(System.Logger.Level.WARNING, "RocksDB: {0}", message);
              }
            });
    WriteBufferManager writeBuffers =
        own(new WriteBufferManager(settings.nativeMemory() / 2, cache));
    return own(new DBOptions())
        .setCreateIfMissing(mode == Mode.CREATE)
        .setCreateMissingColumnFamilies(mode == Mode.CREATE)
        .setErrorIfExists(mode == Mode.CREATE)
        .setLogger(logger)
        .setListeners(List.of(own(new Background(mode != Mode.CREATE))))
        .setParanoidChecks(true)
        .setWriteBufferManager(writeBuffers)
        .setWalRecoveryMode(recovery)
        // Recovery flushes, so that no data depends on an old log whose end may be torn.
        .setAvoidFlushDuringRecovery(false)
        .setMaxTotalWalSize(settings.wal())
        .setMaxOpenFiles(settings.openFiles())
        // Each shard rounds its share of the open files up: the default of 64 may double it.
        .setTableCacheNumshardbits(2)
        .setMaxBackgroundJobs(2)
        .setMaxManifestFileSize(8 * MIB)
        .setManifestPreallocationSize(64 << 10)
        // RocksDB must not resume after an error by itself: FaultRepair does that.
        .setMaxBgErrorResumeCount(0)
        .setSkipStatsUpdateOnDbOpen(true)
        .setStatsDumpPeriodSec(0)
        .setStatsPersistPeriodSec(0);
  }

  private ColumnFamilyDescriptor family(byte[] name, long writeBuffer, RocksSettings settings) {
    BlockBasedTableConfig table =
        new BlockBasedTableConfig()
            .setBlockCache(cache)
            .setBlockSize(8 << 10)
            .setFormatVersion(5)
            .setCacheIndexAndFilterBlocks(true)
            .setPinL0FilterAndIndexBlocksInCache(false)
            .setFilterPolicy(own(new BloomFilter(10, false)));
    ColumnFamilyOptions options =
        own(new ColumnFamilyOptions())
            .setTableFormatConfig(table)
            .setWriteBufferSize(writeBuffer)
            .setMaxWriteBufferNumber(2)
            .setArenaBlockSize(64 << 10)
            .setCompressionType(CompressionType.LZ4_COMPRESSION)
            // Writes either go on or stall (see write); RocksDB never slows them down.
            .setLevel0SlowdownWritesTrigger(settings.stopFiles())
            .setLevel0StopWritesTrigger(settings.stopFiles())
            .setSoftPendingCompactionBytesLimit(0)
            .setHardPendingCompactionBytesLimit(0)
            .setTargetFileSizeBase(16 * MIB)
            .setMaxBytesForLevelBase(64 * MIB);
    if (name == StorageFormat.VALUES) {
      options
          .setEnableBlobFiles(true)
          .setMinBlobSize(settings.minBlob())
          .setBlobFileSize(64 * MIB)
          .setBlobCompressionType(CompressionType.LZ4_COMPRESSION)
          .setEnableBlobGarbageCollection(true)
          .setBlobGarbageCollectionAgeCutoff(0.5)
          .setBlobGarbageCollectionForceThreshold(0.5);
    }
    return new ColumnFamilyDescriptor(name, options);
  }

  /**
   * Listens for failed flushes and compactions, and for changes of the files that {@link
   * RequiredFiles} lists. RocksDB refuses writes after a failed flush, but after a failed
   * compaction only if it met corruption.
   */
  private final class Background extends AbstractEventListener {
    /**
     * @param hearsErrors not while a store is made: who makes it meets each error itself, and the
     *     listener's own code fails on those of a flush without a log
     */
    Background(boolean hearsErrors) {
      super(
          hearsErrors
              ? new EnabledEventCallback[] {
                EnabledEventCallback.ON_BACKGROUND_ERROR,
                EnabledEventCallback.ON_MEMTABLE_SEALED,
                EnabledEventCallback.ON_FLUSH_COMPLETED,
                EnabledEventCallback.ON_COMPACTION_COMPLETED
              }
              : new EnabledEventCallback[] {
                EnabledEventCallback.ON_MEMTABLE_SEALED,
                EnabledEventCallback.ON_FLUSH_COMPLETED,
                EnabledEventCallback.ON_COMPACTION_COMPLETED
              });
    }

    /** A new log begins with each memtable. */
    @Override
    public void onMemTableSealed(MemTableInfo memtable) {
      filesChanged.set(true);
    }

    @Override
    public void onFlushCompleted(RocksDB database, FlushJobInfo flush) {
      filesChanged.set(true);
    }

    @Override
    public void onCompactionCompleted(RocksDB database, CompactionJobInfo compaction) {
      filesChanged.set(true);
    }

    @Override
    public void onBackgroundError(BackgroundErrorReason reason, Status status) {
      StoreException failed =
          failure(
              Fault.UNWRITABLE,
              "work in the background failed",
              new RocksDBException(message(status), status),
              false);
      if (failed.fault() == Fault.DAMAGED) {
        health.met(failed);
      } else if (reason != BackgroundErrorReason.COMPACTION) {
        fault = failed;
        health.met(failed);
      }
    }

    private static String message(Status status) {
      return status.getState() == null ? status.getCodeString() : status.getState();
    }
  }

  /** The number of blob files in the current version of the database. */
  long blobFiles() throws RocksDBException {
    return db.getLongProperty(values, "rocksdb.num-blob-files");
  }

  /** The least number of the logs that the store needs: the content of older ones is elsewhere. */
  long leastLog() throws RocksDBException {
    return db.getLongProperty("rocksdb.min-log-number-to-keep");
  }

  /** From now on each write is recorded. */
  void recordIn(FileRecorder files) {
    files.opened();
    recorder = files;
  }

  /**
   * Writes a batch, synced. Refuses all writes after a failed one: an intact record after one that
   * may be torn would make a crash look like damage (see {@link RecordLog}). Also refuses all
   * writes once damage was met.
   */
  void write(WriteBatch batch) throws RocksDBException, StoreException {
    StoreException damage = health.damage();
    StoreException before = damage != null ? damage : fault;
    if (before != null) {
      throw before.again();
    }
    long began = System.nanoTime();
    while (true) {
      try {
        writeAndRecord(batch);
        if (fault == null) {
          health.writable();
        }
        return;
      } catch (RocksDBException e) {
        // The write buffers are full and not yet flushed. RocksDB itself would wait without a
        // limit while the disk is full.
        if (!isIncomplete(e)) {
          StoreException failed = failure(Fault.UNWRITABLE, "a write failed", e, true);
          fault = failed;
          health.met(failed);
          throw e;
        }
        if (System.nanoTime() - began > LONGEST_STALL.toNanos()) {
          String reason = "the disk does not keep up, or is full";
          StoreException stalled =
              new StoreException(
                  Fault.UNWRITABLE, reason, reason + ": " + e.getMessage(), false, e);
          health.met(stalled);
          throw stalled;
        }
        LockSupport.parkNanos(STALL_PAUSE.toNanos());
      }
    }
  }

  /**
   * Makes one write at a time. Else the end of the log, when it is recorded, could belong to
   * another write that is not synced yet and that loss of power would cut off.
   */
  private void writeAndRecord(WriteBatch batch) throws RocksDBException {
    writing.lock();
    try {
      db.write(synced, batch);
      FileRecorder files = recorder;
      if (files != null) {
        files.wrote(this, filesChanged.getAndSet(false));
      }
    } finally {
      writing.unlock();
    }
  }

  /** Whether a call failed because its options forbid it to wait. */
  static boolean isIncomplete(RocksDBException e) {
    Status status = e.getStatus();
    return status != null && status.getCode() == Status.Code.Incomplete;
  }

  /** The fault that ended writing, or null. */
  @Nullable StoreException fault() {
    return fault;
  }

  /** The native memory that caches and write buffers hold now, in bytes. */
  long memoryBytes() {
    return cache.getUsage();
  }

  /** Closes all native objects in reverse order of creation. */
  @Override
  public void close() {
    while (!natives.isEmpty()) {
      AutoCloseable object = natives.pop();
      try {
        if (object instanceof RocksDB database) {
          database.closeE();
        } else {
          object.close();
        }
      } catch (Exception e) {
        LOGGER.log(System.Logger.Level.WARNING, "closing RocksDB: {0}", e.getMessage());
      }
    }
  }

  private <T extends AbstractNativeReference> T own(T object) {
    natives.push(object);
    return object;
  }

  /**
   * Converts RocksDB's exception to one with a message for the operator.
   *
   * @param fault the kind of fault, unless RocksDB reports corruption
   * @param undecided whether the failed write may still take effect
   */
  static StoreException failure(Fault fault, String what, RocksDBException e, boolean undecided) {
    String message = e.getMessage() == null ? "unknown" : e.getMessage();
    @Nullable Status status = e.getStatus();
    if (status != null && status.getCode() == Status.Code.Corruption) {
      return StoreException.damaged("%s: %s".formatted(what, message), undecided, e);
    }
    boolean noSpace = status != null && status.getSubCode() == Status.SubCode.NoSpace;
    DiskFault disk = noSpace ? DiskFault.FULL : DiskFault.of(message);
    String reason = disk == null ? "RocksDB failed" : disk.reason();
    return new StoreException(
        fault, reason, "%s: %s (%s)".formatted(what, reason, message), undecided, e);
  }
}
