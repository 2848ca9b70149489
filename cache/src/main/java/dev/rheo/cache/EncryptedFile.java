package dev.rheo.cache;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Cipher;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * A spool file that holds no plain text: AES-256 in counter mode. Bytes stay where they are, so any
 * part can be read by itself.
 *
 * <p>Each file has a random key that is nowhere but in this process. That is enough, since the
 * files are of no use to another one, and no part of the key stream is used for two files. The
 * counter of a block is its place in the file. What is written twice at one place, after an attempt
 * that failed, is the same or belongs to a file that is given up.
 */
final class EncryptedFile implements SpoolFile {
  private static final int BLOCK = 16;
  private static final int KEY = 32;

  private final SpoolFile file;
  private final SecretKeySpec key;
  private final Ciphers ciphers;

  EncryptedFile(SpoolFile file, byte[] key, Ciphers ciphers) {
    this.file = file;
    this.key = new SecretKeySpec(key, "AES");
    this.ciphers = ciphers;
  }

  /** Creates encrypted files on those of another factory. */
  static Factory on(Factory files, SecureRandom random) {
    Ciphers ciphers = new Ciphers();
    return new Factory() {
      @Override
      public SpoolFile create(Path path) throws IOException {
        byte[] key = new byte[KEY];
        random.nextBytes(key);
        return new EncryptedFile(files.create(path), key, ciphers);
      }

      @Override
      public long usableSpace(Path directory) throws IOException {
        return files.usableSpace(directory);
      }
    };
  }

  @Override
  public int read(ByteBuffer dst, long position, boolean mayBlock) throws IOException {
    int start = dst.position();
    int read = file.read(dst, position, mayBlock);
    if (read > 0) {
      ByteBuffer part = dst.duplicate().position(start).limit(start + read);
      apply(part, part.duplicate(), position);
    }
    return read;
  }

  @Override
  public void write(ByteBuffer src, long position) throws IOException {
    // What is written is a buffer of the writer, who fills it anew each time.
    apply(src.duplicate(), src.duplicate(), position);
    file.write(src, position);
  }

  /** Encrypts or decrypts, which is the same. */
  private void apply(ByteBuffer from, ByteBuffer to, long position) throws IOException {
    Ciphers.One one = ciphers.take();
    try {
      one.apply(key, from, to, position);
    } catch (GeneralSecurityException e) {
      throw new IOException("the spool cannot be encrypted", e);
    } finally {
      ciphers.giveBack(one);
    }
  }

  @Override
  public void close() {
    file.close();
  }

  /** Ciphers to use again: making one takes longer than encrypting a few kilobytes. */
  static final class Ciphers {
    private static final int CHUNK = 16 << 10;

    /** As many as threads read at once, which are few; more are left to the garbage collector. */
    private static final int MOST = 16;

    private final ConcurrentLinkedQueue<One> free = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();

    private One take() {
      One one = free.poll();
      if (one == null) {
        return new One();
      }
      count.decrementAndGet();
      return one;
    }

    private void giveBack(One one) {
      if (count.incrementAndGet() <= MOST) {
        free.add(one);
      } else {
        count.decrementAndGet();
      }
    }

    private static final class One {
      private final byte[] bytes = new byte[CHUNK];
      private @Nullable Cipher cipher;

      void apply(SecretKeySpec key, ByteBuffer from, ByteBuffer to, long position)
          throws GeneralSecurityException {
        Cipher ready = cipher;
        if (ready == null) {
          ready = Cipher.getInstance("AES/CTR/NoPadding");
          cipher = ready;
        }
        byte[] counter = ByteBuffer.allocate(BLOCK).putLong(0).putLong(position / BLOCK).array();
        ready.init(Cipher.ENCRYPT_MODE, key, new IvParameterSpec(counter));
        int before = (int) (position % BLOCK);
        skip(ready, before);
        while (from.hasRemaining()) {
          int count = Math.min(bytes.length, from.remaining());
          from.get(bytes, 0, count);
          int done = ready.update(bytes, 0, count, bytes, 0);
          if (done != count) {
            throw new ShortBufferException("a counter mode that buffers");
          }
          to.put(bytes, 0, count);
        }
      }

      private void skip(Cipher ready, int count) throws GeneralSecurityException {
        if (count > 0 && ready.update(bytes, 0, count, bytes, 0) != count) {
          throw new ShortBufferException("a counter mode that buffers");
        }
      }
    }
  }
}
