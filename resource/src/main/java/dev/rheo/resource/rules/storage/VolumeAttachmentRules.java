package dev.rheo.resource.rules.storage;

import dev.rheo.api.name.Names;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.GoValues;
import dev.rheo.resource.rules.kind.KindRules;
import dev.rheo.resource.rules.kind.Syntax;
import java.util.List;

/** Rules for writes of attachments of volumes. */
final class VolumeAttachmentRules extends KindRules {
  private static final String SPEC = "storage.VolumeAttachmentSpec";
  private static final int METADATA_MAX = 256 << 10;
  private static final int MESSAGE_MAX = 1024;

  @Override
  protected void checkCreate(Field object) {
    Field spec = object.at("spec");
    VolumeChecks.driverName(spec.at("attacher"));
    source(spec.at("source"));
    spec.at("nodeName").check(Names::dnsSubdomain);
    status(object.at("status"));
    if (spec.at("source", "persistentVolumeName").present()) {
      spec.at("source", "persistentVolumeName").check(Names::dnsSubdomain);
    }
  }

  private static void source(Field source) {
    Field inline = source.at("inlineVolumeSpec");
    Field name = source.at("persistentVolumeName");
    if (inline.absent() && name.absent()) {
      source.required("must specify exactly one of inlineVolumeSpec and persistentVolumeName");
    } else if (inline.present() && name.present()) {
      source.forbidden("must specify exactly one of inlineVolumeSpec and persistentVolumeName");
    } else if (name.present()) {
      name.need("must specify non empty persistentVolumeName");
    } else {
      PersistentVolumeSpecs.validateInline(inline);
    }
  }

  private static void status(Field status) {
    Field metadata = status.at("attachmentMetadata");
    long size = 0;
    for (Field entry : metadata.entries()) {
      size += Syntax.bytes(entry.name()) + Syntax.bytes(entry.text());
    }
    if (size > METADATA_MAX) {
      metadata.tooLong(METADATA_MAX);
    }
    for (String error : List.of("attachError", "detachError")) {
      Field message = status.at(error, "message");
      if (Syntax.bytes(message.text()) > MESSAGE_MAX) {
        // upstream tells the limit of the metadata
        message.tooLong(METADATA_MAX);
      }
      Field code = status.at(error, "errorCode");
      if (code.number() < 0) {
        code.invalid(Syntax.range(0, Integer.MAX_VALUE));
      }
    }
  }

  @Override
  protected void checkUpdate(Field object, Field old) {
    checkCreate(object);
    Field spec = object.at("spec");
    if (!GoValues.same(SPEC, spec.node(), old.at("spec").node())) {
      spec.invalid(GoValues.of(SPEC, spec.node()), "field is immutable");
    }
  }

  @Override
  protected void checkSubresource(String subresource, Field object, Field old) {
    checkUpdate(object, old);
  }
}
