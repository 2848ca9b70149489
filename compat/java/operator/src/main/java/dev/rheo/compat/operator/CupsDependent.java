package dev.rheo.compat.operator;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.processing.dependent.kubernetes.CRUDKubernetesDependentResource;
import io.javaoperatorsdk.operator.processing.dependent.kubernetes.KubernetesDependent;
import java.util.Map;

/** The ConfigMap that each Kettle has; the SDK applies it, owns it and holds it to this. */
@KubernetesDependent
public final class CupsDependent extends CRUDKubernetesDependentResource<ConfigMap, Kettle> {
  @Override
  protected ConfigMap desired(Kettle kettle, Context<Kettle> context) {
    return new ConfigMapBuilder()
        .withNewMetadata()
        .withName(kettle.getMetadata().getName())
        .withNamespace(kettle.getMetadata().getNamespace())
        .endMetadata()
        .withData(Map.of("cups", kettle.getSpec().cups.toString()))
        .build();
  }
}
