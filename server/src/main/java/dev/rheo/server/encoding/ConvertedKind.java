package dev.rheo.server.encoding;

import dev.rheo.cache.FormKind;
import dev.rheo.cache.FormLane;
import dev.rheo.codec.io.Meter;
import dev.rheo.codec.json.ObjectHeader;
import dev.rheo.resource.type.ResourceType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;

/**
 * The JSON of objects in a version to which somebody outside converts them, such as a webhook: as
 * other kinds, from the key {@code "metadata"} on. It has a checksum, since nobody knows whether
 * the same object is always converted to the same.
 */
final class ConvertedKind extends FormKind {
  /** How many conversions of one version run at a time. */
  private static final int WIDTH = 2;

  private final ResourceType type;
  private final FormLane lane;

  ConvertedKind(ResourceType type) {
    super("json");
    this.type = type;
    this.lane = new FormLane("conversion of " + type, WIDTH);
  }

  @Override
  public FormLane lane() {
    return lane;
  }

  @Override
  protected Made make(Source source) {
    return makeAll(List.of(source)).getFirst();
  }

  @Override
  protected List<Made> makeAll(List<Source> sources) {
    List<byte[]> converted = type.convert(sources.stream().map(Source::json).toList());
    List<Made> made = new ArrayList<>(converted.size());
    for (byte[] json : converted) {
      int from = ObjectHeader.scan(json, List.of()).metadataOffset();
      Meter.charge(json.length - from);
      byte[] form = Arrays.copyOfRange(json, from, json.length);
      CRC32 checksum = new CRC32();
      checksum.update(form);
      made.add(new Made(form, form.length, (int) checksum.getValue()));
    }
    return made;
  }
}
