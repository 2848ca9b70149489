package dev.rheo.storm.verify;

import dev.rheo.storm.result.Mode;
import dev.rheo.storm.result.StormSettings.Accept;
import dev.rheo.storm.result.StormSettings.ResourceKind;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Encodes responses as a server would, correct or faulty, in both formats. */
final class Answers {
  static final String NAMESPACE = "weather";
  static final int COUNT = 12;
  static final long FLOOR = 100 + COUNT;

  /** An object or bookmark as it is sent. */
  record Item(
      String type, String name, String namespace, String revision, String data, boolean end) {
    Item withType(String other) {
      return new Item(other, name, namespace, revision, data, end);
    }

    Item withName(String other) {
      return new Item(type, other, namespace, revision, data, end);
    }

    Item withNamespace(String other) {
      return new Item(type, name, other, revision, data, end);
    }

    Item withRevision(String other) {
      return new Item(type, name, namespace, other, data, end);
    }

    Item withData(String other) {
      return new Item(type, name, namespace, revision, other, end);
    }
  }

  final ObjectSet set;
  final Accept accept;
  final Mode mode;
  final Ledger ledger;
  final List<Item> items = new ArrayList<>();
  String listRevision = Long.toString(FLOOR);

  Answers(Accept accept, Mode mode) {
    this(accept, mode, ResourceKind.SECRETS, 400);
  }

  Answers(Accept accept, Mode mode, ResourceKind kind, int textLength) {
    this.accept = accept;
    this.mode = mode;
    this.set = new ObjectSet(kind, COUNT, textLength, 7);
    this.ledger = new Ledger(set);
    for (int i = 0; i < COUNT; i++) {
      ledger.created(i, set.hash(set.text(i, 0), accept), 101 + i);
      items.add(object("ADDED", i, 0, 101 + i));
    }
    if (mode == Mode.WATCHLIST) {
      items.add(bookmark(FLOOR));
    }
  }

  Item object(String type, int index, int version, long revision) {
    return new Item(
        type,
        ObjectSet.name(index),
        NAMESPACE,
        Long.toString(revision),
        new String(set.text(index, version), StandardCharsets.US_ASCII),
        false);
  }

  static Item bookmark(long revision) {
    return new Item("BOOKMARK", "", "", Long.toString(revision), "", true);
  }

  /** Records a change in the ledger and returns it. */
  Item change(int index, int version, long revision) {
    ledger.changing(index, set.hash(set.text(index, version), accept));
    ledger.changed(index, revision);
    return object("MODIFIED", index, version, revision);
  }

  Audit audit() {
    return new Audit(ledger, NAMESPACE, FLOOR);
  }

  StreamVerifier verifier(Audit audit) {
    return StreamVerifier.of(accept, mode, audit);
  }

  byte[] bytes() {
    return switch (accept) {
      case JSON -> json().getBytes(StandardCharsets.UTF_8);
      case PROTOBUF -> protobuf();
    };
  }

  // --- JSON

