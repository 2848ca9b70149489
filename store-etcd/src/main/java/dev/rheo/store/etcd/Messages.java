package dev.rheo.store.etcd;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The messages of etcd's protocol, as far as a store needs them. Numbers of fields are those of
 * etcd 3.4 to 3.7 ({@code api/etcdserverpb/rpc.proto}, {@code api/mvccpb/kv.proto}). Fields that
 * are not listed here are passed over.
 *
 * <p>Written by hand rather than generated, so that values are read into the arrays that the store
 * returns, without a copy in between, and that no compiler of another platform is needed to build.
 */
@SuppressWarnings("ArrayRecordComponent") // Keys and values are bytes; nobody changes them.
final class Messages {
  private Messages() {}

  // --- Of answers.

  record Header(long cluster, long revision, long term) {
    static final Header NONE = new Header(0, 0, 0);

    private static Header read(Reader in) throws IOException {
      long cluster = 0;
      long revision = 0;
      long term = 0;
      for (int field = in.field(); field != 0; field = in.field()) {
        switch (field) {
          case 1 -> cluster = in.number();
          case 3 -> revision = in.number();
          case 4 -> term = in.number();
          default -> in.skip();
        }
      }
      return new Header(cluster, revision, term);
    }
  }

  /**
   * @param lease the lease that the key dies with; 0 for none
   */
  record Pair(byte[] key, byte[] value, long created, long modified, long version, long lease) {
    private static Pair read(Reader in) throws IOException {
      byte[] key = Reader.EMPTY;
      byte[] value = Reader.EMPTY;
      long created = 0;
      long modified = 0;
      long version = 0;
      long lease = 0;
      for (int field = in.field(); field != 0; field = in.field()) {
        switch (field) {
          case 1 -> key = in.bytes();
          case 2 -> created = in.number();
          case 3 -> modified = in.number();
          case 4 -> version = in.number();
          case 5 -> value = in.bytes();
          case 6 -> lease = in.number();
          default -> in.skip();
        }
      }
      return new Pair(key, value, created, modified, version, lease);
    }
  }

  // --- Ranges.

  /**
   * @param end exclusive; empty for the one key
   * @param limit 0 for none
   * @param revision 0 for the current one
   * @param keysOnly whether values are left out
   */
  record Range(byte[] key, byte[] end, long limit, long revision, boolean keysOnly) {
    byte[] encode() {
      return new Writer()
          .bytes(1, key)
          .bytes(2, end)
          .number(3, limit)
          .number(4, revision)
          .flag(8, keysOnly)
          .done();
    }
  }

  /**
   * @param more whether the limit has left keys out
   */
  record RangeAnswer(Header header, List<Pair> pairs, boolean more) {
    static RangeAnswer read(Reader in) throws IOException {
      Header header = Header.NONE;
      List<Pair> pairs = new ArrayList<>();
      boolean more = false;
      for (int field = in.field(); field != 0; field = in.field()) {
        switch (field) {
          case 1 -> header = in.message(Header::read);
          case 2 -> pairs.add(in.message(Pair::read));
          case 3 -> more = in.number() != 0;
          default -> in.skip();
        }
      }
      return new RangeAnswer(header, pairs, more);
    }

    /** As a part of a stream. Only the last part has a header. */
    static RangeAnswer readPart(Reader in) throws IOException {
      RangeAnswer part = new RangeAnswer(Header.NONE, List.of(), false);
      for (int field = in.field(); field != 0; field = in.field()) {
        if (field == 1) {
          part = in.message(RangeAnswer::read);
        } else {
          in.skip();
        }
      }
      return part;
    }
  }

  // --- Transactions.

  /** What a transaction compares of a key. */
  enum Target {
    VERSION(0, 4),
    MODIFIED(2, 6);

    final int number;
    final int field;

    Target(int number, int field) {
      this.number = number;
      this.field = field;
    }
  }

  /** How a transaction compares. */
  enum Result {
    EQUAL(0),
    GREATER(1);

    final int number;

    Result(int number) {
      this.number = number;
    }
  }

  record Compare(byte[] key, Target target, Result result, long with) {
    private byte[] encode() {
      // The number is written even if it is zero: it is one of several fields of which one is set.
      return new Writer()
          .number(1, result.number)
          .number(2, target.number)
          .bytes(3, key)
          .numberAlways(target.field, with)
          .done();
    }
  }

  /** An operation of a transaction. */
  sealed interface Do {
    record Put(byte[] key, byte[] value, long lease) implements Do {}

    record Delete(byte[] key) implements Do {}

