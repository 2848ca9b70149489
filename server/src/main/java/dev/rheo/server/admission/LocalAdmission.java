package dev.rheo.server.admission;

import dev.rheo.resource.rules.DefaultAdmission;

/** The plugins that look up nothing. */
final class LocalAdmission implements AdmissionPlugin {
  @Override
  public void admit(AdmissionRequest request) {
    String resource = request.type().storage().name();
    if (request.isCreate()) {
      DefaultAdmission.create(request.object(), resource);
    } else {
      DefaultAdmission.update(request.object(), resource, request.subresource());
    }
  }
}