  private String json() {
    StringBuilder out = new StringBuilder();
    if (mode == Mode.WATCHLIST) {
      for (Item item : items) {
        out.append("{\"type\":\"").append(item.type()).append("\",\"object\":");
        out.append(jsonObject(item, true)).append("}\n");
      }
      return out.toString();
    }
    out.append(
            "{\"kind\":\"SecretList\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"")
        .append(listRevision)
        .append("\"},\"items\":[");
    for (int i = 0; i < items.size(); i++) {
      out.append(i == 0 ? "" : ",").append(jsonObject(items.get(i), false));
    }
    return out.append("]}\n").toString();
  }

  private String jsonObject(Item item, boolean typed) {
    if (item.type().equals("ERROR")) {
      return "{\"kind\":\"Status\",\"metadata\":{},\"status\":\"Failure\",\"message\":\"gone\",\"code\":410}";
    }
    String head = typed ? "\"kind\":\"Secret\",\"apiVersion\":\"v1\"," : "";
    String revision =
        item.revision().isEmpty() ? "" : "\"resourceVersion\":\"" + item.revision() + "\",";
    if (item.type().equals("BOOKMARK")) {
      String annotations =
          item.end()
              ? "\"annotations\":{\"other\":\"x\",\"k8s.io/initial-events-end\":\"true\"},"
              : "";
      return "{%s\"metadata\":{%s%s\"creationTimestamp\":null}}"
          .formatted(head, revision, annotations);
    }
    // Real objects have other members, which reuse the names of members that are read elsewhere.
    return ("{%s\"metadata\":{\"name\":\"%s\",\"namespace\":\"%s\",\"uid\":\"1-2\",%s"
            + "\"ownerReferences\":[{\"name\":\"other\",\"uid\":\"3\"}],\"generation\":1,"
            + "\"managedFields\":[{\"manager\":\"a\\\"b\\u0041\",\"fieldsV1\":{\"f:data\":{\".\":{},"
            + "\"f:payload\":{}}}}]},\"data\":{\"other\":\"e30=\",\"payload\":\"%s\"},"
            + "\"immutable\":false,\"type\":\"Opaque\"}")
        .formatted(head, item.name(), item.namespace(), revision, item.data());
  }

  // --- protobuf

  private byte[] protobuf() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    if (mode == Mode.WATCHLIST) {
      for (Item item : items) {
        byte[] form = envelope(item.type().equals("ERROR") ? status() : protobufObject(item));
        byte[] event = join(field(1, text(item.type())), field(2, field(1, form)));
        out.writeBytes(ByteBuffer.allocate(4).putInt(event.length).array());
        out.writeBytes(event);
      }
      return out.toByteArray();
    }
    ByteArrayOutputStream list = new ByteArrayOutputStream();
    list.writeBytes(field(1, join(field(1, text("")), field(2, text(listRevision)))));
    for (Item item : items) {
      list.writeBytes(field(2, protobufObject(item)));
    }
    return envelope(list.toByteArray());
  }

  private byte[] protobufObject(Item item) {
    byte[] annotations =
        item.end()
            ? join(
                field(12, join(field(1, text("other")), field(2, text("true")))),
                field(
                    12, join(field(1, text("k8s.io/initial-events-end")), field(2, text("true")))))
            : new byte[0];
    byte[] meta =
        join(
            field(1, text(item.name())),
            field(2, text("")),
            field(3, text(item.namespace())),
            field(6, text(item.revision())),
            // generation, a varint
            new byte[] {7 << 3, (byte) 0x96, 1},
            field(8, join(new byte[] {1 << 3, 5})),
            annotations);
    byte[] payload =
        item.data().isEmpty()
            ? new byte[0]
            : set.kind() == ResourceKind.SECRETS
                ? Base64.getDecoder().decode(item.data())
                : text(item.data());
    byte[] data =
        item.type().equals("BOOKMARK")
            ? new byte[0]
            : join(
                field(2, join(field(1, text("other")), field(2, text("{}")))),
                field(2, join(field(1, text("payload")), field(2, payload))));
    return join(field(1, meta), data, field(3, text("Opaque")));
  }

  private static byte[] status() {
    return join(field(1, new byte[0]), field(2, text("Failure")), field(3, text("gone")));
  }

  private static byte[] envelope(byte[] raw) {
    return join(
        new byte[] {'k', '8', 's', 0},
        field(1, join(field(1, text("v1")), field(2, text("Secret")))),
        field(2, raw),
        field(3, new byte[0]),
        field(4, new byte[0]));
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] field(int number, byte[] content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    varint(out, number << 3 | 2);
    varint(out, content.length);
    out.writeBytes(content);
    return out.toByteArray();
  }

  private static void varint(ByteArrayOutputStream out, int value) {
    int rest = value;
    while (rest >= 0x80) {
      out.write(rest & 0x7f | 0x80);
      rest >>>= 7;
    }
    out.write(rest);
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