    record Get(Range range) implements Do {}

    private byte[] encode() {
      return switch (this) {
        case Get get -> new Writer().message(1, get.range().encode()).done();
        case Put put ->
            new Writer()
                .message(
                    2,
                    new Writer()
                        .bytes(1, put.key())
                        .bytes(2, put.value())
                        .number(3, put.lease())
                        .done())
                .done();
        case Delete delete ->
            new Writer().message(3, new Writer().bytes(1, delete.key()).done()).done();
      };
    }
  }

  record Transaction(List<Compare> compares, List<Do> then, List<Do> otherwise) {
    byte[] encode() {
      Writer out = new Writer();
      compares.forEach(compare -> out.message(1, compare.encode()));
      then.forEach(operation -> out.message(2, operation.encode()));
      otherwise.forEach(operation -> out.message(3, operation.encode()));
      return out.done();
    }
  }

  /**
   * @param ranges the answers of {@link Do.Get}, in their order
   */
  record TransactionAnswer(Header header, boolean succeeded, List<RangeAnswer> ranges) {
    static TransactionAnswer read(Reader in) throws IOException {
      Header header = Header.NONE;
      boolean succeeded = false;
      List<RangeAnswer> ranges = new ArrayList<>();
      for (int field = in.field(); field != 0; field = in.field()) {
        switch (field) {
          case 1 -> header = in.message(Header::read);
          case 2 -> succeeded = in.number() != 0;
          case 3 -> ranges.addAll(in.message(TransactionAnswer::range));
          default -> in.skip();
        }
      }
      return new TransactionAnswer(header, succeeded, ranges);
    }

    /** The answer of one operation, if it was a {@link Do.Get}. */
    private static List<RangeAnswer> range(Reader in) throws IOException {
      List<RangeAnswer> range = List.of();
      for (int field = in.field(); field != 0; field = in.field()) {
        if (field == 1) {
          range = List.of(in.message(RangeAnswer::read));
        } else {
          in.skip();
        }
      }
      return range;
    }
  }

  // --- Watches.

  /** What is asked on the stream of a watch. */
  sealed interface WatchRequest {
    /**
     * @param end as in {@link EtcdKeys.Bounds}; empty for the one key
     */
    record Create(byte[] key, byte[] end, long from) implements WatchRequest {}

    /** Asks how far the watch is. It is answered once everything up to there has been sent. */
    record Progress() implements WatchRequest {}

    default byte[] encode() {
      return switch (this) {
        case Create create ->
            new Writer()
                .message(
                    1,
                    new Writer()
                        .bytes(1, create.key())
                        .bytes(2, create.end())
                        .number(3, create.from())
                        .flag(8, true) // fragments
                        .done())
                .done();
        case Progress _ -> new Writer().message(3, Reader.EMPTY).done();
      };
    }
  }

  record Change(boolean deletion, Pair pair) {
    private static Change read(Reader in) throws IOException {
      boolean deletion = false;
      Pair pair = null;
      for (int field = in.field(); field != 0; field = in.field()) {
        switch (field) {
          case 1 -> deletion = in.number() == 1;
          case 2 -> pair = in.message(Pair::read);
          default -> in.skip();
        }
      }
      if (pair == null) {
        throw new IOException("a change without a key");
      }
      return new Change(deletion, pair);
    }
  }

  /**
   * @param fragment whether the rest of these changes comes with the next answer
   * @param compacted if it is canceled because its position was compacted: the lowest revision that
   *     is left; else 0
   */
  record WatchAnswer(
      Header header,
      boolean created,
      boolean canceled,
      long compacted,
      String reason,
      boolean fragment,
      List<Change> changes) {
    static WatchAnswer read(Reader in) throws IOException {
      Header header = Header.NONE;
      boolean created = false;
      boolean canceled = false;
      long compacted = 0;
      String reason = "";
      boolean fragment = false;
      List<Change> changes = new ArrayList<>();
      for (int field = in.field(); field != 0; field = in.field()) {
        switch (field) {
          case 1 -> header = in.message(Header::read);
          case 3 -> created = in.number() != 0;
          case 4 -> canceled = in.number() != 0;
          case 5 -> compacted = in.number();
          case 6 -> reason = in.text();
          case 7 -> fragment = in.number() != 0;
          case 11 -> changes.add(in.message(Change::read));
          default -> in.skip();
        }
      }
      return new WatchAnswer(header, created, canceled, compacted, reason, fragment, changes);
    }
  }

  // --- The rest.

  record Compact(long revision) {
    byte[] encode() {
      return new Writer().number(1, revision).done();
    }
  }

