package dev.rheo.compat.operator;

import io.fabric8.crdv2.generator.CRDGenerator;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.ByteArrayOutputStream;

/** What the generator of fabric8 makes of {@link Kettle}. */
final class Definitions {
  static final String NAME = "kettles.operator.example.com";

  private Definitions() {}

  static CustomResourceDefinition kettles() {
    Output output = new Output();
    new CRDGenerator()
        .customResourceClasses(Kettle.class)
        .forCRDVersions("v1")
        .withOutput(output)
        .generate();
    return Serialization.unmarshal(output.yaml.toString(), CustomResourceDefinition.class);
  }

  private static final class Output implements CRDGenerator.CRDOutput<ByteArrayOutputStream> {
    final ByteArrayOutputStream yaml = new ByteArrayOutputStream();

    @Override
    public ByteArrayOutputStream outputFor(String name) {
      return yaml;
    }

    @Override
    public void close() {}
  }
}
