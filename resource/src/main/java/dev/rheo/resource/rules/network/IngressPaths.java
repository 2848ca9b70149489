package dev.rheo.resource.rules.network;

import dev.rheo.api.name.Names;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.Syntax;
import java.util.List;

/** Checks of the paths of an Ingress, and of the backends that they lead to. */
final class IngressPaths {
  private static final List<String> TYPES = List.of("Exact", "ImplementationSpecific", "Prefix");
  private static final List<String> FORBIDDEN = List.of("//", "/./", "/../", "%2f", "%2F");
  private static final List<String> FORBIDDEN_ENDS = List.of("/..", "/.");

  private IngressPaths() {}

  static void check(Field http) {
    if (http.absent()) {
      return;
    }
    http.at("paths").need("");
    for (Field path : http.at("paths").items()) {
      path(path);
    }
  }

  private static void path(Field at) {
    Field type = at.at("pathType");
    if (type.absent()) {
      type.required("pathType must be specified");
      return;
    }
    Field path = at.at("path");
    String text = path.text();
    boolean absolute = text.startsWith("/");
    switch (type.text()) {
      case "Exact", "Prefix" -> {
        if (!absolute) {
          path.invalid(text, "must be an absolute path");
        }
        for (String sequence : FORBIDDEN) {
          if (text.contains(sequence)) {
            path.invalid("must not contain '" + sequence + "'");
          }
        }
        for (String end : FORBIDDEN_ENDS) {
          if (text.endsWith(end)) {
            path.invalid("cannot end with '" + end + "'");
          }
        }
      }
      case "ImplementationSpecific" -> {
        if (!text.isEmpty() && !absolute) {
          path.invalid("must be an absolute path");
        }
      }
      default -> type.oneOf(TYPES);
    }
    backend(at.at("backend"));
  }

  static void backend(Field backend) {
    Field resource = backend.at("resource");
    Field service = backend.at("service");
    if (resource.present() && service.present()) {
      backend.invalid("", "cannot set both resource and service backends");
    } else if (resource.present()) {
      References.check(resource);
    } else if (service.present()) {
      service(service, backend);
    } else {
      backend.invalid("", "resource or service backend is required");
    }
  }

  private static void service(Field service, Field backend) {
    if (service.at("name").need("")) {
      service.at("name").check(Names::dnsLabel);
    }
    Field name = service.at("port", "name");
    Field number = service.at("port", "number");
    if (!name.isEmpty() && number.number() != 0) {
      backend.invalid("", "cannot set both port name & port number");
    } else if (!name.isEmpty()) {
      name.check(Syntax::portName);
    } else if (number.number() != 0) {
      Syntax.port(number);
    } else {
      backend.required("port name or number is required");
    }
  }
}
