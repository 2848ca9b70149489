package dev.rheo.cache;

import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/** A channel that is read and written at positions only, as the spool does. */
abstract class PositionedChannel extends FileChannel {
  private static UnsupportedOperationException not() {
    return new UnsupportedOperationException("the spool reads and writes at positions only");
  }

  @Override
  public int read(ByteBuffer dst) {
    throw not();
  }

  @Override
  public long read(ByteBuffer[] dsts, int offset, int length) {
    throw not();
  }

  @Override
  public int write(ByteBuffer src) {
    throw not();
  }

  @Override
  public long write(ByteBuffer[] srcs, int offset, int length) {
    throw not();
  }

  @Override
  public long position() {
    throw not();
  }

  @Override
  public FileChannel position(long newPosition) {
    throw not();
  }

  @Override
  public long size() {
    throw not();
  }

  @Override
  public FileChannel truncate(long size) {
    throw not();
  }

  @Override
  public void force(boolean metaData) {
    throw not();
  }

  @Override
  public long transferTo(long position, long count, WritableByteChannel target) {
    throw not();
  }

  @Override
  public long transferFrom(ReadableByteChannel src, long position, long count) {
    throw not();
  }

  @Override
  public MappedByteBuffer map(MapMode mode, long position, long size) {
    throw not();
  }

  @Override
  public FileLock lock(long position, long size, boolean shared) {
    throw not();
  }

  @Override
  public FileLock tryLock(long position, long size, boolean shared) {
    throw not();
  }
}