  /**
   * @param seconds how long the lease lives
   */
  record LeaseGrant(long seconds) {
    byte[] encode() {
      return new Writer().number(1, seconds).done();
    }
  }

  record LeaseAnswer(long lease) {
    static LeaseAnswer read(Reader in) throws IOException {
      long lease = 0;
      for (int field = in.field(); field != 0; field = in.field()) {
        if (field == 2) {
          lease = in.number();
        } else {
          in.skip();
        }
      }
      return new LeaseAnswer(lease);
    }
  }

  record LeaseQuestion(long lease) {
    byte[] encode() {
      return new Writer().number(1, lease).done();
    }
  }

  /**
   * @param seconds how long a lease still lives; -1 if there is none any more
   */
  record LeaseTime(long seconds) {
    static LeaseTime read(Reader in) throws IOException {
      long seconds = 0;
      for (int field = in.field(); field != 0; field = in.field()) {
        if (field == 3) {
          seconds = in.number();
        } else {
          in.skip();
        }
      }
      return new LeaseTime(seconds);
    }
  }

  record Login(String name, String password) {
    byte[] encode() {
      return new Writer().text(1, name).text(2, password).done();
    }
  }

  record LoginAnswer(String token) {
    static LoginAnswer read(Reader in) throws IOException {
      String token = "";
      for (int field = in.field(); field != 0; field = in.field()) {
        if (field == 2) {
          token = in.text();
        } else {
          in.skip();
        }
      }
      return new LoginAnswer(token);
    }
  }

  /**
   * What a member says of itself.
   *
   * @param size of its database, in bytes
   */
  record StatusAnswer(Header header, String version, long size) {
    static StatusAnswer read(Reader in) throws IOException {
      Header header = Header.NONE;
      String version = "";
      long size = 0;
      for (int field = in.field(); field != 0; field = in.field()) {
        switch (field) {
          case 1 -> header = in.message(Header::read);
          case 2 -> version = in.text();
          case 3 -> size = in.number();
          default -> in.skip();
        }
      }
      return new StatusAnswer(header, version, size);
    }
  }

  /** An answer of which nothing is needed. */
  record Done() {
    static Done read(Reader in) throws IOException {
      while (in.field() != 0) {
        in.skip();
      }
      return new Done();
    }
  }

  // --- The wire.

  /** Reads a message, field by field. */
  static final class Reader {
    static final byte[] EMPTY = {};

    /** Reads what is in a message. */
    interface Body<T> {
      T read(Reader in) throws IOException;
    }

    private final CodedInputStream in;
    private int tag;

    Reader(byte[] bytes) {
      in = CodedInputStream.newInstance(bytes);
    }

    /** The number of the next field; 0 at the end of the message. */
    int field() throws IOException {
      tag = in.isAtEnd() ? 0 : in.readTag();
      return WireFormat.getTagFieldNumber(tag);
    }

    long number() throws IOException {
      return in.readInt64();
    }

    byte[] bytes() throws IOException {
      return in.readByteArray();
    }

    String text() throws IOException {
      return in.readStringRequireUtf8();
    }

    <T> T message(Body<T> body) throws IOException {
      int outer = in.pushLimit(in.readRawVarint32());
      T read = body.read(this);
      in.popLimit(outer);
      return read;
    }

    void skip() throws IOException {
      boolean ignored = in.skipField(tag);
    }
  }

  /** Writes a message. As proto3 does, it leaves out what is zero or empty. */
  static final class Writer {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final CodedOutputStream out = CodedOutputStream.newInstance(bytes);

    private interface Writing {
      void run() throws IOException;
    }

    Writer number(int field, long value) {
      return value == 0 ? this : numberAlways(field, value);
    }

    Writer numberAlways(int field, long value) {
      return write(() -> out.writeInt64(field, value));
    }

    Writer flag(int field, boolean value) {
      return number(field, value ? 1 : 0);
    }

    Writer bytes(int field, byte[] value) {
      return value.length == 0 ? this : message(field, value);
    }

    Writer text(int field, String value) {
      return value.isEmpty() ? this : write(() -> out.writeString(field, value));
    }

    Writer message(int field, byte[] value) {
      return write(() -> out.writeByteArray(field, value));
    }

    byte[] done() {
      write(out::flush);
      return bytes.toByteArray();
    }

    private Writer write(Writing writing) {
      try {
        writing.run();
        return this;
      } catch (IOException e) {
        throw new UncheckedIOException("memory does not fail", e);
      }
    }
  }
}
