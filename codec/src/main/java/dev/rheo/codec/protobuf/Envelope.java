package dev.rheo.codec.protobuf;

import dev.rheo.codec.io.ByteOutput;
import dev.rheo.codec.io.Truncated;
import java.util.Arrays;

/**
 * The envelope of an object: a magic number of four bytes and a {@code runtime.Unknown}, which
 * states the kind.
 *
 * <pre>
 * "k8s" 0   { 1: typeMeta { 1: apiVersion, 2: kind }, 2: raw, 3: contentEncoding, 4: contentType }
 * </pre>
 *
 * @param apiVersion may be empty
 * @param kind may be empty
 * @param from offset of the object's message
 * @param to one past the end of the message
 */
record Envelope(String apiVersion, String kind, int from, int to) {
  private static final byte[] MAGIC = {'k', '8', 's', 0};
  private static final String PROTOBUF = "application/vnd.kubernetes.protobuf";

  private static final int TYPE_META = 1;
  private static final int RAW = 2;
  private static final int CONTENT_ENCODING = 3;
  private static final int CONTENT_TYPE = 4;
  private static final int API_VERSION = 1;
  private static final int KIND = 2;

  static boolean isAt(byte[] bytes, int from, int to) {
    return to - from >= MAGIC.length
        && Arrays.equals(bytes, from, from + MAGIC.length, MAGIC, 0, MAGIC.length);
  }

  static Envelope read(byte[] bytes, int from, int to) {
    if (!isAt(bytes, from, to)) {
      throw WireReader.malformed(
          "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]");
    }
    WireReader in = new WireReader(bytes, from + MAGIC.length, to);
    String apiVersion = "";
    String kind = "";
    int rawFrom = in.position();
    int rawTo = in.position();
    while (in.hasMore()) {
      int tag = in.tag();
      switch (tag >>> Wire.TYPE_BITS) {
        case TYPE_META -> {
          in.require(tag, Wire.BYTES, "TypeMeta");
          int outer = in.enter();
          while (in.hasMore()) {
            int inner = in.tag();
            switch (inner >>> Wire.TYPE_BITS) {
              case API_VERSION -> {
                in.require(inner, Wire.BYTES, "APIVersion");
                apiVersion = in.string();
              }
              case KIND -> {
                in.require(inner, Wire.BYTES, "Kind");
                kind = in.string();
              }
              default -> in.skip(inner);
            }
          }
          in.leave(outer);
        }
        case RAW -> {
          in.require(tag, Wire.BYTES, "Raw");
          int outer = in.enter();
          rawFrom = in.position();
          rawTo = in.end();
          in.leave(outer);
        }
        case CONTENT_ENCODING -> {
          in.require(tag, Wire.BYTES, "ContentEncoding");
          if (!in.string().isEmpty()) {
            throw WireReader.malformed("content encodings are not supported");
          }
        }
        case CONTENT_TYPE -> {
          in.require(tag, Wire.BYTES, "ContentType");
          String type = in.string();
          if (!type.isEmpty() && !type.equals(PROTOBUF)) {
            throw WireReader.malformed("content type " + Truncated.of(type) + " is not supported");
          }
        }
        default -> in.skip(tag);
      }
    }
    return new Envelope(apiVersion, kind, rawFrom, rawTo);
  }

  /**
   * The bytes before an object's message, which {@link #suffix} follows.
   *
   * @param length the length of the message
   */
  static byte[] prefix(String apiVersion, String kind, long length) {
    ByteOutput bytes = new ByteOutput(64);
    WireWriter out = new WireWriter(bytes);
    bytes.write(MAGIC);
    int typeMeta = out.open(TYPE_META);
    out.string(API_VERSION, apiVersion);
    out.string(KIND, kind);
    out.close(typeMeta);
    out.tag(RAW, Wire.BYTES);
    out.varint(length);
    return bytes.toByteArray();
  }

  /** The empty contentEncoding and contentType, which upstream writes. */
  static byte[] suffix() {
    return new byte[] {
      (byte) Wire.tag(CONTENT_ENCODING, Wire.BYTES), 0, (byte) Wire.tag(CONTENT_TYPE, Wire.BYTES), 0
    };
  }
}
