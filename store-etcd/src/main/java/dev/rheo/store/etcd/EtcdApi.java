package dev.rheo.store.etcd;

import dev.rheo.store.etcd.Messages.Reader;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Function;

/** The calls of etcd that a store makes. */
final class EtcdApi {
  static final MethodDescriptor<Messages.Range, Messages.RangeAnswer> RANGE =
      unary("etcdserverpb.KV/Range", Messages.Range::encode, Messages.RangeAnswer::read);

  /** Since etcd 3.7. */
  static final MethodDescriptor<Messages.Range, Messages.RangeAnswer> RANGE_STREAM =
      of(
          "etcdserverpb.KV/RangeStream",
          MethodType.SERVER_STREAMING,
          Messages.Range::encode,
          Messages.RangeAnswer::readPart);

  static final MethodDescriptor<Messages.Transaction, Messages.TransactionAnswer> TRANSACTION =
      unary("etcdserverpb.KV/Txn", Messages.Transaction::encode, Messages.TransactionAnswer::read);

  static final MethodDescriptor<Messages.Compact, Messages.Done> COMPACT =
      unary("etcdserverpb.KV/Compact", Messages.Compact::encode, Messages.Done::read);

  static final MethodDescriptor<Messages.WatchRequest, Messages.WatchAnswer> WATCH =
      of(
          "etcdserverpb.Watch/Watch",
          MethodType.BIDI_STREAMING,
          Messages.WatchRequest::encode,
          Messages.WatchAnswer::read);

  static final MethodDescriptor<Messages.LeaseGrant, Messages.LeaseAnswer> LEASE_GRANT =
      unary(
          "etcdserverpb.Lease/LeaseGrant", Messages.LeaseGrant::encode, Messages.LeaseAnswer::read);

  static final MethodDescriptor<Messages.LeaseQuestion, Messages.LeaseTime> LEASE_TIME =
      unary(
          "etcdserverpb.Lease/LeaseTimeToLive",
          Messages.LeaseQuestion::encode,
          Messages.LeaseTime::read);

  static final MethodDescriptor<Messages.Done, Messages.StatusAnswer> STATUS =
      unary("etcdserverpb.Maintenance/Status", done -> Reader.EMPTY, Messages.StatusAnswer::read);

  static final MethodDescriptor<Messages.Login, Messages.LoginAnswer> AUTHENTICATE =
      unary("etcdserverpb.Auth/Authenticate", Messages.Login::encode, Messages.LoginAnswer::read);

  private EtcdApi() {}

  private static <Q, A> MethodDescriptor<Q, A> unary(
      String name, Function<Q, byte[]> encode, Reader.Body<A> read) {
    return of(name, MethodType.UNARY, encode, read);
  }

  private static <Q, A> MethodDescriptor<Q, A> of(
      String name, MethodType type, Function<Q, byte[]> encode, Reader.Body<A> read) {
    return MethodDescriptor.newBuilder(new Requests<>(encode), new Answers<>(read))
        .setFullMethodName(name)
        .setType(type)
        .build();
  }

  private record Requests<Q>(Function<Q, byte[]> encode) implements MethodDescriptor.Marshaller<Q> {
    @Override
    public InputStream stream(Q request) {
      return new ByteArrayInputStream(encode.apply(request));
    }

    @Override
    public Q parse(InputStream bytes) {
      throw new UnsupportedOperationException("a client reads no requests");
    }
  }

  private record Answers<A>(Reader.Body<A> read) implements MethodDescriptor.Marshaller<A> {
    @Override
    public InputStream stream(A answer) {
      throw new UnsupportedOperationException("a client writes no answers");
    }

    @Override
    public A parse(InputStream bytes) {
      try {
        return read.read(new Reader(bytes.readAllBytes()));
      } catch (IOException e) {
        throw Status.INTERNAL
            .withDescription("an answer that is none: " + e.getMessage())
            .withCause(e)
            .asRuntimeException();
      }
    }
  }
}
