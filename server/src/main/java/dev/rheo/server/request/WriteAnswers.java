package dev.rheo.server.request;

import dev.rheo.codec.json.ObjectHeader;
import dev.rheo.codec.json.SelectableField;
import dev.rheo.server.encoding.Encoding;
import dev.rheo.server.resource.ResourceType;
import java.io.IOException;
import java.util.List;

/** What writes are answered with, in the encoding that was asked for. */
final class WriteAnswers {
  private static final List<SelectableField> TYPE_META =
      List.of(SelectableField.string("apiVersion"), SelectableField.string("kind"));

  private WriteAnswers() {}

  /**
   * @param json an object of the type, or something else: a Status, a Scale, a list
   */
  static byte[] encode(byte[] json, ResourceType type, Encoding encoding) throws IOException {
    if (encoding.isPlainJson()) {
      return json;
    }
    List<String> typeMeta = ObjectHeader.scan(json, TYPE_META).fieldValues();
    String apiVersion = typeMeta.getFirst();
    String kind = typeMeta.getLast();
    if (apiVersion.equals(type.apiVersion()) && kind.equals(type.kind())) {
      return encoding.answer(json);
    }
    return encoding.format().encode(json, apiVersion, kind);
  }
}
