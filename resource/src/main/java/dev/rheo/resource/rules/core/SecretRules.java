package dev.rheo.resource.rules.core;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.KindRules;
import dev.rheo.resource.type.WriteContext;
import java.util.function.Consumer;

/** Rules for writes of secrets. */
final class SecretRules extends KindRules {
  private static final String ACCOUNT = "kubernetes.io/service-account.name";

  @Override
  public void prepareUpdate(
      ObjectNode object, ObjectNode old, String subresource, WriteContext context) {
    if (Trees.text(object, "type").isEmpty()) {
      Trees.copy(old, object, "type");
    }
  }

  @Override
  protected void checkCreate(Field object) {
    Field data = object.at("data");
    long size = 0;
    for (Field value : data.entries()) {
      DataMaps.key(value);
      size += DataMaps.decodedBytes(value);
    }
    if (size > DataMaps.MAX_BYTES) {
      data.tooLong(DataMaps.MAX_BYTES);
    }
    switch (object.at("type").text()) {
      case "kubernetes.io/service-account-token" ->
          object.at("metadata", "annotations").key(ACCOUNT).need("");
      case "kubernetes.io/dockercfg" -> json(data.key(".dockercfg"));
      case "kubernetes.io/dockerconfigjson" -> json(data.key(".dockerconfigjson"));
      case "kubernetes.io/basic-auth" -> {
        if (data.key("username").absent() && data.key("password").absent()) {
          needSet(data, "username", "password");
        }
      }
      case "kubernetes.io/ssh-auth" -> data.key("ssh-privatekey").need("");
      case "kubernetes.io/tls" -> needSet(data, "tls.crt", "tls.key");
      default -> {}
    }
  }

  private static void needSet(Field data, String... keys) {
    for (String key : keys) {
      if (data.key(key).absent()) {
        data.key(key).required("");
      }
    }
  }

  /** Demands an object as JSON. */
  private static void json(Field value) {
    if (value.absent()) {
      value.required("");
      return;
    }
    String fault = JsonTexts.objectFault(DataMaps.decoded(value));
    if (!fault.isEmpty()) {
      value.invalid("<secret contents redacted>", fault);
    }
  }

  @Override
  protected void checkUpdate(Field object, Field old) {
    object.at("type").immutable(old.at("type"));
    DataMaps.immutable(object, old, "data");
    checkCreate(object);
  }

  @Override
  protected void warn(Field object, Field old, Consumer<String> warnings) {
    if (object.at("type").is("kubernetes.io/tls")) {
      Field data = object.at("data");
      String fault =
          TlsPairs.fault(
              DataMaps.decoded(data.key("tls.crt")), DataMaps.decoded(data.key("tls.key")));
      if (!fault.isEmpty()) {
        warnings.accept(fault);
      }
    }
  }
}
