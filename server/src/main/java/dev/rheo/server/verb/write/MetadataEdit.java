package dev.rheo.server.verb.write;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.io.Meter;
import dev.rheo.codec.json.Canonicalizer;
import dev.rheo.codec.json.HeaderScanner;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.codec.json.ObjectHeader;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.server.verb.write.Outcome.Content;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * A stored version of which only the metadata is decoded and changed. So a deletion costs what the
 * object's form takes and not its tree, which may take many times as much: what could be stored can
 * be deleted. The managed fields, which name every field of the object, are not decoded either.
 *
 * <p>Not thread-safe.
 */
final class MetadataEdit {
  private static final HeaderScanner NO_FIELDS = HeaderScanner.of(List.of());
  private static final byte[] KEY = "\"metadata\":".getBytes(StandardCharsets.US_ASCII);

  private final Version version;
  private final ResourceType type;
  private final ObjectHeader header;
  private final ObjectNode object;

  /** Where the managed fields begin, with the comma before them, and where they end. */
  private final int managedFrom;

  private final int managedTo;

  /**
   * @param fields of the object, to be read as {@link #field}
   */
  MetadataEdit(Version version, ResourceType type, HeaderScanner fields) {
    this.version = version;
    this.type = type;
    this.header = fields.scan(version.form());
    int from = header.metadataOffset() + KEY.length;
    this.managedTo = header.metadataEnd() - 1;
    this.managedFrom =
        header.managedFieldsOffset() < 0 ? managedTo : header.managedFieldsOffset() - 1;
    byte[] rest = Arrays.copyOfRange(version.form(), from, managedFrom + 1);
    rest[rest.length - 1] = '}';
    Meter.charge(rest.length);
    JsonNode metadata = ObjectDecoder.decodeValue(rest, 0, rest.length, ObjectDecoder.MAX_DEPTH);
    this.object = JsonNodeFactory.instance.objectNode().set("metadata", metadata);
  }

  /** An edit that reads no fields. */
  static MetadataEdit ofMetadata(Version version, ResourceType type) {
    return new MetadataEdit(version, type, NO_FIELDS);
  }

  Meta meta() {
    return Meta.of(object);
  }

  /** The text of a field, by its place among the scanner's fields. */
  String field(int index) {
    return header.fieldValues().get(index);
  }

  /** The version as it is stored. */
  Content unchanged() {
    return new Content.Form(version.form());
  }

  /** The version with the metadata as it is now. */
  Content changed() {
    byte[] encoded = Canonicalizer.encode(object, type.storage().objectType());
    ObjectHeader at = ObjectHeader.scan(encoded, List.of());
    byte[] form = version.form();
    int length = at.metadataEnd() - 1 - at.metadataOffset();
    int rest = form.length - managedFrom;
    Meter.charge(header.metadataOffset() + length + rest);
    byte[] changed = new byte[header.metadataOffset() + length + rest];
    System.arraycopy(form, 0, changed, 0, header.metadataOffset());
    System.arraycopy(encoded, at.metadataOffset(), changed, header.metadataOffset(), length);
    System.arraycopy(form, managedFrom, changed, header.metadataOffset() + length, rest);
    return new Content.Form(changed);
  }
}
